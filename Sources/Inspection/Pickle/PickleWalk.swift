/// Walks one pickle from its first opcode to STOP.
struct PickleWalk {
    private(set) var cursor: Cursor
    private(set) var machine = PickleMachine()
    private(set) var opcodes = 0
    private(set) var version = 0

    /// What the walk stands before.
    enum Step {
        case went
        case stopped
        /// joblib puts the bytes of an array into the stream, behind the object that stands for it;
        /// nil where that does not tell how many.
        case array(JoblibArray?)
    }

    init(_ cursor: Cursor) { self.cursor = cursor }

    mutating func takeEvents() -> [PickleMachine.Event] { self.machine.takeEvents() }

    mutating func jump(to offset: Int) throws(Broken) { try self.cursor.jump(to: UInt64(offset)) }

    /// Carries out one opcode, on stand-ins.
    mutating func step() throws(Broken) -> Step {
        let start = self.cursor.at
        self.opcodes += 1
        do throws(Broken) {
            let byte = try self.cursor.byte()
            guard let opcode = PickleOpcode(rawValue: byte) else {
                throw Broken(start, "no opcode of pickle")
            }
            switch opcode.argument {
            case .nothing: return try self.act(opcode)
            case .line: try self.act(opcode, try self.cursor.line())
            case .twoLines:
                try self.act(opcode, try self.cursor.line(), try self.cursor.line())
            case .bytes(let count): try self.act(opcode, try self.cursor.number(count))
            case .counted(let width):
                let count = try self.cursor.number(width)
                try self.act(opcode, try self.cursor.take(count))
            }
            return .went
        } catch {
            throw Broken(start, error.sentence)
        }
    }

    private mutating func act(_ opcode: PickleOpcode) throws(Broken) -> Step {
        switch opcode {
        case .stop: return .stopped
        case .mark: try self.machine.push(.mark)
        case .pop: _ = try self.machine.pop()
        case .popMark: _ = try self.machine.popToMark()
        case .dup: try self.machine.duplicate()
        case .none, .newTrue, .newFalse, .emptyList, .emptySet, .nextBuffer:
            try self.machine.push(.other)
        case .emptyTuple: try self.machine.push(.tuple([]))
        case .emptyDict: try self.machine.push(.dictionary([:]))
        case .append: _ = try self.machine.pop()
        case .appends, .addItems: _ = try self.machine.popToMark()
        case .list, .frozenSet:
            _ = try self.machine.popToMark()
            try self.machine.push(.other)
        case .dict:
            let items = try self.machine.popToMark()
            try self.machine.push(.dictionary([:]))
            try self.machine.setItems(items)
        case .tuple: try self.machine.pushTuple(try self.machine.popToMark())
        case .tuple1: try self.machine.pushTuple(1)
        case .tuple2: try self.machine.pushTuple(2)
        case .tuple3: try self.machine.pushTuple(3)
        case .setItem:
            let value = try self.machine.pop()
            try self.machine.setItems([try self.machine.pop(), value])
        case .setItems: try self.machine.setItems(try self.machine.popToMark())
        case .memoize: try self.machine.memoize()
        case .stackGlobal: try self.machine.importFromStack()
        case .binPersid:
            _ = try self.machine.pop()
            self.machine.note(.persistent)
            try self.machine.push(.other)
        case .reduce, .newObj, .newObjEx, .obj: try self.call(opcode)
        case .build:
            let (origin, state) = try self.machine.build()
            if origin == JoblibArray.origin { return .array(JoblibArray(state: state)) }
        default: break
        }
        return .went
    }

    private mutating func call(_ opcode: PickleOpcode) throws(Broken) {
        switch opcode {
        case .obj:
            let values = try self.machine.popToMark()
            guard let callable = values.first else { throw Broken(0, "it calls nothing") }
            try self.machine.call(callable)
        case .newObjEx:
            for _ in 0..<2 { _ = try self.machine.pop() }
            try self.machine.call(try self.machine.pop())
        default:
            let arguments = try self.machine.pop()
            let callable = try self.machine.pop()
            // numpy.dtype("f8", …): its first argument tells the width of an array's numbers.
            if case .imported("numpy", "dtype") = callable, case .tuple(let values) = arguments,
                case .text(let word)? = values.first
            {
                return try self.machine.push(.made(of: JoblibArray.dtypePrefix + word))
            }
            try self.machine.call(callable)
        }
    }

