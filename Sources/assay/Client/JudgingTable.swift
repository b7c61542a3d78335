import Engine

/// The table that judges candidates, read as the one that they learn from is.
struct JudgingTable {
    let table: CleanTable
    /// The rows that are learned from, and then these.
    var dataset: Dataset

    /// - Parameter bound: the table that is learned from.
    init(
        _ bytes: [UInt8], at path: String, beside bound: TableFile.Bound, target: String?,
        task: LearningTask, weight: String?
    ) throws(InputError) {
        do {
            let (table, demanding) = try bytes.withUnsafeBytes { bytes throws(TableError) in
                try Dataset.table(
                    bytes: bytes, schema: bound.schema, target: target, task: task, weight: weight)
            }
            // By itself, so that a row is told by its place in this table.
            _ = try weight.map { name throws(TableError) in try Dataset.Weighting(of: name, table) }
            self.table = table
            self.dataset = try Dataset(
                bound.table.joined(with: table), target: target, task: task, schema: demanding,
                weight: weight
            ).takingForPositive(first: bound.dataset.positiveFirst)
        } catch {
            throw InputError(path, "\(error)")
        }
    }
}
