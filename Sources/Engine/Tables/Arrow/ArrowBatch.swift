/// One record batch, from which arrays are taken field by field in the schema's order.
struct ArrowBatch {
    let rows: Int
    /// A field node each: how many values, and how many of them are null.
    private let nodes: UnsafeRawBufferPointer
    /// Where each buffer lies in the body, and its length.
    private let buffers: UnsafeRawBufferPointer
    /// How many buffers the texts of each field of views have.
    private let viewCounts: UnsafeRawBufferPointer
    private let isPacked: Bool
    private let body: UnsafeRawBufferPointer
    private var node = 0
    private var buffer = 0
    private var viewCount = 0

    init(_ table: FlatTable, body: UnsafeRawBufferPointer) throws(TableError) {
        guard let rows = Int(exactly: try table.number(0, default: Int64(0))),
            (0...TableLimits.rowsMax).contains(rows)
        else {
            throw TableError(.tooManyRows, "the table has more than \(TableLimits.rowsMax) rows")
        }
        self.rows = rows
        self.nodes = try table.structs(1, stride: 16)
        self.buffers = try table.structs(2, stride: 16)
        self.viewCounts = try table.structs(4, stride: 8)
        self.body = body
        guard let compression = try table.table(3) else {
            self.isPacked = false
            return
        }
        guard try compression.number(1, default: Int8(0)) == 0 else {
            throw TableError(arrow: "it is compressed by a method that this reader does not know")
        }
        guard try compression.number(0, default: Int8(0)) == 0 else {
            throw TableError(
                .badArrow,
                "the table is compressed by ZSTD, which this reader does not know; write it with "
                    + "compression 'lz4' or 'uncompressed'")
        }
        self.isPacked = true
    }

    /// Whether every field was taken.
    var isAtEnd: Bool {
        self.node * 16 == self.nodes.count && self.buffer * 16 == self.buffers.count
            && self.viewCount * 8 == self.viewCounts.count
    }

    // MARK: Fields

    /// The next field's values, or its indices; nothing is unpacked of one that is passed over.
    mutating func take(_ field: ArrowField) throws(TableError) -> ArrowArray {
        let array = try self.take(field.stored, of: field)
        guard array.count == self.rows else {
            throw TableError(arrow: "a column and its batch have different numbers of rows")
        }
        return array
    }

    /// The entries of a field's dictionary, which are the only column of their batch.
    mutating func takeEntries(of field: ArrowField) throws(TableError) -> ArrowArray {
        let array = try self.take(field.type, of: field)
        guard self.isAtEnd else {
            throw TableError(arrow: "a dictionary does not have one column")
        }
        return array
    }

    /// The only binary field within the next field, and the struct itself, which may miss values.
    mutating func takeBinary(
        within field: ArrowField
    ) throws(TableError) -> (binary: ArrowArray, itself: ArrowArray) {
        let (count, nulls) = try self.nextNode()
        var memory: [ColumnMemory] = []
        let validity = try self.nextBuffer(&memory)
        guard nulls == 0 || !validity.isEmpty else { throw Self.silent }
        // As an array of nothing else it keeps its bits, and what they were unpacked to.
        let itself = try ArrowArray(
            .structure, count: count, validity: ArrowBits(validity.isEmpty ? nil : validity),
            data: UnsafeRawBufferPointer(start: nil, count: 0), memory: memory)
        var found: ArrowArray?
        for child in field.children {
            if child.isBinary { found = try self.take(child) } else { try self.skip(child) }
        }
        guard let found, itself.count == self.rows else {
            throw TableError(arrow: "a column and its batch have different numbers of rows")
        }
        return (found, itself)
    }

    private mutating func take(
        _ type: ArrowType, of field: ArrowField
    ) throws(TableError) -> ArrowArray {
        let (count, nulls) = try self.nextNode()
        var memory: [ColumnMemory] = []
        let none = UnsafeRawBufferPointer(start: nil, count: 0)
        var validity = none
        if type != .null { validity = try self.nextBuffer(&memory) }
        guard nulls == 0 || !validity.isEmpty || type == .null else { throw Self.silent }
        var data = none
        var texts: [UnsafeRawBufferPointer] = []
        var elements: [ArrowArray] = []
        switch type {
        case .null: break
        case .bool, .integer, .float, .decimal, .date, .timestamp:
            data = try self.nextBuffer(&memory)
        case .text(let offsets), .binary(let offsets):
            data = try self.nextBuffer(&memory)
            let count = offsets == .view ? try self.nextViewCount() : 1
            for _ in 0..<count { texts.append(try self.nextBuffer(&memory)) }
        case .list(let size):
            let values = try self.take(field.children[0].type, of: field.children[0])
            let (needed, overflow) = count.multipliedReportingOverflow(by: size)
            guard !overflow, values.count >= needed else {
                throw TableError(arrow: "a list has too few values")
            }
            elements = [values]
        case .structure, .other: preconditionFailure("no column is made of \(type.word)")
        }
        return try ArrowArray(
            type, count: count, validity: ArrowBits(validity.isEmpty ? nil : validity),
            data: data, texts: texts, elements: elements, memory: memory)
    }

