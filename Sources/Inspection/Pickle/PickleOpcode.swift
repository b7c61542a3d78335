/// The opcodes of pickle, protocols 0 to 5, and what follows each in the stream.
///
/// From the table that CPython documents in `Lib/pickletools.py`.
enum PickleOpcode: UInt8 {
    case mark = 0x28, stop = 0x2E, pop = 0x30, popMark = 0x31, dup = 0x32
    case float = 0x46, int = 0x49, binInt = 0x4A, binInt1 = 0x4B, long = 0x4C, binInt2 = 0x4D
    case none = 0x4E, persid = 0x50, binPersid = 0x51, reduce = 0x52, string = 0x53
    case binString = 0x54, shortBinString = 0x55, unicode = 0x56, binUnicode = 0x58
    case append = 0x61, build = 0x62, global = 0x63, dict = 0x64, emptyDict = 0x7D
    case appends = 0x65, get = 0x67, binGet = 0x68, inst = 0x69, longBinGet = 0x6A
    case list = 0x6C, emptyList = 0x5D, obj = 0x6F, put = 0x70, binPut = 0x71, longBinPut = 0x72
    case setItem = 0x73, tuple = 0x74, emptyTuple = 0x29, setItems = 0x75, binFloat = 0x47
    case proto = 0x80, newObj = 0x81, ext1 = 0x82, ext2 = 0x83, ext4 = 0x84
    case tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87, newTrue = 0x88, newFalse = 0x89
    case long1 = 0x8A, long4 = 0x8B, binBytes = 0x42, shortBinBytes = 0x43
    case shortBinUnicode = 0x8C, binUnicode8 = 0x8D, binBytes8 = 0x8E, emptySet = 0x8F
    case addItems = 0x90, frozenSet = 0x91, newObjEx = 0x92, stackGlobal = 0x93, memoize = 0x94
    case frame = 0x95, byteArray8 = 0x96, nextBuffer = 0x97, readOnlyBuffer = 0x98

    /// What follows the opcode.
    enum Argument {
        case nothing
        /// So many bytes.
        case bytes(Int)
        /// A length in so many bytes, and as many bytes as it says.
        case counted(Int)
        case line
        case twoLines
    }

    var argument: Argument {
        switch self {
        case .float, .int, .long, .persid, .string, .unicode, .get, .put: .line
        case .global, .inst: .twoLines
        case .binInt1, .binGet, .binPut, .proto, .ext1: .bytes(1)
        case .binInt2, .ext2: .bytes(2)
        case .binInt, .longBinGet, .longBinPut, .ext4: .bytes(4)
        case .binFloat, .frame: .bytes(8)
        case .shortBinString, .shortBinBytes, .shortBinUnicode, .long1: .counted(1)
        case .binString, .binUnicode, .binBytes, .long4: .counted(4)
        case .binUnicode8, .binBytes8, .byteArray8: .counted(8)
        case .mark, .stop, .pop, .popMark, .dup, .none, .binPersid, .reduce, .append, .build,
            .dict, .emptyDict, .appends, .list, .emptyList, .obj, .setItem, .tuple, .emptyTuple,
            .setItems, .newObj, .tuple1, .tuple2, .tuple3, .newTrue, .newFalse, .emptySet,
            .addItems, .frozenSet, .newObjEx, .stackGlobal, .memoize, .nextBuffer,
            .readOnlyBuffer:
            .nothing
        }
    }
}
