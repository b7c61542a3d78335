package import Privacy

/// Reads a table of one format. What its fields are is the format's affair; what becomes of them is
/// the schema's, and the same for all formats.
///
/// A reader borrows the bytes, so that a mapped file is read without a copy; they must outlive it
/// and must not change meanwhile (a sealed memfd cannot).
package protocol TableReader: TableRows {
    /// What a message about names adds when the file may have named no columns.
    var headerDoubt: String { get }

    var rowsCount: Int { get }

    /// The schema that this table suggests: names and kinds, and nothing of what fields hold.
    ///
    /// Missing values are allowed everywhere.
    ///
    /// - Parameter ignored: columns that the schema ignores, whatever is in them.
    func inferredSchema(ignoring ignored: Set<String>) throws(TableError) -> Schema

    /// The same table under other names, which are given in the columns' order.
    ///
    /// - Requires: one name for each column, of letters and digits.
    func bytes(naming names: [String]) throws(TableError) -> [UInt8]
}

extension TableReader {
    package func inferredSchema() throws(TableError) -> Schema {
        try self.inferredSchema(ignoring: [])
    }
}

/// Rows of named columns, wherever they come from.
package protocol TableRows {
    /// As whoever wrote the table names them, in its order.
    ///
    /// Where a file may be without a header these are values, so they are private: a message may
    /// hold one only if somebody else named the column so, in a schema or as target.
    var columnNames: [Private<String>] { get }

    /// Every row and every column that is kept, and what the schema's remedies have to do with it.
    func fields(
        _ schema: Schema, unknownColumns: UnknownColumns
    ) throws(TableError) -> TableFields

    /// The line on which each of these rows begins. Rows count from 0, lines from 1.
    func lines(ofRows rows: Set<Int>) -> [Int: Int]
}

/// What becomes of a column that the schema does not name.
package enum UnknownColumns: Sendable {
    case refused, ignored
}

/// A table as its format has it, before rows are left out of it.
package struct TableFields {
    let frame: Frame
    let damage: FieldDamage
}

extension TableRows {
    /// Reads the table as `schema` has it: its columns, in its order, every field checked.
    ///
    /// - Complexity: one pass; eight bytes a number and four a category, and each level once.
    package func frame(
        _ schema: Schema, unknownColumns: UnknownColumns = .refused
    ) throws(TableError) -> Frame {
        try self.table(schema, unknownColumns: unknownColumns).frame
    }
}

/// The formats of tables, told apart by their first bytes.
package enum TableFormat: Sendable {
    case csv, arrow

    /// - Throws: `TableError` for formats that are known by name only.
    package init(of bytes: UnsafeRawBufferPointer) throws(TableError) {
        if bytes.starts(with: Array("PAR1".utf8)) {
            throw TableError(
                .unknownFormat, "a Parquet file; write the table as Arrow IPC (Feather) or CSV")
        }
        if bytes.starts(with: Array("FEA1".utf8)) {
            throw TableError(.unknownFormat, "a file of Feather version 1; write version 2 or CSV")
        }
        self = ArrowFraming.begins(bytes) ? .arrow : .csv
    }

    /// Reads the beginning of a table, whichever format it has.
    package static func reader(
        of bytes: UnsafeRawBufferPointer
    ) throws(TableError) -> any TableReader {
        switch try TableFormat(of: bytes) {
        case .csv: try CSVReader(bytes)
        case .arrow: try ArrowReader(bytes)
        }
    }
}

extension Schema {
    /// See `TableReader.inferredSchema(ignoring:)`.
    package static func infer(from table: UnsafeRawBufferPointer) throws(TableError) -> Schema {
        try TableFormat.reader(of: table).inferredSchema()
    }

    /// - Requires: the reader has checked the names by the rules of schemas.
    init(suggesting columns: [Column]) {
        do throws(SchemaError) {
            self = try Schema(columns)
        } catch {
            preconditionFailure("the header was checked by the same rules: \(error)")
        }
    }
}
