/// Finds the messages of an Arrow table in a stream or a file (the Arrow columnar format, "IPC
/// Streaming Format" and "IPC File Format").
///
/// A stream is a schema, then batches, then a mark that ends it. Streams of one schema may follow
/// one another, so that the files of a table that was written in parts make it whole when they are
/// joined end to end.
///
/// A file is read by its footer, as others read it: two readers must not see two tables.
struct ArrowFraming {
    let schema: FlatTable
    let messages: [Message]
    /// Whether a dictionary holds for all batches.
    let isFile: Bool

    struct Message {
        let kind: Kind
        let body: UnsafeRawBufferPointer
        /// The whole message, as it lies in the table.
        let whole: UnsafeRawBufferPointer

        enum Kind {
            case schema(FlatTable), dictionary(FlatTable), batch(FlatTable)
        }
    }

    /// Whether a table is Arrow's, by its first bytes: no text begins so.
    static func begins(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.starts(with: Self.mark) || Self.beginsFile(bytes)
    }

    static func beginsFile(_ bytes: UnsafeRawBufferPointer) -> Bool {
        bytes.starts(with: ArrowFooter.magic + [0, 0])
    }

    /// As many bytes of a table as tell.
    static let beginningBytes = 8

    private static let mark: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
    static let streamEnd: [UInt8] = Self.mark + [0, 0, 0, 0]

    init(_ bytes: UnsafeRawBufferPointer) throws(TableError) {
        self.isFile = !bytes.starts(with: Self.mark)
        (self.schema, self.messages) = try self.isFile ? Self.file(bytes) : Self.stream(bytes)
    }

    /// Parts of a file.
    init(_ schema: FlatTable, _ messages: [Message]) {
        self.isFile = true
        self.schema = schema
        self.messages = messages
    }

    /// Rows of all batches.
    func rows() throws(TableError) -> Int {
        var rows = 0
        for message in self.messages {
            guard case .batch(let table) = message.kind else { continue }
            rows += try ArrowBatch(table, body: message.body).rows
            guard rows <= TableLimits.rowsMax else {
                throw TableError(
                    .tooManyRows, "the table has more than \(TableLimits.rowsMax) rows")
            }
        }
        return rows
    }

    // MARK: Streams

    private static func stream(
        _ bytes: UnsafeRawBufferPointer
    ) throws(TableError) -> (FlatTable, [Message]) {
        var schema: FlatTable?
        var messages: [Message] = []
        var at = 0
        var begins = true
        while at < bytes.count {
            guard let message = try Self.message(bytes, at: at) else {
                guard !begins else { throw Self.noSchema }
                at += 8
                begins = true
                continue
            }
            switch (message.kind, begins) {
            case (.schema(let table), true): schema = schema ?? table
            case (.schema, false), (_, true): throw Self.noSchema
            case (_, false): break
            }
            messages.append(message)
            guard messages.count <= ArrowLimits.messagesMax else { throw Self.tooMany }
            begins = false
            at += message.whole.count
        }
        // The mark may be missing by the format. Then nothing tells a stream that was cut between
        // two batches from a whole one, so it is asked for; all writers write it.
        guard let schema, begins else { throw Self.cut }
        return (schema, messages)
    }

    /// - Returns: nil where the stream ends by its mark.
    static func message(
        _ bytes: UnsafeRawBufferPointer, at start: Int
    ) throws(TableError) -> Message? {
        let rest = UnsafeRawBufferPointer(rebasing: bytes[start...])
        guard let head = try Self.headBytes(rest) else { return nil }
        guard head <= rest.count else { throw Self.cut }
        let body = try Self.bodyBytes(rest, head: head)
        guard body <= rest.count - head else { throw Self.cut }
        let table = try FlatTable(root: .init(rebasing: rest[8..<head]))
        return Message(
            kind: try Self.kind(of: table), body: .init(rebasing: rest[head..<head + body]),
            whole: .init(rebasing: rest[..<(head + body)]))
    }

    /// Bytes of the message that begins here, up to its body; nil for the mark of a stream's end.
    static func headBytes(_ bytes: UnsafeRawBufferPointer) throws(TableError) -> Int? {
        guard bytes.count >= 8 else { throw Self.cut }
        guard bytes.number(0, as: UInt32.self) == .max else {
            throw TableError(
                arrow: "a message does not begin with its mark; tables of before Arrow 0.15 have "
                    + "none: write the table anew")
        }
        let length = Int(bytes.number(4, as: Int32.self))
        if length == 0 { return nil }
        guard length > 0 else { throw Self.cut }
        return 8 + length
    }

    /// Bytes of the body of the message that begins here.
    ///
    /// - Requires: `bytes` holds its head.
    static func bodyBytes(
        _ bytes: UnsafeRawBufferPointer, head: Int
    ) throws(TableError) -> Int {
        let table = try FlatTable(root: .init(rebasing: bytes[8..<head]))
        guard let length = Int(exactly: try table.number(3, default: Int64(0))), length >= 0 else {
            throw Self.cut
        }
        return length
    }

    private static func kind(of message: FlatTable) throws(TableError) -> Message.Kind {
        try Self.checkVersion(try message.number(0, default: Int16(0)))
        guard let header = try message.table(2) else {
            throw TableError(arrow: "a message without a header")
        }
        switch try message.number(1, default: UInt8(0)) {
        case 1: return .schema(header)
        case 2: return .dictionary(header)
        case 3: return .batch(header)
        default: throw TableError(arrow: "a message that is of no table, but a tensor perhaps")
        }
    }

    static func checkVersion(_ version: Int16) throws(TableError) {
        guard version == 3 || version == 4 else {
            throw TableError(arrow: "its metadata is of another version than V4 and V5")
        }
    }

    // MARK: Files

    private static func file(
        _ bytes: UnsafeRawBufferPointer
    ) throws(TableError) -> (FlatTable, [Message]) {
        let tail = UnsafeRawBufferPointer(rebasing: bytes.suffix(ArrowFooter.tailBytes))
        let range = try ArrowFooter.range(tail: tail, of: bytes.count)
        let footer = try ArrowFooter(.init(rebasing: bytes[range]), at: range.lowerBound)
        // Dictionaries first: in a file they hold for all batches, wherever they lie.
        var messages: [Message] = []
        for block in footer.dictionaries {
            messages.append(
                try block.message(.init(rebasing: bytes[block.range]), of: .dictionary))
        }
        for block in footer.batches {
            messages.append(try block.message(.init(rebasing: bytes[block.range]), of: .batch))
        }
        return (footer.schema, messages)
    }

    static var cut: TableError { TableError(arrow: "it is cut off, or not whole") }
    static var tooMany: TableError { TableError(arrow: "it is in too many pieces") }
    static var noSchema: TableError {
        TableError(arrow: "a stream does not begin with its schema, and with one")
    }
}
