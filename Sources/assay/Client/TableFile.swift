import Engine
import Privacy

/// CSV files that people name, read with the engine's own eyes: what passes here passes there.
enum TableFile {
    /// The largest table, in bytes: it is held in memory while it is checked and sent.
    static let bytesMax = 16 << 30

    static func bytes(_ path: String) throws(InputError) -> [UInt8] {
        try InputFile.read(path, upTo: Self.bytesMax, what: "CSV file")
    }

    /// The table bound to its target, and the schema that it was read with: the given one, or the
    /// one that it suggests.
    static func dataset(
        _ bytes: [UInt8], at path: String, schema: Schema?, target: String, task: LearningTask
    ) throws(InputError) -> (dataset: Dataset, schema: Schema) {
        do {
            return try bytes.withUnsafeBytes { bytes in
                let reader = try CSVReader(bytes)
                guard reader.columnNames.contains(Private(target)) else {
                    throw Self.noTarget(target, reader, path)
                }
                let schema = try schema ?? Schema.infer(from: bytes)
                let dataset = try Dataset(csv: bytes, schema: schema, target: target, task: task)
                return (dataset, schema)
            }
        } catch let error as InputError {
            throw error
        } catch {
            throw InputError(path, "\(error)")
        }
    }

    /// The schema that a table suggests.
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
            return try bytes.withUnsafeBytes { try CSVReader($0).columnNames.map(\.revealed) }
        } catch {
            throw InputError(path, "\(error)")
        }
    }

    /// The table under other names, given in the columns' order.
    static func renamed(
        _ bytes: [UInt8], at path: String, to names: [String]
    ) throws(InputError) -> [UInt8] {
        do {
            return try bytes.withUnsafeBytes { try CSVReader($0).bytes(naming: names) }
        } catch {
            throw InputError(path, "\(error)")
        }
    }

    /// The table as a schema has it.
    static func frame(
        _ bytes: [UInt8], at path: String, schema: Schema
    ) throws(InputError) -> Frame {
        do {
            return try bytes.withUnsafeBytes { try CSVReader($0).frame(schema) }
        } catch {
            throw InputError(path, "\(error)")
        }
    }

    /// The header's own names are not told: where it is missing they are values.
    private static func noTarget(
        _ target: String, _ reader: CSVReader, _ path: String
    ) -> InputError {
        let count = reader.columnNames.count
        return InputError(
            path,
            "has no column '\(target)' to predict; its header has "
                + (count == 1 ? "1 column" : "\(count) columns") + reader.headerDoubt)
    }
}
