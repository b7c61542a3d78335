/// Reads the fields of a protobuf message one after the other, without any schema.
///
/// By the encoding that protobuf documents: a field begins with its number and its wire type.
/// Groups are not read: nobody has written one for twenty years.
struct MessageReader {
    private(set) var cursor: Cursor

    init(_ bytes: UnsafeRawBufferPointer) { self.cursor = Cursor(bytes) }

    struct Field {
        let number: UInt64
        let value: Value
    }

    enum Value {
        case varint(UInt64)
        case fixed(UInt64)
        case bytes(UnsafeRawBufferPointer)
    }

    /// Nil at the end.
    mutating func next() throws(Broken) -> Field? {
        guard !self.cursor.isAtEnd else { return nil }
        let start = self.cursor.at
        let tag = try self.varint()
        guard tag >> 3 > 0, tag >> 3 < 1 << 29 else { throw Broken(start, "no field of a message") }
        switch tag & 7 {
        case 0: return Field(number: tag >> 3, value: .varint(try self.varint()))
        case 1: return Field(number: tag >> 3, value: .fixed(try self.cursor.number(8)))
        case 2:
            let count = try self.varint()
            return Field(number: tag >> 3, value: .bytes(try self.cursor.take(count)))
        case 5: return Field(number: tag >> 3, value: .fixed(try self.cursor.number(4)))
        default: throw Broken(start, "a field of no type that is in use")
        }
    }

    private mutating func varint() throws(Broken) -> UInt64 {
        var value: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            let byte = try self.cursor.byte()
            value |= UInt64(byte & 0x7F) << shift
            if byte & 0x80 == 0 { return value }
        }
        throw Broken(self.cursor.at, "a number of more than ten bytes")
    }
}

extension MessageReader.Field {
    var bytes: UnsafeRawBufferPointer? {
        if case .bytes(let bytes) = self.value { bytes } else { nil }
    }

    var varint: UInt64? {
        if case .varint(let number) = self.value { number } else { nil }
    }

    var text: String? { self.bytes.map { String(lossy: $0) } }
}