    /// Passes the next field over.
    mutating func skip(_ field: ArrowField) throws(TableError) {
        _ = try self.nextNode()
        switch field.stored {
        case .null: break
        case .bool, .integer, .float, .decimal, .date, .timestamp: self.buffer += 2
        case .text(.view), .binary(.view): self.buffer += 2 + (try self.nextViewCount())
        case .text, .binary: self.buffer += 3
        case .structure, .list: self.buffer += 1
        case .other(_, let buffers, let isView):
            self.buffer += buffers + (isView ? try self.nextViewCount() : 0)
        }
        // The values of a dictionary do not lie here.
        guard field.dictionary == nil else { return }
        for child in field.children { try self.skip(child) }
    }

    // MARK: Nodes and buffers

    private mutating func nextNode() throws(TableError) -> (count: Int, nulls: Int64) {
        guard self.node < self.nodes.count / 16 else { throw Self.tooFew }
        let place = self.node * 16
        self.node += 1
        let count = self.nodes.number(place, as: Int64.self)
        guard count >= 0, count <= TableLimits.rowsMax * TableLimits.columnsMax else {
            throw TableError(arrow: "a column has no plausible length")
        }
        return (Int(count), self.nodes.number(place + 8, as: Int64.self))
    }

    private mutating func nextViewCount() throws(TableError) -> Int {
        guard self.viewCount < self.viewCounts.count / 8 else { throw Self.tooFew }
        let count = self.viewCounts.number(self.viewCount * 8, as: Int64.self)
        self.viewCount += 1
        guard count >= 0, count <= self.buffers.count / 16 else { throw Self.tooFew }
        return Int(count)
    }

    private mutating func nextBuffer(
        _ memory: inout [ColumnMemory]
    ) throws(TableError) -> UnsafeRawBufferPointer {
        guard self.buffer < self.buffers.count / 16 else { throw Self.tooFew }
        let start = self.buffers.number(self.buffer * 16, as: Int64.self)
        let length = self.buffers.number(self.buffer * 16 + 8, as: Int64.self)
        self.buffer += 1
        guard start >= 0, length >= 0, start <= self.body.count,
            length <= self.body.count - Int(start)
        else { throw TableError(arrow: "a buffer lies beyond its batch") }
        let bytes = UnsafeRawBufferPointer(
            rebasing: self.body[Int(start)..<Int(start) + Int(length)])
        guard self.isPacked, !bytes.isEmpty else { return bytes }
        return try Self.unpacked(bytes, &memory)
    }

    /// The length comes first, -1 where packing would not have paid.
    private static func unpacked(
        _ bytes: UnsafeRawBufferPointer, _ memory: inout [ColumnMemory]
    ) throws(TableError) -> UnsafeRawBufferPointer {
        guard bytes.count >= 8 else { throw TableError(arrow: "a buffer has no length") }
        let length = bytes.number(0, as: Int64.self)
        let packed = UnsafeRawBufferPointer(rebasing: bytes[8...])
        if length == -1 { return packed }
        guard length >= 0, length <= packed.count * LZ4Frame.expansionMax else {
            throw TableError(arrow: "a compressed buffer has no plausible length")
        }
        let room = ColumnMemory(of: UInt8.self, count: Int(length))
        let target = UnsafeMutableRawBufferPointer(start: room.start, count: Int(length))
        guard LZ4Frame.unpack(packed, into: target) else {
            throw TableError(arrow: "a compressed buffer is no sound LZ4 frame of its length")
        }
        memory.append(room)
        return UnsafeRawBufferPointer(target)
    }

    private static var silent: TableError {
        TableError(arrow: "a column misses values, and does not say which")
    }

    private static var tooFew: TableError {
        TableError(arrow: "a batch has fewer buffers than its schema needs")
    }
}
