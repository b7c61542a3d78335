/// The values of one field in one batch, where they lie in the table or were unpacked to.
///
/// Whatever is read of it through an index below `count` lies within the table: lengths are checked
/// when it is made, and so are the places of texts that are there.
struct ArrowArray {
    let type: ArrowType
    let count: Int
    /// Whether each value is there.
    let validity: ArrowBits
    /// Values; of texts their offsets or views.
    let data: UnsafeRawBufferPointer
    /// The bytes of texts; several where views say in which they lie.
    let texts: [UnsafeRawBufferPointer]
    /// The values within each of a list.
    let elements: [ArrowArray]
    /// What was unpacked lies here.
    private let memory: [ColumnMemory]

    init(
        _ type: ArrowType, count: Int, validity: ArrowBits, data: UnsafeRawBufferPointer,
        texts: [UnsafeRawBufferPointer] = [], elements: [ArrowArray] = [],
        memory: [ColumnMemory]
    ) throws(TableError) {
        self.type = type
        self.count = count
        self.validity = validity
        self.data = data
        self.texts = texts
        self.elements = elements
        self.memory = memory
        guard validity.reaches(count) else { throw Self.short }
        switch type {
        case .null, .structure, .list, .other: break
        case .bool: guard data.count >= (count + 7) / 8 else { throw Self.short }
        case .integer, .float, .decimal, .date, .timestamp:
            guard count <= data.count / (type.width ?? 1) else { throw Self.short }
        case .text(.small), .binary(.small): try self.checkOffsets(of: Int32.self)
        case .text(.large), .binary(.large): try self.checkOffsets(of: Int64.self)
        case .text(.view), .binary(.view): try self.checkViews()
        }
    }

    private static var short: TableError {
        TableError(arrow: "a buffer is shorter than its values")
    }

    private func checkOffsets<Offset: FixedWidthInteger & BitwiseCopyable>(
        of type: Offset.Type
    ) throws(TableError) {
        // Offsets of no text at all may be left out.
        if self.count == 0 { return }
        guard self.count < self.data.count / MemoryLayout<Offset>.size else { throw Self.short }
        var last = self.data.number(0, as: type)
        var isSound = last >= 0
        for index in 1...self.count {
            let next = self.data.number(index * MemoryLayout<Offset>.size, as: type)
            isSound = isSound && next >= last
            last = next
        }
        guard isSound, Int(last) <= self.texts[0].count else {
            throw TableError(arrow: "the offsets of texts do not ascend to their end")
        }
    }

    private func checkViews() throws(TableError) {
        guard self.count <= self.data.count / 16 else { throw Self.short }
        for index in 0..<self.count where self.validity[index] {
            let length = self.data.number(index * 16, as: Int32.self)
            if (0...12).contains(length) { continue }
            let buffer = Int(self.data.number(index * 16 + 8, as: Int32.self))
            let start = Int(self.data.number(index * 16 + 12, as: Int32.self))
            guard length >= 0, self.texts.indices.contains(buffer), start >= 0,
                start <= self.texts[buffer].count - Int(length)
            else { throw TableError(arrow: "a text lies beyond its buffer") }
        }
    }

    /// Keeps what was unpacked up to here.
    func keepValues() { withExtendedLifetime(self.memory) {} }
}

/// One bit for each value, the lowest of a byte first; without any, all are set.
struct ArrowBits {
    private let bytes: UnsafeRawBufferPointer?

    static var allSet: ArrowBits { ArrowBits(nil) }

    init(_ bytes: UnsafeRawBufferPointer?) { self.bytes = bytes }

    var areAllSet: Bool { self.bytes == nil }

    /// Whether there is a bit for each of `count` values.
    func reaches(_ count: Int) -> Bool {
        self.bytes.map { count <= $0.count * 8 } ?? true
    }

    @inline(__always)
    subscript(_ index: Int) -> Bool {
        guard let bytes else { return true }
        return bytes[index >> 3] >> UInt8(truncatingIfNeeded: index & 7) & 1 != 0
    }

    /// Whether all bits of a range are set that begins with a byte.
    @inline(__always)
    func areSet(in range: Range<Int>) -> Bool {
        guard let bytes else { return true }
        let whole = range.upperBound >> 3
        for byte in (range.lowerBound >> 3)..<whole where bytes[byte] != 0xFF { return false }
        for index in (whole * 8)..<range.upperBound where !self[index] { return false }
        return true
    }
}
