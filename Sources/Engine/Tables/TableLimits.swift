/// The bounds on a table, each with its unit and its reason.
package enum TableLimits {
    /// Columns of a table: far above the widest that trees or linear models gain from.
    package static let columnsMax = 100_000
    /// A column's name, in bytes: it stands in messages, schemas and models.
    package static let nameBytesMax = 256
    /// One field, in bytes. A longer one is most often a quote that was never closed.
    package static let fieldBytesMax = 64 * 1024
    /// One field of a column of texts, or of one that is ignored, in bytes: a long document.
    package static let textBytesMax = 1024 * 1024
    /// One row, in bytes: the widest table with 40 bytes a field, and four of the longest texts.
    package static let rowBytesMax = 4 * 1024 * 1024
    /// Rows of a table: they are counted in 32 bits wherever there are many of them.
    package static let rowsMax = Int(Int32.max) - 1
    /// Classes of a target. More of them are a numeric target that was called classification.
    package static let classesMax = 1024
    /// Categories that a schema lists for one column.
    package static let categoriesMax = 100_000
    /// Texts that stand for a missing value in one column, and the length of each in bytes: codes
    /// of a questionnaire are a dozen.
    package static let missingValuesMax = 64
    package static let missingValueBytesMax = 64
    /// A schema in its encoded form, in bytes: the widest table with names and some categories.
    package static let schemaBytesMax = 64 * 1024 * 1024
}
