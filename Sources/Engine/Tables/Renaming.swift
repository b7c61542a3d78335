// Columns under other names: what whoever sends a table away does to it, and undoes to the model
// that comes back. Values, kinds and the order of columns stay, and so does every bit that is
// learned from them.

extension CSVReader {
    /// The same table under other names, which are given in the columns' order.
    ///
    /// - Requires: one name for each column, of letters and digits, so that none needs quotes.
    package func bytes(naming names: [String]) -> [UInt8] {
        precondition(names.count == self.columnNames.count, "a name for each column is needed")
        precondition(
            names.allSatisfy { !$0.isEmpty && $0.allSatisfy { $0.isLetter || $0.isNumber } },
            "a name would need quotes")
        return Array(names.joined(separator: ",").utf8) + [0x0A] + self.rowBytes
    }
}

extension Schema {
    /// - Throws: when two columns would have one name.
    package func renamed(_ rename: (String) -> String) throws(SchemaError) -> Schema {
        try Schema(
            self.columns.map { Column(rename($0.name), $0.kind, missing: $0.missing) })
    }
}

extension FittedModel {
    /// The same model for tables whose columns are called otherwise.
    ///
    /// - Throws: when two columns would have one name.
    package func renamed(_ rename: (String) -> String) throws(SchemaError) -> FittedModel {
        FittedModel(
            task: self.task, schema: try self.schema.renamed(rename), target: rename(self.target),
            classNames: self.classNames, recipe: self.recipe,
            encoder: Encoder(
                form: self.encoder.form,
                columns: self.encoder.columns.map {
                    Encoder.Column(name: rename($0.name), encoding: $0.encoding)
                }), predictor: self.predictor)
    }
}
