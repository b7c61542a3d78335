/// The bounds on an Arrow table, each with its unit and its reason.
enum ArrowLimits {
    /// The metadata of one message, in bytes: the widest table's fields with long names.
    static let metadataBytesMax = 256 * 1024 * 1024
    /// Fields of fields of fields: deeper ones are of types that are not read anyway.
    static let depthMax = 16
    /// Messages of a table: a batch of a handful of rows each, in the longest table.
    static let messagesMax = 10_000_000
    /// Cells that a byte of the file may stand for. A bit of a Boolean column is one, and
    /// compressed some hundred; columns of type null stand in no byte.
    static let cellsPerByteMax = 256
    /// Entries of dictionaries likewise: an entry takes an offset at least, and columns may share
    /// some.
    static let entriesPerByteMax = 4
    /// Cells and entries that any table may have, however small.
    static let free = 1 << 20
    /// Places of a decimal number, before or after its point.
    static let scaleMax = 76
}
