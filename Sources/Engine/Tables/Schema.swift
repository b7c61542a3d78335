/// The columns that a table must have: names, kinds and what their fields may hold.
///
/// A plain value: whoever reads schema files builds it column by column, and the initialiser
/// checks the whole.
package struct Schema: Equatable, Sendable {
    /// In the order in which a frame read with this schema has them; ignored ones are left out.
    package let columns: [Column]

    package init(_ columns: [Column]) throws(SchemaError) {
        guard !columns.isEmpty else { throw SchemaError(column: nil, "a schema names no column") }
        guard columns.count <= TableLimits.columnsMax else {
            throw SchemaError(
                column: nil,
                "a schema names \(columns.count) columns; \(TableLimits.columnsMax) are the most")
        }
        var names: Set<String> = []
        for column in columns {
            if let problem = Self.problem(withName: column.name) {
                throw SchemaError(column: nil, "the name of a column \(problem)")
            }
            guard names.insert(column.name).inserted else {
                throw SchemaError(column: column.name, "is named twice")
            }
            try Self.check(column)
        }
        self.columns = columns
    }

    package struct Column: Equatable, Sendable {
        package let name: String
        package let kind: Kind
        package let missing: Missing

        package init(_ name: String, _ kind: Kind, missing: Missing = .allowed) {
            self.name = name
            self.kind = kind
            self.missing = missing
        }
    }

    package enum Kind: Equatable, Sendable {
        /// Decimal numbers, each within `bounds`.
        case numeric(bounds: Bounds = .none)
        /// Texts; when `categories` are listed, no others.
        case categorical(categories: [String]? = nil)
        /// Checked for its form and not kept.
        case ignored

        /// The word that schema files use.
        package var word: String {
            switch self {
            case .numeric: "numeric"
            case .categorical: "categorical"
            case .ignored: "ignored"
            }
        }
    }

    /// The least and the greatest number that a field may hold, both included.
    package struct Bounds: Equatable, Sendable {
        package let low: Double?
        package let high: Double?

        package init(low: Double?, high: Double?) {
            self.low = low
            self.high = high
        }

        package static let none = Bounds(low: nil, high: nil)
    }

    /// Whether an empty field is a missing value or an error.
    package enum Missing: String, Equatable, Sendable {
        case allowed, refused
    }

    package func column(named name: String) -> Column? {
        self.columns.first { $0.name == name }
    }

    /// Why a column cannot have this name; nil when it can.
    ///
    /// Names stand in messages, in one line: a control character would let a table write its own,
    /// and one that turns the direction of writing would let a name pass for another.
    static func problem(withName name: String) -> String? {
        if name.isEmpty { return "is empty" }
        if name.utf8.count > TableLimits.nameBytesMax {
            return "is longer than \(TableLimits.nameBytesMax) bytes"
        }
        let controls = name.unicodeScalars.contains { scalar in
            switch scalar.properties.generalCategory {
            case .control, .lineSeparator, .paragraphSeparator: true
            default: scalar.properties.isBidiControl
            }
        }
        return controls ? "holds a control character" : nil
    }

    private static func check(_ column: Column) throws(SchemaError) {
        switch column.kind {
        case .ignored: break
        case .numeric(let bounds):
            guard bounds.low?.isFinite != false, bounds.high?.isFinite != false else {
                throw SchemaError(column: column.name, "has a bound that is not a finite number")
            }
            if let low = bounds.low, let high = bounds.high, low > high {
                throw SchemaError(column: column.name, "has a least number above its greatest")
            }
        case .categorical(nil): break
        case .categorical(let categories?):
            guard !categories.isEmpty else {
                throw SchemaError(column: column.name, "lists no category: list some or leave out")
            }
            guard categories.count <= TableLimits.categoriesMax else {
                throw SchemaError(
                    column: column.name,
                    "lists more than \(TableLimits.categoriesMax) categories")
            }
            var seen: Set<String> = []
            for (index, category) in categories.enumerated() {
                guard !category.isEmpty else {
                    throw SchemaError(
                        column: column.name,
                        "lists an empty category (number \(index + 1)): empty means missing")
                }
                guard category.utf8.count <= TableLimits.fieldBytesMax else {
                    throw SchemaError(
                        column: column.name, "lists a category that is too long for a field")
                }
                guard seen.insert(category).inserted else {
                    throw SchemaError(
                        column: column.name, "lists one category twice (number \(index + 1))")
                }
            }
        }
    }
}

/// What is wrong with a schema: which column, and what would be right.
package struct SchemaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The column's name; nil where the fault lies in no single column.
    package let column: String?
    package let description: String

    package init(column: String?, _ sentence: String) {
        self.column = column
        self.description = column.map { "column \($0) \(sentence)" } ?? sentence
    }
}
