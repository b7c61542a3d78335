/// The columns that a table must have: names, kinds and what their fields may hold.
///
/// A plain value: whoever reads schema files builds it column by column, and the initialiser
/// checks the whole.
package struct Schema: Equatable, Sendable {
    /// In the order in which a frame read with this schema has them; ignored ones are left out.
    package let columns: [Column]
    /// What rows must satisfy besides, in the order in which it is asked.
    package var rules: [Rule] { self.typedRules.map(\.rule) }
    let typedRules: [TypedRule]

    package init(_ columns: [Column], rules: [Rule] = []) throws(SchemaError) {
        guard !columns.isEmpty else { throw SchemaError(column: nil, "a schema names no column") }
        guard columns.count <= TableLimits.columnsMax else {
            throw SchemaError(
                column: nil,
                "a schema names \(columns.count) columns; \(TableLimits.columnsMax) are the most")
        }
        var known: [String: Column] = [:]
        for column in columns {
            if let problem = Self.problem(withName: column.name) {
                throw SchemaError(column: nil, "the name of a column \(problem)")
            }
            guard known.updateValue(column, forKey: column.name) == nil else {
                throw SchemaError(column: column.name, "is named twice")
            }
            try Self.check(column)
        }
        self.columns = columns
        self.typedRules = try Self.typed(rules, over: known)
    }

    private static func typed(
        _ rules: [Rule], over columns: [String: Column]
    ) throws(SchemaError) -> [TypedRule] {
        guard rules.count <= RuleLimits.rulesMax else {
            throw SchemaError(
                rule: RuleLimits.rulesMax,
                "a schema names \(rules.count) rules; \(RuleLimits.rulesMax) are the most")
        }
        var typed: [TypedRule] = []
        for (number, rule) in rules.enumerated() {
            guard !typed.contains(where: { $0.rule.name == rule.name }) else {
                throw SchemaError(rule: number, "two rules are called \(rule.name)")
            }
            typed.append(try TypedRule(rule, number: number, over: columns))
        }
        return typed
    }

    package struct Column: Equatable, Sendable {
        package var name: String
        package var kind: Kind
        package var missing: Missing
        /// What stands for a missing value besides the empty text: texts, or numbers such as -999.
        package var missingValues: [String]
        package var remedy: Remedy
        package var use: Use

        package init(
            _ name: String, _ kind: Kind, missing: Missing = .allowed, missingValues: [String] = [],
            remedy: Remedy = .refuse, use: Use = .features
        ) {
            self.name = name
            self.kind = kind
            self.missing = missing
            self.missingValues = missingValues
            self.remedy = remedy
            self.use = use
        }
    }

    /// What becomes of a field that is out of range, of no listed category, or missing where a
    /// value is wanted. A field that is no number at all, or no date, is always refused: the table
    /// is then not what the schema speaks of.
    package enum Remedy: String, CaseIterable, Equatable, Sendable {
        /// The table is refused.
        case refuse
        /// The row is left out.
        case drop
        /// A number becomes the nearest bound, a text a missing value. What is missing cannot be
        /// repaired: it is refused.
        case repair
    }

    /// What a column is for.
    package enum Use: String, CaseIterable, Equatable, Sendable {
        /// To be learned from, or to be predicted.
        case features
        /// For rules only, such as a key: a frame does not have it.
        case checks
    }

    package enum Kind: Equatable, Sendable {
        /// Decimal numbers, each within `bounds`.
        case numeric(bounds: Bounds = .none)
        /// Texts; when `categories` are listed, no others.
        case categorical(categories: [String]? = nil)
        /// Dates of ISO 8601, with or without a time of day and an offset from UTC.
        case date
        /// Texts to be read for their words, where a categorical one is taken as a whole.
        case text
        /// Checked for its form and not kept.
        case ignored

        /// The word that schema files use.
        package var word: String {
            switch self {
            case .numeric: "numeric"
            case .categorical: "categorical"
            case .date: "date"
            case .text: "text"
            case .ignored: "ignored"
            }
        }

        /// What a frame's column of this kind holds; nil where a frame has none.
        package var values: Frame.Values.Kind? {
            switch self {
            case .numeric: .numbers
            case .categorical: .categories
            case .date: .dates
            case .text: .texts
            case .ignored: nil
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

    /// Whether a missing value is one or an error.
    package enum Missing: String, Equatable, Sendable {
        case allowed, refused
    }

    /// Whether a table that it lets pass may differ from what stands in the file.
    package var changesTables: Bool {
        self.columns.contains { $0.remedy != .refuse || $0.use != .features }
            || self.typedRules.contains { $0.rule.remedy != .refuse }
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
        if controls { return "holds a control character" }
        // A second mark at the beginning of a file would be a part of the first name, unseen.
        return name.unicodeScalars.contains("\u{FEFF}") ? "holds a byte order mark" : nil
    }

    private static func check(_ column: Column) throws(SchemaError) {
        try Self.checkRemedy(of: column)
        try Self.checkMissingValues(of: column)
        switch column.kind {
        case .date, .text, .ignored: break
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
                guard !column.missingValues.contains(category) else {
                    throw SchemaError(
                        column: column.name,
                        "lists a category (number \(index + 1)) that stands for a missing value")
                }
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

extension Schema {
    /// A remedy or a use must have something to do.
    private static func checkRemedy(of column: Column) throws(SchemaError) {
        if column.kind == .ignored, column.remedy != .refuse || column.use != .features {
            throw SchemaError(
                column: column.name, "is ignored, so there is nothing to repair or to check")
        }
        guard column.remedy == .repair else { return }
        switch column.kind {
        case .numeric(bounds: .none), .categorical(categories: nil), .date, .text, .ignored:
            throw SchemaError(
                column: column.name, "has no bounds and no categories, so nothing can be repaired")
        case .categorical where column.missing == .refused:
            throw SchemaError(
                column: column.name,
                "must not miss a value, and a text is repaired by making it missing: drop instead")
        case .numeric, .categorical: break
        }
    }

    private static func checkMissingValues(of column: Column) throws(SchemaError) {
        let values = column.missingValues
        guard values.isEmpty || column.kind != .ignored else {
            throw SchemaError(column: column.name, "is ignored, so that nothing is missing in it")
        }
        guard values.count <= TableLimits.missingValuesMax else {
            throw SchemaError(
                column: column.name,
                "has \(values.count) texts for a missing value; "
                    + "\(TableLimits.missingValuesMax) are the most")
        }
        for (index, value) in values.enumerated() {
            guard (1...TableLimits.missingValueBytesMax).contains(value.utf8.count) else {
                throw SchemaError(
                    column: column.name,
                    "has a text for a missing value (number \(index + 1)) that is empty, "
                        + "which goes without saying, or too long")
            }
            guard !values[..<index].contains(value) else {
                throw SchemaError(
                    column: column.name,
                    "has one text for a missing value twice (number \(index + 1))")
            }
        }
    }

    /// Only these columns, and the rules that name no others.
    ///
    /// - Throws: when none of its columns is among them.
    package func keeping(_ names: [String]) throws(SchemaError) -> Schema {
        let names = Set(names)
        return try Schema(
            self.columns.filter { names.contains($0.name) },
            rules: self.typedRules.filter { $0.columns.isSubset(of: names) }.map(\.rule))
    }

    /// What a table must satisfy whose every row is to be answered: no row may be left out, so
    /// what the schema would drop is refused; fields are repaired as they were for learning.
    ///
    /// Columns that are for checks only are not needed, and rules that name them are not asked.
    /// Keys and order say something of the rows that were learned from, and nothing of these.
    ///
    /// - Parameter target: need not be there; nil when it must.
    package func forAnswering(without target: String?) -> Schema {
        let columns = self.columns.filter { $0.name != target && $0.use == .features }
            .map { column in
                var column = column
                if column.remedy == .drop { column.remedy = .refuse }
                return column
            }
        let names = Set(columns.map(\.name))
        let rules = self.typedRules.filter { rule in
            guard case .require = rule.check else { return false }
            return rule.columns.isSubset(of: names)
        }
        do throws(SchemaError) {
            return try Schema(
                columns, rules: rules.map { Rule($0.rule.name, $0.rule.check, .refuse) })
        } catch {
            preconditionFailure("part of a checked schema is one: \(error)")
        }
    }
}

/// What is wrong with a schema: which column or rule, and what would be right.
package struct SchemaError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The column's name; nil where the fault lies in no single column.
    package let column: String?
    /// Which rule, from 0; nil where the fault lies in none.
    package let rule: Int?
    package let description: String

    package init(column: String?, _ sentence: String) {
        self.column = column
        self.rule = nil
        self.description = column.map { "column \($0) \(sentence)" } ?? sentence
    }

    /// - Parameter sentence: names the rule.
    package init(rule: Int, _ sentence: String) {
        self.column = nil
        self.rule = rule
        self.description = sentence
    }
}
