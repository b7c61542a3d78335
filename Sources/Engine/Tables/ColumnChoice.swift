import Privacy

/// Which columns of a table are learned from, whatever its schema says of them.
package enum ColumnChoice: Equatable, Sendable {
    case allBut([String])
    /// As a model names them that was learned before.
    case only(Set<String>)

    package static let all = ColumnChoice.allBut([])

    /// Those of a table that are ignored.
    ///
    /// - Throws: `TableError` naming one that is to be ignored and is none of them.
    func ignored(among names: [Private<String>]) throws(TableError) -> Set<String> {
        switch self {
        case .allBut(let ignored):
            let present = Set(names)
            guard let absent = ignored.first(where: { !present.contains(Private($0)) }) else {
                return Set(ignored)
            }
            throw TableError(
                .missingColumn, column: .init(number: nil, name: absent),
                "what is to be ignored is no column of the table")
        case .only(let wanted):
            return Set(names.map(\.revealed)).subtracting(wanted)
        }
    }
}

extension Schema {
    /// The schema of a table some of whose columns are not learned from. What rules name they go
    /// on seeing; of others nothing is asked, and they are not kept.
    ///
    /// - Parameter names: may hold some that are none of the schema's.
    func forLearning(ignoring names: Set<String>) throws(TableError) -> Schema {
        let ruled = self.typedRules.reduce(into: Set<String>()) { $0.formUnion($1.columns) }
        var columns = self.columns.map { column in
            guard names.contains(column.name), column.use != .checks else { return column }
            guard ruled.contains(column.name) else { return Column(column.name, .ignored) }
            var column = column
            column.use = .checks
            return column
        }
        columns += names.subtracting(columns.map(\.name)).sorted().map { Column($0, .ignored) }
        do throws(SchemaError) {
            return try Schema(columns, rules: self.rules)
        } catch {
            throw TableError(.wrongKind, "with the columns that are ignored: \(error)")
        }
    }

    func expectingMissingValues() -> Schema {
        Schema(
            suggesting: self.columns.map { column in
                var column = column
                switch column.kind {
                case .numeric, .date: column.missingValues = MissingValues.wellKnown
                case .categorical, .text, .ignored: break
                }
                return column
            })
    }
}

extension TableReader {
    /// The given schema, or the one that the table suggests to be learned from.
    ///
    /// A suggestion is for tables that are yet to come as well: what programs write for a missing
    /// value is one in every column of numbers or dates, also where this table misses none.
    package func schemaForLearning(
        given schema: Schema?, _ choice: ColumnChoice = .all
    ) throws(TableError) -> Schema {
        let ignored = try choice.ignored(among: self.columnNames)
        return if let schema {
            try schema.forLearning(ignoring: ignored)
        } else {
            try self.inferredSchema(ignoring: ignored).expectingMissingValues()
        }
    }
}
