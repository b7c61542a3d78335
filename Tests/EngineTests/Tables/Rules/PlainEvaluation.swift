@testable import Engine

/// The plain twin of `ExpressionEvaluation`: one row at a time, by the words of the definition.
struct PlainEvaluation {
    let frame: Frame
    let row: Int

    /// Nil is unknown.
    func truth(_ expression: Expression.Truth) -> Bool? {
        switch expression {
        case .numbers(let left, let order, let right):
            guard let one = self.number(left), let other = self.number(right) else { return nil }
            return Self.compare(one, order, other)
        case .texts(let left, let order, let right):
            guard let one = self.text(left), let other = self.text(right) else { return nil }
            return Self.compare(one, order, other)
        case .numberAmong(let number, let list):
            return self.number(number).map { number in list.contains { $0 == number } }
        case .textAmong(let text, let list):
            return self.text(text).map { text in list.contains { $0 == text } }
        case .missing(let column):
            return self.number(.column(column)) == nil && self.text(.column(column)) == nil
        case .not(let truth): return self.truth(truth).map { !$0 }
        case .and(let left, let right):
            switch (self.truth(left), self.truth(right)) {
            case (false, _), (_, false): return false
            case (true, true): return true
            default: return nil
            }
        case .or(let left, let right):
            switch (self.truth(left), self.truth(right)) {
            case (true, _), (_, true): return true
            case (false, false): return false
            default: return nil
            }
        }
    }

    private func number(_ expression: Expression.Number) -> Double? {
        switch expression {
        case .column(let name):
            guard let number = self.frame.numbers(name)?[self.row], !number.isNaN else {
                return nil
            }
            return number
        case .literal(let number): return number
        case .negative(let number): return self.number(number).map { -$0 }
        case .arithmetic(let left, let operation, let right):
            guard let one = self.number(left), let other = self.number(right) else { return nil }
            let result: Double =
                switch operation {
                case .add: one + other
                case .subtract: one - other
                case .multiply: one * other
                case .divide: one / other
                }
            return result.isNaN || result.isInfinite ? nil : result
        }
    }

    private func text(_ expression: Expression.Text) -> String? {
        switch expression {
        case .column(let name): self.frame.texts(name)?[self.row]
        case .literal(let text): text
        }
    }

    private static func compare<Value: Comparable>(
        _ one: Value, _ order: Expression.Order, _ other: Value
    ) -> Bool {
        switch order.rawValue {
        case "==": one == other
        case "!=": one != other
        case "<": one < other
        case "<=": one < other || one == other
        case ">": one > other
        default: one > other || one == other
        }
    }
}