    private mutating func act(_ opcode: PickleOpcode, _ number: UInt64) throws(Broken) {
        switch opcode {
        case .proto: self.version = max(self.version, Int(number))
        case .binInt, .binInt1, .binInt2:
            try self.machine.push(.number(Int(Int32(truncatingIfNeeded: number))))
        case .binGet, .longBinGet: try self.machine.get(number)
        case .binPut, .longBinPut: try self.machine.put(number)
        case .ext1, .ext2, .ext4:
            self.machine.note(.registered)
            try self.machine.push(.other)
        case .binFloat: try self.machine.push(.other)
        default: break
        }
    }

    private mutating func act(
        _ opcode: PickleOpcode, _ bytes: UnsafeRawBufferPointer
    ) throws(Broken) {
        switch opcode {
        case .get, .put:
            guard let index = UInt64(String(lossy: bytes)) else {
                throw Broken(0, "the number of what it keeps is none")
            }
            if opcode == .get { try self.machine.get(index) } else { try self.machine.put(index) }
        case .persid:
            self.machine.note(.persistent)
            try self.machine.push(.other)
        case .int:
            try self.machine.push(Int(String(lossy: bytes)).map { .number($0) } ?? .other)
        case .long1, .long4:
            try self.machine.push(Self.number(bytes).map { .number($0) } ?? .other)
        case .string:
            // In quotes of either kind.
            try self.pushText(UnsafeRawBufferPointer(rebasing: bytes.dropFirst().dropLast()))
        case .unicode, .binUnicode, .shortBinUnicode, .binUnicode8, .binString, .shortBinString:
            try self.pushText(bytes)
        default: try self.machine.push(.other)
        }
    }

    private mutating func act(
        _ opcode: PickleOpcode, _ module: UnsafeRawBufferPointer, _ name: UnsafeRawBufferPointer
    ) throws(Broken) {
        guard module.count + name.count <= InspectionLimits.pickleNameBytesMax else {
            throw Broken(0, "what it imports has too long a name")
        }
        if opcode == .inst { _ = try self.machine.popToMark() }
        try self.machine.importGlobal(String(lossy: module), String(lossy: name))
        if opcode == .inst { try self.machine.call(try self.machine.pop()) }
    }

    private mutating func pushText(_ bytes: UnsafeRawBufferPointer) throws(Broken) {
        let isName = bytes.count <= InspectionLimits.pickleNameBytesMax
        try self.machine.push(isName ? .text(String(lossy: bytes)) : .other)
    }

    /// A whole number in two's complement, little-endian; nil when it is too long to matter.
    private static func number(_ bytes: UnsafeRawBufferPointer) -> Int? {
        guard bytes.count <= 8 else { return nil }
        var number: UInt64 = (bytes.last ?? 0) & 0x80 == 0 ? 0 : .max
        for byte in bytes.reversed() { number = number << 8 | UInt64(byte) }
        return Int(Int64(bitPattern: number))
    }
}

/// An array whose bytes stand behind the object that joblib made for it.
struct JoblibArray {
    static let origin = "joblib.numpy_pickle.NumpyArrayWrapper"
    static let dtypePrefix = "numpy.dtype "

    /// Bytes of the array; nil where its elements are objects, and a pickle follows instead.
    let byteCount: UInt64?
    /// Whether a byte says how many bytes of padding come before it.
    let isAligned: Bool

    /// Nil for a state that does not tell.
    init?(state: PickleMachine.Value) {
        guard case .dictionary(let members) = state, case .tuple(let shape)? = members["shape"],
            case .made(let dtype)? = members["dtype"], dtype.hasPrefix(Self.dtypePrefix)
        else { return nil }
        let word = dtype.dropFirst(Self.dtypePrefix.count)
        if case .number? = members["numpy_array_alignment_bytes"] {
            self.isAligned = true
        } else {
            self.isAligned = false
        }
        if word.hasPrefix("O") {
            self.byteCount = nil
            return
        }
        guard var count = UInt64(word.drop { !$0.isASCII || !$0.isNumber }), count < 1 << 32 else {
            return nil
        }
        // A character of NumPy's texts has four bytes.
        if word.contains("U") { count *= 4 }
        for extent in shape {
            guard case .number(let extent) = extent, extent >= 0 else { return nil }
            let (product, overflow) = count.multipliedReportingOverflow(by: UInt64(extent))
            guard !overflow else { return nil }
            count = product
        }
        self.byteCount = count
    }
}
