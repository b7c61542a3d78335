/// An Arrow file, a few batches at a time, found by its footer.
struct ArrowFileParts: TableParts {
    private let source: any TableSource
    private let blockBytes: Int
    private let footer: [UInt8]
    private let batches: [ArrowFooter.Block]
    /// All of the file's dictionaries, one after the other.
    private let dictionaries: [UInt8]
    private let dictionaryBlocks: [ArrowFooter.Block]
    private var nextBatch = 0
    private var rows = 0

    init(_ source: any TableSource, blockBytes: Int) throws {
        guard let size = source.size else {
            throw TableError(
                .unknownFormat,
                "an Arrow file is read from its end: name the file, or pipe an Arrow stream")
        }
        let tail = try source.bytes(max(0, size - ArrowFooter.tailBytes)..<size)
        let range = try tail.withUnsafeBytes { try ArrowFooter.range(tail: $0, of: size) }
        let footer = try source.bytes(range)
        let (dictionaries, batches) = try footer.withUnsafeBytes {
            let footer = try ArrowFooter($0, at: range.lowerBound)
            return (footer.dictionaries, footer.batches)
        }
        self.source = source
        self.blockBytes = blockBytes
        self.footer = footer
        self.batches = batches
        self.dictionaryBlocks = dictionaries
        self.dictionaries = try dictionaries.reduce(into: []) { $0 += try source.bytes($1.range) }
    }

    mutating func next<Result>(
        _ body: (any TableReader) throws -> Result
    ) throws -> Result? {
        while self.nextBatch < self.batches.count {
            let (blocks, bytes) = try self.nextBlocks()
            let answer = try self.footer.withUnsafeBytes { footer in
                try self.dictionaries.withUnsafeBytes { dictionaries in
                    try bytes.withUnsafeBytes { bytes -> (Result, Int)? in
                        let framing = ArrowFraming(
                            try ArrowFooter.schema(of: footer),
                            try Self.messages(self.dictionaryBlocks, dictionaries, .dictionary)
                                + Self.messages(blocks, bytes, .batch))
                        guard try framing.rows() > 0 else { return nil }
                        let reader = try ArrowReader(
                            framing, bytesCount: dictionaries.count + bytes.count,
                            rowsBefore: self.rows)
                        return (try body(reader), reader.rows)
                    }
                }
            }
            guard let (result, rows) = answer else { continue }
            self.rows += rows
            return result
        }
        guard self.rows > 0 else { throw ArrowReader.noRows }
        return nil
    }

    private mutating func nextBlocks() throws -> ([ArrowFooter.Block], [UInt8]) {
        var blocks: [ArrowFooter.Block] = []
        var bytes: [UInt8] = []
        repeat {
            let block = self.batches[self.nextBatch]
            bytes += try self.source.bytes(block.range)
            blocks.append(block)
            self.nextBatch += 1
        } while self.nextBatch < self.batches.count && bytes.count < self.blockBytes
        return (blocks, bytes)
    }

    /// The messages of blocks that lie one after the other.
    private static func messages(
        _ blocks: [ArrowFooter.Block], _ bytes: UnsafeRawBufferPointer, _ part: ArrowFooter.Part
    ) throws(TableError) -> [ArrowFraming.Message] {
        var messages: [ArrowFraming.Message] = []
        var start = 0
        for block in blocks {
            let end = start + block.range.count
            messages.append(
                try block.message(.init(rebasing: bytes[start..<end]), of: part))
            start = end
        }
        return messages
    }
}

extension TableSource {
    /// - Throws: where the source ends before.
    fileprivate func bytes(_ range: Range<Int>) throws -> [UInt8] {
        var buffer = SourceBuffer(self, from: range.lowerBound)
        guard try buffer.fill(to: range.count) else { throw ArrowFraming.cut }
        return buffer.withBytes { Array($0.prefix(range.count)) }
    }
}
