/// Reads bytes one after the other, never beyond their end.
struct Cursor {
    let bytes: UnsafeRawBufferPointer
    /// The offset of the next unread byte.
    private(set) var at = 0

    init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

    var left: Int { self.bytes.count - self.at }
    var isAtEnd: Bool { self.left == 0 }

    var next: UInt8? { self.isAtEnd ? nil : self.bytes[self.at] }

    mutating func byte() throws(Broken) -> UInt8 {
        guard self.left >= 1 else { throw self.end() }
        defer { self.at += 1 }
        return self.bytes[self.at]
    }

    mutating func take(_ count: UInt64) throws(Broken) -> UnsafeRawBufferPointer {
        guard count <= UInt64(self.left) else { throw self.end() }
        defer { self.at += Int(count) }
        return UnsafeRawBufferPointer(rebasing: self.bytes[self.at..<self.at + Int(count)])
    }

    /// A number in little-endian order.
    mutating func number(_ width: Int) throws(Broken) -> UInt64 {
        var number: UInt64 = 0
        for (index, byte) in try self.take(UInt64(width)).enumerated() {
            number |= UInt64(byte) << UInt64(8 * index)
        }
        return number
    }

    /// The bytes up to a line feed, which is read too.
    mutating func line() throws(Broken) -> UnsafeRawBufferPointer {
        guard let end = self.bytes[self.at...].firstIndex(of: 0x0A) else { throw self.end() }
        defer { self.at = end + 1 }
        return UnsafeRawBufferPointer(rebasing: self.bytes[self.at..<end])
    }

    mutating func jump(to offset: UInt64) throws(Broken) {
        guard offset <= UInt64(self.bytes.count) else {
            throw Broken(self.at, "it points beyond its end")
        }
        self.at = Int(offset)
    }

    func end() -> Broken { Broken(self.at, "it ends in the midst of something") }
}

/// Bytes that are not what they should be.
struct Broken: Error, Equatable {
    let at: Int
    let sentence: String

    init(_ at: Int, _ sentence: String) {
        self.at = at
        self.sentence = sentence
    }

    var description: String { "byte \(self.at): \(self.sentence)" }
}

extension String {
    /// Text from a file; what is no UTF-8 is replaced, so that any bytes have one.
    init(lossy bytes: UnsafeRawBufferPointer) {
        self.init(decoding: bytes, as: UTF8.self)
    }
}
