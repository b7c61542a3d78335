/// What rows must satisfy beyond the kinds and bounds of their columns.
package struct Rule: Equatable, Sendable {
    /// How messages and reports call it.
    package let name: String
    package let check: Check
    package let remedy: Remedy

    package init(_ name: String, _ check: Check, _ remedy: Remedy = .refuse) {
        self.name = name
        self.check = check
        self.remedy = remedy
    }

    package enum Check: Equatable, Sendable {
        /// An expression over the columns of one row; see `Expression`.
        case require(String)
        /// No two rows have the same values in all of these columns. The first one stays. A row
        /// that misses one of them is equal to none.
        case unique([String])
        /// The values of a column never fall from a row to a later one. Rows that miss it are
        /// passed over.
        case ascending(String)

        /// The word that schema files use.
        package var word: String {
            switch self {
            case .require: "require"
            case .unique: "unique"
            case .ascending: "ascending"
            }
        }
    }

    /// What becomes of a row that breaks the rule.
    package enum Remedy: String, CaseIterable, Equatable, Sendable {
        /// The table is refused.
        case refuse
        /// The row is left out.
        case drop
    }
}

/// A rule that was typed for a schema's columns.
struct TypedRule: Equatable, Sendable {
    let rule: Rule
    let check: Check

    enum Check: Equatable, Sendable {
        case require(Expression.Truth)
        case unique([String])
        case ascending(String)
    }

    /// - Throws: `SchemaError` that names the rule, and for an expression the place in it.
    init(_ rule: Rule, number: Int, over columns: [String: Schema.Column]) throws(SchemaError) {
        self.rule = rule
        if let problem = Schema.problem(withName: rule.name) {
            throw SchemaError(rule: number, "the name of rule \(number + 1) \(problem)")
        }
        switch rule.check {
        case .require(let text):
            do throws(ExpressionError) {
                self.check = .require(try ExpressionParser.truth(text, over: columns))
            } catch {
                throw SchemaError(
                    rule: number,
                    "rule \(rule.name), character \(error.place): \(error.description)")
            }
        case .unique(let names):
            guard !names.isEmpty, names.count <= RuleLimits.keyColumnsMax,
                Set(names).count == names.count
            else {
                throw SchemaError(
                    rule: number,
                    "rule \(rule.name) names no column, one twice, or more than "
                        + "\(RuleLimits.keyColumnsMax)")
            }
            for name in names { try Self.require(name, columns, rule, number) }
            self.check = .unique(names)
        case .ascending(let name):
            try Self.require(name, columns, rule, number)
            self.check = .ascending(name)
        }
    }

    private static func require(
        _ name: String, _ columns: [String: Schema.Column], _ rule: Rule, _ number: Int
    ) throws(SchemaError) {
        guard let column = columns[name] else {
            let called = Schema.problem(withName: name) == nil ? " '\(name)'" : " of this name"
            throw SchemaError(
                rule: number, "rule \(rule.name): the schema names no column\(called)")
        }
        guard column.kind != .ignored else {
            throw SchemaError(
                rule: number, "rule \(rule.name): the schema ignores column '\(name)'")
        }
    }

    /// The columns that it looks at.
    var columns: Set<String> {
        switch self.check {
        case .require(let truth): truth.columns
        case .unique(let names): Set(names)
        case .ascending(let name): [name]
        }
    }
}

extension Expression.Truth {
    /// The columns that it names.
    var columns: Set<String> {
        switch self {
        case .numbers(let left, _, let right): left.columns.union(right.columns)
        case .numberAmong(let number, _): number.columns
        case .texts(let left, _, let right): left.columns.union(right.columns)
        case .textAmong(let text, _): text.columns
        case .missing(let column): [column]
        case .not(let truth): truth.columns
        case .and(let left, let right), .or(let left, let right):
            left.columns.union(right.columns)
        }
    }
}

extension Expression.Number {
    fileprivate var columns: Set<String> {
        switch self {
        case .column(let name): [name]
        case .literal: []
        case .negative(let number): number.columns
        case .arithmetic(let left, _, let right): left.columns.union(right.columns)
        }
    }
}

extension Expression.Text {
    fileprivate var columns: Set<String> {
        switch self {
        case .column(let name): [name]
        case .literal: []
        }
    }
}
