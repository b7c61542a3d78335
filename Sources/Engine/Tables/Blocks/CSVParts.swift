import Privacy

/// A CSV, cut after whole rows.
///
/// A line feed ends a row where an even number of quotes precedes it, since a quote opens a field,
/// closes it or stands doubled. Where a table breaks that rule its reader finds so in the same
/// block: everything before the fault was cut right.
struct CSVParts: TableParts {
    private var buffer: SourceBuffer
    private let blockBytes: Int
    /// Known once the first block was read.
    private var columnNames: [Private<String>]?
    /// Line feeds of what was handed out.
    private var lines = 0

    /// The longest header, in bytes: all names as long as they may be, quoted.
    private static let headerBytesMax = TableLimits.columnsMax * (TableLimits.nameBytesMax + 3)

    init(_ buffer: SourceBuffer, blockBytes: Int) {
        self.buffer = buffer
        self.blockBytes = blockBytes
    }

    mutating func next<Result>(
        _ body: (any TableReader) throws -> Result
    ) throws -> Result? {
        let isFirst = self.columnNames == nil
        guard try self.buffer.fill(to: 1) || isFirst else { return nil }
        let end = try self.end(isFirst: isFirst)
        let (result, reader) = try self.buffer.withBytes { bytes in
            let bytes = UnsafeRawBufferPointer(rebasing: bytes[..<end])
            let reader =
                if let names = self.columnNames {
                    try CSVReader(rows: bytes, below: names, linesBefore: self.lines)
                } else {
                    try CSVReader(bytes)
                }
            return (try body(reader), reader)
        }
        self.columnNames = reader.columnNames
        self.lines += reader.lineFeeds
        self.buffer.drop(end)
        return result
    }

    /// Where the block ends: after a row, or where no reader would get to.
    private mutating func end(isFirst: Bool) throws -> Int {
        var wanted = self.blockBytes
        while true {
            let isWhole = try !self.buffer.fill(to: wanted)
            if isWhole { return self.buffer.count }
            let end = self.buffer.withBytes { bytes in
                let text = bytes.bindMemory(to: UInt8.self)
                let start = isFirst ? Self.endOfHeader(text) : 0
                return start.flatMap { Self.endOfRows(text, from: $0) }
            }
            if let end { return end }
            let longest = TableLimits.rowBytesMax + (isFirst ? Self.headerBytesMax : 0)
            if self.buffer.count > longest { return self.buffer.withBytes(Self.endOfCharacters) }
            wanted = 2 * self.buffer.count
        }
    }

    // MARK: Text

    private static func endOfHeader(_ text: UnsafeBufferPointer<UInt8>) -> Int? {
        var isQuoted = false
        for (offset, byte) in text.enumerated() {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == 0x0A, !isQuoted { return offset + 1 }
        }
        return nil
    }

    /// Behind the last row that ends; nil where none does.
    private static func endOfRows(
        _ text: UnsafeBufferPointer<UInt8>, from start: Int
    ) -> Int? {
        let rows = text[start...]
        var quotes: UInt8 = 0
        for byte in rows { quotes |= byte == UInt8(ascii: "\"") ? 1 : 0 }
        // Nearly all blocks: the last line feed is near the end.
        if quotes == 0 { return rows.lastIndex(of: 0x0A).map { $0 + 1 } }
        var isQuoted = false
        var end: Int?
        for offset in rows.indices {
            let byte = text[offset]
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            if byte == 0x0A, !isQuoted { end = offset + 1 }
        }
        return end
    }

    /// Behind the last whole character, so that a row without an end is no fault of encoding.
    private static func endOfCharacters(_ bytes: UnsafeRawBufferPointer) -> Int {
        var end = bytes.count
        while end > 0, bytes.count - end < 3, bytes[end - 1] & 0xC0 == 0x80 { end -= 1 }
        return end > 0 && bytes[end - 1] >= 0xC0 ? end - 1 : bytes.count
    }
}
