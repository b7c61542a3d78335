/// What an Arrow file says at its end: the schema, and where dictionaries and batches lie.
struct ArrowFooter {
    let schema: FlatTable
    let dictionaries: [Block]
    let batches: [Block]

    struct Block {
        let range: Range<Int>
        /// Bytes of its message before the body.
        let head: Int
    }

    enum Part { case dictionary, batch }

    static let magic = Array("ARROW1".utf8)
    /// The footer's length and the magic.
    static let tailBytes = 4 + Self.magic.count

    /// Where the footer lies in a file of `size` bytes.
    ///
    /// - Parameter tail: the last bytes.
    static func range(
        tail: UnsafeRawBufferPointer, of size: Int
    ) throws(TableError) -> Range<Int> {
        guard size >= 8 + Self.tailBytes, tail.count == Self.tailBytes,
            tail.dropFirst(4).elementsEqual(Self.magic)
        else { throw ArrowFraming.cut }
        let end = size - Self.tailBytes
        let length = Int(tail.number(0, as: Int32.self))
        guard length > 0, length <= end - 8 else { throw ArrowFraming.cut }
        return end - length..<end
    }

    /// - Parameter start: where the footer begins: everything else lies before.
    init(_ bytes: UnsafeRawBufferPointer, at start: Int) throws(TableError) {
        let footer = try FlatTable(root: bytes)
        self.schema = try Self.schema(of: bytes)
        self.dictionaries = try Self.blocks(try footer.structs(2, stride: 24), before: start)
        self.batches = try Self.blocks(try footer.structs(3, stride: 24), before: start)
        guard self.dictionaries.count + self.batches.count <= ArrowLimits.messagesMax else {
            throw ArrowFraming.tooMany
        }
        // A batch that is there once is a batch of the table once.
        let ranges = (self.dictionaries + self.batches).map(\.range)
            .sorted { $0.lowerBound < $1.lowerBound }
        guard zip(ranges, ranges.dropFirst()).allSatisfy({ $0.upperBound <= $1.lowerBound }) else {
            throw TableError(arrow: "two blocks of the file overlap")
        }
    }

    static func schema(of bytes: UnsafeRawBufferPointer) throws(TableError) -> FlatTable {
        let footer = try FlatTable(root: bytes)
        try ArrowFraming.checkVersion(try footer.number(0, default: Int16(0)))
        guard let schema = try footer.table(1) else {
            throw TableError(arrow: "there is no schema")
        }
        return schema
    }

    private static func blocks(
        _ structs: UnsafeRawBufferPointer, before end: Int
    ) throws(TableError) -> [Block] {
        var blocks: [Block] = []
        blocks.reserveCapacity(structs.count / 24)
        for place in stride(from: 0, to: structs.count, by: 24) {
            let head = Int(structs.number(place + 8, as: Int32.self))
            guard let start = Int(exactly: structs.number(place, as: Int64.self)),
                let body = Int(exactly: structs.number(place + 16, as: Int64.self)), start >= 8,
                start <= end, head >= 0, head <= end - start, body >= 0,
                body <= end - start - head
            else { throw ArrowFraming.cut }
            blocks.append(Block(range: start..<start + head + body, head: head))
        }
        return blocks
    }
}

extension ArrowFooter.Block {
    /// The message that lies in the block.
    func message(
        _ bytes: UnsafeRawBufferPointer, of part: ArrowFooter.Part
    ) throws(TableError) -> ArrowFraming.Message {
        guard let message = try ArrowFraming.message(bytes, at: 0),
            message.whole.count <= bytes.count,
            message.whole.count - message.body.count == self.head
        else { throw Self.fault }
        switch (part, message.kind) {
        case (.dictionary, .dictionary), (.batch, .batch): return message
        default: throw Self.fault
        }
    }

    private static var fault: TableError {
        TableError(arrow: "a block is not what the footer says")
    }
}
