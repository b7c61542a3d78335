/// How a job parts its rows into those that it learns from and those that it judges by.
package struct RowSplit: Equatable, Sendable {
    package let key: Key
    package let parts: Parts

    /// What decides where a row goes.
    package enum Key: Equatable, Sendable {
        /// Chance, each class being dealt out evenly.
        case chance
        /// Rows with one value in a column stay together: what is learned of a group must help with
        /// groups that nobody has seen.
        case group(Column)
        /// What is judged comes after all that was learned from, by the values of a column.
        case time(Column)
    }

    /// A column by which rows are parted. No row may miss it.
    package struct Column: Equatable, Sendable {
        package let name: String
        package let use: Use

        package enum Use: Equatable, Sendable {
            /// It parts rows, and nothing learns from it.
            case splitting
            /// It is a feature besides.
            case feature
        }

        package init(_ name: String, _ use: Use = .splitting) {
            self.name = name
            self.use = use
        }
    }

    package enum Parts: Equatable, Sendable {
        /// By time: so many windows are judged, each by all that came before it.
        case folds(Int)
        /// One part of the rows is held out, this share of them; by time the latest.
        case share(Double)
    }

    package init(_ key: Key = .chance, _ parts: Parts) {
        self.key = key
        self.parts = parts
    }

    package var column: Column? {
        switch self.key {
        case .chance: nil
        case .group(let column), .time(let column): column
        }
    }
}

extension Schema {
    /// The schema with the column by which rows are parted: no row may miss it, and it is for
    /// checks only unless it is to be a feature too.
    package func demanding(
        _ split: RowSplit?, target: String?
    ) throws(TableError) -> Schema {
        guard let wanted = split?.column else { return self }
        let place = TableError.Place(number: nil, name: wanted.name)
        var columns = self.columns
        guard let index = columns.firstIndex(where: { $0.name == wanted.name }) else {
            throw TableError(
                .missingColumn, column: place,
                "rows are to be split by this column, which is none of the schema's")
        }
        var column = columns[index]
        guard wanted.name != target, column.kind != .ignored else {
            let what = wanted.name == target ? "the target" : "ignored"
            throw TableError(
                .wrongKind, column: place, "rows cannot be split by this column: it is \(what)")
        }
        column.missing = .refused
        if wanted.use != .feature { column.use = .checks }
        columns[index] = column
        do throws(SchemaError) {
            return try Schema(columns, rules: self.rules)
        } catch {
            throw TableError(
                .wrongKind, column: place,
                "as what rows are split by, which none may miss: \(error)")
        }
    }
}
