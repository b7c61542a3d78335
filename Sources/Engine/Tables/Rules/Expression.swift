/// What a row must satisfy, as a rule says it: a truth over the columns of one row.
///
/// Three types of node, one for each type of value, so that an expression that could compare a
/// number with a text cannot be built. It names columns, calls nothing, loops over nothing, and
/// every operation has a result for every input: evaluating one cannot fail.
///
/// Missing values make a truth *unknown*, by Kleene's logic as SQL has it: a comparison with a
/// missing value is unknown, `unknown or true` is true, `unknown and false` is false. Arithmetic
/// whose result is no finite number (a division by zero, an overflow) has a missing result.
package enum Expression {
    package indirect enum Truth: Equatable, Sendable {
        case numbers(Number, Order, Number)
        case texts(Text, Order, Text)
        case numberAmong(Number, [Double])
        case textAmong(Text, [String])
        /// Never unknown.
        case missing(column: String)
        case not(Truth)
        case and(Truth, Truth)
        case or(Truth, Truth)
    }

    package indirect enum Number: Equatable, Sendable {
        /// Its numbers, or its dates as seconds since 1970.
        case column(String)
        case literal(Double)
        case negative(Number)
        case arithmetic(Number, Operation, Number)
    }

    /// Texts are compared and not made: by the Unicode scalars of their normal form, so that
    /// `2026-01-31` comes before `2026-02-01`, on every machine and in every language alike.
    package enum Text: Equatable, Sendable {
        case column(String)
        case literal(String)
    }

    package enum Operation: Equatable, Sendable {
        case add, subtract, multiply, divide

        @inline(__always)
        func apply(_ left: Double, _ right: Double) -> Double {
            let result =
                switch self {
                case .add: left + right
                case .subtract: left - right
                case .multiply: left * right
                case .divide: left / right
                }
            return result.isFinite ? result : .nan
        }
    }

    package enum Order: String, Equatable, Sendable {
        case equal = "=="
        case unequal = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="

        @inline(__always)
        func holds<Value: Comparable>(_ left: Value, _ right: Value) -> Bool {
            switch self {
            case .equal: left == right
            case .unequal: left != right
            case .less: left < right
            case .lessOrEqual: left <= right
            case .greater: left > right
            case .greaterOrEqual: left >= right
            }
        }
    }
}

/// The bounds on what rules may say.
package enum RuleLimits {
    /// Rules of one schema: more than a person writes, so few that all are checked in one breath.
    package static let rulesMax = 256
    /// An expression's text, in bytes.
    package static let expressionBytesMax = 4096
    /// Values, columns and operations of one expression. Each costs a pass over the table.
    package static let nodesMax = 256
    /// Brackets, `not` and signs within each other.
    package static let depthMax = 32
    /// Values in the list of one `in`.
    package static let listMax = 1024
    /// Columns of one key.
    package static let keyColumnsMax = 16
    /// Places that are told of one rule or column; of what is beyond, the number.
    package static let placesMax = 20
}

/// What is wrong with an expression, and where in its text.
package struct ExpressionError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Counted from 1, in characters.
    package let place: Int
    package let description: String

    init(_ place: Int, _ sentence: String) {
        self.place = place
        self.description = sentence
    }
}
