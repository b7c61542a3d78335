import Engine
import Privacy

/// Tables that people name, CSV or Arrow, read with the engine's own eyes: what passes here passes
/// there.
enum TableFile {
    /// The largest table, in bytes: it is held in memory while it is checked and sent.
    static let bytesMax = 16 << 30

    /// - Parameter advice: what is said besides of a table that is too large.
    static func bytes(_ path: String, advice: String = "") throws(InputError) -> [UInt8] {
        try InputFile.read(path, upTo: Self.bytesMax, what: "table", advice: advice)
    }

    /// A table bound to its target.
    struct Bound {
        var dataset: Dataset
        let table: CleanTable
        /// The given one, or the one that the table suggests, less what is ignored.
        let schema: Schema
    }

    /// The table read with the given schema, or with the one that it suggests.
    ///
    /// - Parameter columns: which are learned from, whatever the schema says.
    static func dataset(
        _ bytes: [UInt8], at path: String, schema: Schema?, target: String?, task: LearningTask,
        split: RowSplit? = nil, weight: String? = nil, columns: ColumnChoice = .all
    ) throws(InputError) -> Bound {
        do {
            return try bytes.withUnsafeBytes { bytes in
                let reader = try TableFormat.reader(of: bytes)
                if let target, !reader.columnNames.contains(Private(target)) {
                    throw Self.noTarget(target, reader, path)
                }
                let schema = try reader.schemaForLearning(given: schema, columns)
                let (table, demanding) = try Dataset.table(
                    bytes: bytes, schema: schema, target: target, task: task, split: split,
                    weight: weight)
                return Bound(
                    dataset: try Dataset(
                        table, target: target, task: task, schema: demanding, weight: weight),
                    table: table, schema: schema)
            }
        } catch let error as InputError {
            throw error
        } catch {
            throw InputError(path, "\(error)")
        }
    }

    /// The schema that a table suggests for it and for others; see
    /// `TableReader.schemaForLearning`.
    static func suggested(_ bytes: [UInt8], at path: String) throws(InputError) -> Schema {
        do {
            return try bytes.withUnsafeBytes {
                try TableFormat.reader(of: $0).schemaForLearning(given: nil)
            }
        } catch {
            throw InputError(path, "\(error)")
        }
    }

    /// The schema of a table alone.
    static func inferred(_ bytes: [UInt8], at path: String) throws(InputError) -> Schema {
        do {
            return try bytes.withUnsafeBytes { try Schema.infer(from: $0) }
        } catch {
            throw InputError(path, "\(error)")
        }
    }

    /// The columns of a table as its header names them, for whoever brought it.
    static func columnNames(_ bytes: [UInt8], at path: String) throws(InputError) -> [String] {
        do {
            return try bytes.withUnsafeBytes {
                try TableFormat.reader(of: $0).columnNames.map(\.revealed)
            }
        } catch {
            throw InputError(path, "\(error)")
        }
    }

    /// What a column of a table says in every row, as text; a missing value says nothing.
    static func texts(of column: String, _ reader: ArrowReader) throws -> [String] {
        let schema = try Schema([Schema.Column(column, .categorical())])
        let frame = try reader.frame(schema, unknownColumns: .ignored)
        guard case .categorical(let cells)? = frame.column(named: column)?.values else {
            preconditionFailure("a column of categories has them")
        }
        return cells.codes.map { $0 < 0 ? "" : cells.levels[Int($0)].revealed }
    }

    /// The table, its columns called otherwise.
    static func renamed(
        _ bytes: [UInt8], at path: String, _ rename: (String) -> String
    ) throws(InputError) -> [UInt8] {
        do {
            return try bytes.withUnsafeBytes { bytes in
                let reader = try TableFormat.reader(of: bytes)
                return try reader.bytes(naming: reader.columnNames.map { rename($0.revealed) })
            }
        } catch {
            throw InputError(path, "\(error)")
        }
    }

    /// The table as a schema has it.
    static func table(
        _ bytes: [UInt8], at path: String, schema: Schema
    ) throws(InputError) -> CleanTable {
        do {
            return try bytes.withUnsafeBytes {
                try TableFormat.reader(of: $0).table(schema)
            }
        } catch {
            throw InputError(path, "\(error)")
        }
    }

    /// The lines on which rows begin; rows of the file from 0, lines from 1.
    static func lines(
        ofRows rows: Set<Int>, in bytes: [UInt8], at path: String
    ) throws(InputError) -> [Int: Int] {
        do {
            return try bytes.withUnsafeBytes {
                try TableFormat.reader(of: $0).lines(ofRows: rows)
            }
        } catch {
            throw InputError(path, "\(error)")
        }
    }

    /// The header's own names are not told: where it is missing they are values.
    private static func noTarget(
        _ target: String, _ reader: any TableReader, _ path: String
    ) -> InputError {
        let count = reader.columnNames.count
        return InputError(
            path,
            "has no column '\(target)' to predict; its header has "
                + (count == 1 ? "1 column" : "\(count) columns") + reader.headerDoubt)
    }
}
