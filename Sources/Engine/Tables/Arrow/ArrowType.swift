/// The types of Arrow's columns, as far as a table of numbers and texts tells them apart.
enum ArrowType: Equatable {
    case null, bool
    case integer(bits: Int, isSigned: Bool)
    case float(bits: Int)
    /// Whole numbers of 10^-scale.
    case decimal(bits: Int, scale: Int)
    /// Days since 1970 in 32 bits, or milliseconds in 64.
    case date(bits: Int)
    /// Counted from 1970; by UTC where a time zone is given, else by a clock that nobody names.
    case timestamp(unitsPerSecond: Int, isUTC: Bool)
    case text(Offsets)
    /// Bytes that are no text, such as a picture's file.
    case binary(Offsets)
    /// A value of each of the fields within.
    case structure
    /// As many values of the field within in every row.
    case list(size: Int)
    /// What no column is made of here; known as far as it takes to pass it over.
    case other(name: String, buffers: Int, isView: Bool)

    /// Where a text lies among the bytes of all.
    enum Offsets: Equatable {
        case small, large
        /// Short texts lie in their view, others where it points to.
        case view
    }

    /// Whether a column can be made of it: by itself, or of each place of a list.
    var isCell: Bool {
        switch self {
        case .binary, .structure, .list, .other: false
        default: true
        }
    }

    /// The kind of column that the type suggests, whatever it holds.
    var suggested: Schema.Kind {
        switch self {
        case .null, .integer, .float, .decimal: .numeric()
        case .date, .timestamp: .date
        case .bool, .text, .binary, .structure, .list, .other: .categorical()
        }
    }

    /// The word that messages use.
    var word: String {
        switch self {
        case .null: "null"
        case .bool: "bool"
        case .integer(let bits, let isSigned): "\(isSigned ? "" : "u")int\(bits)"
        case .float(let bits): "float\(bits)"
        case .decimal(let bits, _): "decimal\(bits)"
        case .date(let bits): "date\(bits)"
        case .timestamp: "timestamp"
        case .text: "utf8"
        case .binary(.small): "binary"
        case .binary(.large): "large_binary"
        case .binary(.view): "binary_view"
        case .structure: "struct"
        case .list: "fixed_size_list"
        case .other(let name, _, _): name
        }
    }

    /// Bytes of a value that has a width.
    var width: Int? {
        switch self {
        case .integer(let bits, _), .float(let bits), .decimal(let bits, _), .date(let bits):
            bits / 8
        case .timestamp: 8
        case .null, .bool, .text, .binary, .structure, .list, .other: nil
        }
    }
}

extension ArrowType {
    /// - Parameters:
    ///   - kind: which type of the format's union `Type`.
    ///   - table: what that type says of itself.
    ///   - children: the fields within.
    init(kind: UInt8, _ table: FlatTable?, _ children: [ArrowField]) throws(TableError) {
        guard let table else { throw TableError(arrow: "a field has no type") }
        switch kind {
        case 1: self = .null
        case 2: self = try ArrowType(integer: table)
        case 3: self = try ArrowType(float: table)
        case 4: self = .binary(.small)
        case 5: self = .text(.small)
        case 6: self = .bool
        case 7: self = try ArrowType(decimal: table)
        case 8:
            self = .date(bits: try table.number(0, default: Int16(1)) == 0 ? 32 : 64)
        case 9: self = .other(name: "time", buffers: 2, isView: false)
        case 10: self = try ArrowType(timestamp: table)
        case 11: self = .other(name: "interval", buffers: 2, isView: false)
        case 12: self = .other(name: "list", buffers: 2, isView: false)
        case 13: self = .structure
        case 15: self = .other(name: "fixed_size_binary", buffers: 2, isView: false)
        case 16: self = try ArrowType(list: table, of: children)
        case 17: self = .other(name: "map", buffers: 2, isView: false)
        case 18: self = .other(name: "duration", buffers: 2, isView: false)
        case 19: self = .binary(.large)
        case 20: self = .text(.large)
        case 21: self = .other(name: "large_list", buffers: 2, isView: false)
        case 22: self = .other(name: "run_end_encoded", buffers: 0, isView: false)
        case 23: self = .binary(.view)
        case 24: self = .text(.view)
        case 25: self = .other(name: "list_view", buffers: 3, isView: false)
        case 26: self = .other(name: "large_list_view", buffers: 3, isView: false)
        // A union has other buffers in each version of the format.
        default: throw TableError(arrow: "a field is of a type that this reader does not know")
        }
    }

    init(integer table: FlatTable) throws(TableError) {
        let bits = Int(try table.number(0, default: Int32(0)))
        guard [8, 16, 32, 64].contains(bits) else {
            throw TableError(arrow: "an integer type has no width of 8 to 64 bits")
        }
        self = .integer(bits: bits, isSigned: try table.number(1, default: UInt8(0)) != 0)
    }

    private init(float table: FlatTable) throws(TableError) {
        switch try table.number(0, default: Int16(0)) {
        case 0: self = .float(bits: 16)
        case 1: self = .float(bits: 32)
        case 2: self = .float(bits: 64)
        default: throw TableError(arrow: "a floating-point type has no known precision")
        }
    }

    private init(decimal table: FlatTable) throws(TableError) {
        let scale = Int(try table.number(1, default: Int32(0)))
        let bits = Int(try table.number(2, default: Int32(128)))
        switch bits {
        case 32, 64, 128, 256: break
        default: throw TableError(arrow: "a decimal type has no width of 32 to 256 bits")
        }
        self =
            bits == 256 || abs(scale) > ArrowLimits.scaleMax
            ? .other(name: "decimal\(bits) of scale \(scale)", buffers: 2, isView: false)
            : .decimal(bits: bits, scale: scale)
    }

    private init(list table: FlatTable, of children: [ArrowField]) throws(TableError) {
        let size = Int(try table.number(0, default: Int32(0)))
        guard children.count == 1, size >= 0 else {
            throw TableError(arrow: "a list has no field or no size")
        }
        let isOfNumbers = children[0].type.suggested == .numeric() || children[0].type == .bool
        self =
            isOfNumbers && children[0].dictionary == nil && size > 0
            ? .list(size: size) : .other(name: "fixed_size_list", buffers: 1, isView: false)
    }

    private init(timestamp table: FlatTable) throws(TableError) {
        let isUTC = try table.text(1).map { !$0.isEmpty } ?? false
        switch try table.number(0, default: Int16(0)) {
        case 0: self = .timestamp(unitsPerSecond: 1, isUTC: isUTC)
        case 1: self = .timestamp(unitsPerSecond: 1000, isUTC: isUTC)
        case 2: self = .timestamp(unitsPerSecond: 1_000_000, isUTC: isUTC)
        case 3: self = .timestamp(unitsPerSecond: 1_000_000_000, isUTC: isUTC)
        default: throw TableError(arrow: "a timestamp has no known unit")
        }
    }
}
