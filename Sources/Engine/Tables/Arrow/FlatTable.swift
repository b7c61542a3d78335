/// One table of a FlatBuffers message, of which every offset is checked before it is followed.
///
/// A table begins with the distance back to its vtable, which holds for each field where it lies in
/// the table (the FlatBuffers internals document, "Tables"). Numbers are little-endian. Alignment
/// is not asked for: loads here do not need it.
///
/// What is read costs no memory, so that tables which refer to one another in many ways, as no
/// honest writer lets them, are no danger by themselves; whoever walks them bounds his steps.
struct FlatTable {
    private let bytes: UnsafeRawBufferPointer
    private let start: Int
    private let size: Int
    private let vtable: Int
    private let slots: Int

    /// The root table of a message.
    init(root bytes: UnsafeRawBufferPointer) throws(TableError) {
        guard bytes.count >= 8, bytes.count <= ArrowLimits.metadataBytesMax else {
            throw TableError(arrow: "a message's metadata has no plausible length")
        }
        try self.init(bytes, at: Int(bytes.number(0, as: UInt32.self)))
    }

    /// - Parameter start: from an offset that is not trusted.
    private init(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(TableError) {
        guard start >= 0, start <= bytes.count - 4 else { throw Self.fault }
        let vtable = start - Int(bytes.number(start, as: Int32.self))
        guard vtable >= 0, vtable <= bytes.count - 4 else { throw Self.fault }
        let length = Int(bytes.number(vtable, as: UInt16.self))
        let size = Int(bytes.number(vtable + 2, as: UInt16.self))
        guard length >= 4, length % 2 == 0, length <= bytes.count - vtable, size >= 4,
            size <= bytes.count - start
        else { throw Self.fault }
        self.bytes = bytes
        self.start = start
        self.size = size
        self.vtable = vtable
        self.slots = length / 2 - 2
    }

    /// The field's number, or the schema's default where the table leaves it out.
    func number<Number: FixedWidthInteger & BitwiseCopyable>(
        _ slot: Int, default other: Number
    ) throws(TableError) -> Number {
        guard let place = try self.place(of: slot, width: MemoryLayout<Number>.size) else {
            return other
        }
        return self.bytes.number(place, as: Number.self)
    }

    /// The table that a field refers to; nil where there is none.
    func table(_ slot: Int) throws(TableError) -> FlatTable? {
        guard let target = try self.target(of: slot) else { return nil }
        return try FlatTable(self.bytes, at: target)
    }

    /// The text of a field, not checked to be UTF-8; nil where there is none.
    func text(_ slot: Int) throws(TableError) -> UnsafeRawBufferPointer? {
        try self.vector(slot, stride: 1).map { .init(rebasing: self.bytes[$0]) }
    }

    /// Numbers or structs that lie one after the other, `stride` bytes each; empty where the table
    /// leaves them out.
    func structs(_ slot: Int, stride: Int) throws(TableError) -> UnsafeRawBufferPointer {
        guard let range = try self.vector(slot, stride: stride) else {
            return UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return UnsafeRawBufferPointer(rebasing: self.bytes[range])
    }

    /// The tables of a vector.
    ///
    /// - Parameter countMax: more of them are refused before one is looked at.
    func tables(_ slot: Int, countMax: Int) throws(TableError) -> [FlatTable] {
        guard let offsets = try self.vector(slot, stride: 4) else { return [] }
        guard offsets.count / 4 <= countMax else {
            throw TableError(.tooManyColumns, "the table has more than \(countMax) columns")
        }
        var tables: [FlatTable] = []
        tables.reserveCapacity(offsets.count / 4)
        for place in stride(from: offsets.lowerBound, to: offsets.upperBound, by: 4) {
            tables.append(
                try FlatTable(
                    self.bytes, at: place + Int(self.bytes.number(place, as: UInt32.self))))
        }
        return tables
    }

    /// Where the elements of a vector lie.
    private func vector(_ slot: Int, stride: Int) throws(TableError) -> Range<Int>? {
        guard let target = try self.target(of: slot) else { return nil }
        guard target <= self.bytes.count - 4 else { throw Self.fault }
        let count = Int(self.bytes.number(target, as: UInt32.self))
        let start = target + 4
        guard count <= (self.bytes.count - start) / stride else { throw Self.fault }
        return start..<start + count * stride
    }

    /// Where an offset leads; it may lie beyond the message.
    private func target(of slot: Int) throws(TableError) -> Int? {
        guard let place = try self.place(of: slot, width: 4) else { return nil }
        return place + Int(self.bytes.number(place, as: UInt32.self))
    }

    /// Where a field of `width` bytes lies; nil where the table leaves it out.
    private func place(of slot: Int, width: Int) throws(TableError) -> Int? {
        guard slot < self.slots else { return nil }
        let offset = Int(self.bytes.number(self.vtable + 4 + 2 * slot, as: UInt16.self))
        if offset == 0 { return nil }
        guard offset >= 4, offset <= self.size - width else { throw Self.fault }
        return self.start + offset
    }

    private static var fault: TableError {
        TableError(arrow: "a message's metadata points beyond itself")
    }
}

extension UnsafeRawBufferPointer {
    /// The little-endian number at `offset`, which need not be aligned.
    @inline(__always)
    func number<Number: FixedWidthInteger & BitwiseCopyable>(
        _ offset: Int, as type: Number.Type
    ) -> Number {
        Number(littleEndian: self.loadUnaligned(fromByteOffset: offset, as: type))
    }
}

extension TableError {
    /// What is wrong with the form of an Arrow table.
    ///
    /// - Parameter problem: without a word of the table.
    init(arrow problem: String) {
        self.init(.badArrow, "no sound Arrow table: \(problem)")
    }
}
