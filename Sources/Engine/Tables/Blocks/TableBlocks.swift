/// A table of any size, a block of whole rows at a time.
///
/// A block is read like a table of its own; faults name the lines of the whole. What memory it
/// takes is bounded by the block, not by the table: of a CSV about as many bytes as were asked for,
/// of an Arrow table its batches, one at least, and the dictionaries that they refer to.
///
/// ```
/// source ──▶ buffer ──cut after a row──▶ CSVReader   ──▶ body
///                   ──after a message──▶ ArrowReader ──▶ body
/// ```
package struct TableBlocks {
    private var parts: any TableParts

    /// Bytes of a block: some ten thousand rows, so that what is done once a block costs nothing.
    package static let blockBytes = 4 << 20

    /// Looks at the first bytes, which tell the format.
    ///
    /// - Parameter blockBytes: a block has fewer, unless one row or one batch has more.
    package init(_ source: any TableSource, blockBytes: Int = Self.blockBytes) throws {
        precondition(blockBytes > 0, "blocks of \(blockBytes) bytes")
        var buffer = SourceBuffer(source)
        _ = try buffer.fill(to: ArrowFraming.beginningBytes)
        let format = try buffer.withBytes { try TableFormat(of: $0) }
        switch format {
        case .csv: self.parts = CSVParts(buffer, blockBytes: blockBytes)
        case .arrow where buffer.withBytes(ArrowFraming.beginsFile):
            self.parts = try ArrowFileParts(source, blockBytes: blockBytes)
        case .arrow: self.parts = ArrowStreamParts(buffer, blockBytes: blockBytes)
        }
    }

    /// Hands the next rows to `body`, in the table's order.
    ///
    /// - Returns: what `body` answers; nil when every row was handed out.
    /// - Throws: `TableError`, for a table without rows as well; what the source or `body` throw.
    package mutating func next<Result>(
        _ body: (any TableReader) throws -> Result
    ) throws -> Result? {
        try self.parts.next(body)
    }
}

/// How a format is cut.
protocol TableParts {
    mutating func next<Result>(_ body: (any TableReader) throws -> Result) throws -> Result?
}
