extension Schema {
    /// The schema with columns that nobody learns from. Where it has rules these go on seeing them;
    /// else their fields are not kept.
    ///
    /// - Throws: `TableError` naming the first that is no column of it.
    package func ignoring(_ names: [String]) throws(TableError) -> Schema {
        var columns = self.columns
        for name in names {
            let place = TableError.Place(number: nil, name: name)
            guard let index = columns.firstIndex(where: { $0.name == name }) else {
                throw TableError(
                    .missingColumn, column: place, "what is to be ignored is no column of the table"
                )
            }
            if self.rules.isEmpty {
                columns[index] = Column(name, .ignored)
            } else if columns[index].kind != .ignored {
                columns[index].use = .checks
            }
        }
        do throws(SchemaError) {
            return try Schema(columns, rules: self.rules)
        } catch {
            throw TableError(
                .wrongKind, column: .init(number: nil, name: error.column ?? names[0]),
                "as one that is ignored: \(error)")
        }
    }
}
