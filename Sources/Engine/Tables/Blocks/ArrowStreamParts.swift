/// An Arrow stream, cut after whole batches.
///
/// A block is a stream of its own: the schema, the dictionaries that hold by then, batches.
struct ArrowStreamParts: TableParts {
    private var buffer: SourceBuffer
    private let blockBytes: Int
    private var rows = 0
    /// The message that begins the first of several streams, and that of the one that is read.
    private var firstSchema: [UInt8]?
    private var schema: [UInt8] = []
    private var dictionaries: [(id: Int64, message: [UInt8])] = []
    /// Whether nothing of a stream was read yet.
    private var begins = true

    init(_ buffer: SourceBuffer, blockBytes: Int) {
        self.buffer = buffer
        self.blockBytes = blockBytes
    }

    mutating func next<Result>(
        _ body: (any TableReader) throws -> Result
    ) throws -> Result? {
        while let block = try self.block() {
            let answer = try block.withUnsafeBytes { bytes -> (Result, Int)? in
                let framing = try ArrowFraming(bytes)
                guard try framing.rows() > 0 else { return nil }
                let reader = try ArrowReader(
                    framing, bytesCount: bytes.count, rowsBefore: self.rows)
                return (try body(reader), reader.rows)
            }
            guard let (result, rows) = answer else { continue }
            self.rows += rows
            return result
        }
        guard self.rows > 0 else { throw ArrowReader.noRows }
        return nil
    }

    /// The next batches as a stream; nil where there are no more.
    private mutating func block() throws -> [UInt8]? {
        var block = self.beginning
        var hasBatches = false
        let start = block.count
        while !hasBatches || block.count - start < self.blockBytes {
            guard try self.buffer.fill(to: 1) else {
                guard self.begins, self.firstSchema != nil else { throw ArrowFraming.cut }
                break
            }
            guard let length = try self.messageBytes() else {
                guard !self.begins else { throw ArrowFraming.noSchema }
                self.buffer.drop(8)
                self.begins = true
                continue
            }
            let (message, kind) = try self.message(length)
            switch (kind, self.begins) {
            case (.schema, true):
                // A block is of one stream: this one waits for the next.
                if hasBatches { return block + ArrowFraming.streamEnd }
                self.firstSchema = self.firstSchema ?? message
                self.schema = message
                self.dictionaries = []
                block = self.beginning
            case (.schema, false), (_, true): throw ArrowFraming.noSchema
            case (.dictionary(let id, let isDelta), false):
                if !isDelta { self.dictionaries.removeAll { $0.id == id } }
                self.dictionaries.append((id, message))
                block += message
            case (.batch, false):
                hasBatches = true
                block += message
            }
            self.begins = false
            self.buffer.drop(length)
        }
        return hasBatches ? block + ArrowFraming.streamEnd : nil
    }

    /// What comes before the next batch. The reader sees the first stream's schema as well, so that
    /// it can tell whether they are the same.
    private var beginning: [UInt8] {
        let first = self.firstSchema ?? []
        let schemas =
            first == self.schema ? first : first + ArrowFraming.streamEnd + self.schema
        return self.dictionaries.reduce(into: schemas) { $0 += $1.message }
    }

    // MARK: Messages

    /// Has the next message in the buffer, and says how long it is; nil for the mark of the end.
    private mutating func messageBytes() throws -> Int? {
        guard try self.buffer.fill(to: 8) else { throw ArrowFraming.cut }
        guard let head = try self.buffer.withBytes(ArrowFraming.headBytes) else { return nil }
        guard head <= ArrowLimits.metadataBytesMax, try self.buffer.fill(to: head) else {
            throw ArrowFraming.cut
        }
        let body = try self.buffer.withBytes { try ArrowFraming.bodyBytes($0, head: head) }
        let (length, overflow) = head.addingReportingOverflow(body)
        guard !overflow, try self.buffer.fill(to: length) else { throw ArrowFraming.cut }
        return length
    }

    private enum Kind {
        case schema, batch
        case dictionary(Int64, isDelta: Bool)
    }

    private func message(_ length: Int) throws -> (bytes: [UInt8], Kind) {
        try self.buffer.withBytes { bytes in
            let bytes = UnsafeRawBufferPointer(rebasing: bytes[..<length])
            let kind: Kind
            switch try ArrowFraming.message(bytes, at: 0)?.kind {
            case .schema, nil: kind = .schema
            case .batch: kind = .batch
            case .dictionary(let table):
                kind = .dictionary(
                    try table.number(0, default: Int64(0)),
                    isDelta: try table.number(2, default: UInt8(0)) != 0)
            }
            return (Array(bytes), kind)
        }
    }
}
