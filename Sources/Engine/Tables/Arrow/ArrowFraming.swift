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
        bytes.starts(with: Self.mark) || bytes.starts(with: Self.fileMagic + [0, 0])
    }

    private static let mark: [UInt8] = [0xFF, 0xFF, 0xFF, 0xFF]
    private static let fileMagic = Array("ARROW1".utf8)

    init(_ bytes: UnsafeRawBufferPointer) throws(TableError) {
        self.isFile = !bytes.starts(with: Self.mark)
        (self.schema, self.messages) = try self.isFile ? Self.file(bytes) : Self.stream(bytes)
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
                guard !begins else { throw TableError(arrow: "a stream without a schema") }
                at += 8
                begins = true
                continue
            }
            switch (message.kind, begins) {
            case (.schema(let table), true): schema = schema ?? table
            case (.schema, false), (_, true):
                throw TableError(arrow: "a stream does not begin with its schema, and with one")
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
    private static func message(
        _ bytes: UnsafeRawBufferPointer, at start: Int
    ) throws(TableError) -> Message? {
        guard bytes.count - start >= 8 else { throw Self.cut }
        guard bytes.number(start, as: UInt32.self) == .max else {
            throw TableError(
                arrow: "a message does not begin with its mark; tables of before Arrow 0.15 have "
                    + "none: write the table anew")
        }
        let length = Int(bytes.number(start + 4, as: Int32.self))
        if length == 0 { return nil }
        guard length > 0, length <= bytes.count - start - 8 else { throw Self.cut }
        let bodyStart = start + 8 + length
        let table = try FlatTable(root: .init(rebasing: bytes[start + 8..<bodyStart]))
        guard let bodyLength = Int(exactly: try table.number(3, default: Int64(0))),
            bodyLength >= 0, bodyLength <= bytes.count - bodyStart
        else { throw Self.cut }
        let end = bodyStart + bodyLength
        return Message(
            kind: try Self.kind(of: table), body: .init(rebasing: bytes[bodyStart..<end]),
            whole: .init(rebasing: bytes[start..<end]))
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

    private static func checkVersion(_ version: Int16) throws(TableError) {
        guard version == 3 || version == 4 else {
            throw TableError(arrow: "its metadata is of another version than V4 and V5")
        }
    }

    // MARK: Files

    private static func file(
        _ bytes: UnsafeRawBufferPointer
    ) throws(TableError) -> (FlatTable, [Message]) {
        let tail = Self.fileMagic.count + 4
        guard bytes.count >= 8 + tail,
            bytes.suffix(Self.fileMagic.count).elementsEqual(Self.fileMagic)
        else { throw Self.cut }
        let footerEnd = bytes.count - tail
        let length = Int(bytes.number(footerEnd, as: Int32.self))
        guard length > 0, length <= footerEnd - 8 else { throw Self.cut }
        let inner = UnsafeRawBufferPointer(rebasing: bytes[..<(footerEnd - length)])
        let footer = try FlatTable(
            root: .init(rebasing: bytes[footerEnd - length..<footerEnd]))
        try Self.checkVersion(try footer.number(0, default: Int16(0)))
        guard let schema = try footer.table(1) else {
            throw TableError(arrow: "there is no schema")
        }
        var messages: [Message] = []
        var ranges: [Range<Int>] = []
        // Dictionaries first: in a file they hold for all batches, wherever they lie.
        for slot in [2, 3] {
            let blocks = try footer.structs(slot, stride: 24)
            for place in stride(from: 0, to: blocks.count, by: 24) {
                let (message, range) = try Self.block(blocks, at: place, in: inner)
                switch (slot, message.kind) {
                case (2, .dictionary), (3, .batch): messages.append(message)
                default: throw TableError(arrow: "a block is not what the footer says")
                }
                ranges.append(range)
                guard messages.count <= ArrowLimits.messagesMax else { throw Self.tooMany }
            }
        }
        // A batch that is there once is a batch of the table once.
        ranges.sort { $0.lowerBound < $1.lowerBound }
        guard zip(ranges, ranges.dropFirst()).allSatisfy({ $0.upperBound <= $1.lowerBound }) else {
            throw TableError(arrow: "two blocks of the file overlap")
        }
        return (schema, messages)
    }

    private static func block(
        _ blocks: UnsafeRawBufferPointer, at place: Int, in bytes: UnsafeRawBufferPointer
    ) throws(TableError) -> (Message, Range<Int>) {
        let metadata = Int(blocks.number(place + 8, as: Int32.self))
        guard let start = Int(exactly: blocks.number(place, as: Int64.self)),
            let body = Int(exactly: blocks.number(place + 16, as: Int64.self)), start >= 8,
            start <= bytes.count, metadata >= 0, metadata <= bytes.count - start, body >= 0,
            body <= bytes.count - start - metadata
        else { throw Self.cut }
        let range = start..<start + metadata + body
        guard let message = try Self.message(.init(rebasing: bytes[range]), at: 0),
            message.whole.count <= range.count,
            message.whole.count - message.body.count == metadata
        else { throw TableError(arrow: "a block is not what the footer says") }
        return (message, range)
    }

    private static var cut: TableError { TableError(arrow: "it is cut off, or not whole") }
    private static var tooMany: TableError { TableError(arrow: "it is in too many pieces") }
}
