import Privacy
import Testing

@testable import Engine

@Suite struct ExpressionEvaluationTests {
    static let columns: [String: Schema.Column] = [
        "a": .init("a", .numeric()), "b": .init("b", .numeric()),
        "s": .init("s", .categorical()), "t": .init("t", .categorical()),
    ]

    /// Small numbers and texts, so that equal ones are frequent; a fifth of all is missing.
    private static func frame(rows: Int, seed: UInt64) -> Frame {
        var generator = SeededGenerator(seed: seed)
        func numbers() -> [Double] {
            (0..<rows).map { _ in
                generator.below(5) == 0 ? .nan : Double(generator.below(5)) - 2
            }
        }
        func texts(_ levels: [Private<String>]) -> Frame.Categories {
            let codes = (0..<rows).map { _ in Int32(generator.below(levels.count + 1)) - 1 }
            return .init(codes: codes, levels: levels)
        }
        return Frame(
            rows: rows,
            columns: [
                .init("a", .numeric(numbers())), .init("b", .numeric(numbers())),
                .init("s", .categorical(texts(["", "no", "yes", "ä"]))),
                .init("t", .categorical(texts(["maybe", "yes", "z"]))),
            ])
    }

    /// An expression of any shape.
    private static func expression(_ depth: Int, _ chance: inout SeededGenerator)
        -> Expression.Truth
    {
        let orders: [Expression.Order] = [
            .equal, .unequal, .less, .lessOrEqual, .greater, .greaterOrEqual,
        ]
        let order = orders[chance.below(orders.count)]
        func text() -> Expression.Text {
            [.column("s"), .column("t"), .literal("yes"), .literal("")][chance.below(4)]
        }
        switch depth == 0 ? chance.below(5) : chance.below(8) {
        case 0: return .numbers(Self.number(2, &chance), order, Self.number(1, &chance))
        case 1: return .texts(text(), order, text())
        case 2: return .numberAmong(Self.number(1, &chance), [0, 1, -2])
        case 3: return .textAmong(text(), ["yes", "z"])
        case 4: return .missing(column: ["a", "b", "s", "t"][chance.below(4)])
        case 5: return .not(Self.expression(depth - 1, &chance))
        case 6:
            return .and(
                Self.expression(depth - 1, &chance), Self.expression(depth - 1, &chance))
        default:
            return .or(Self.expression(depth - 1, &chance), Self.expression(depth - 1, &chance))
        }
    }

    private static func number(_ depth: Int, _ chance: inout SeededGenerator)
        -> Expression.Number
    {
        switch depth == 0 ? chance.below(3) : chance.below(6) {
        case 0: return .column("a")
        case 1: return .column("b")
        case 2: return .literal(Double(chance.below(3)))
        case 3: return .negative(Self.number(depth - 1, &chance))
        default:
            let operations: [Expression.Operation] = [.add, .subtract, .multiply, .divide]
            return .arithmetic(
                Self.number(depth - 1, &chance), operations[chance.below(4)],
                Self.number(depth - 1, &chance))
        }
    }

    @Test func `column by column says the same as row by row`() {
        var chance = SeededGenerator(seed: 4)
        let frame = Self.frame(rows: 300, seed: 5)
        for _ in 0..<400 {
            let expression = Self.expression(3, &chance)
            let plain = (0..<frame.rows).filter {
                PlainEvaluation(frame: frame, row: $0).truth(expression) == false
            }
            #expect(ExpressionEvaluation(expression, frame).violations() == plain)
        }
    }

    @Test func `blocks are joined without a seam`() {
        let rows = 3 * ExpressionEvaluation.blockRows + 17
        let numbers = (0..<rows).map(Double.init)
        let frame = Frame(rows: rows, columns: [.init("a", .numeric(numbers))])
        let broken = [0, 4095, 4096, 8191, rows - 1]
        let expression = Expression.Truth.not(.numberAmong(.column("a"), broken.map(Double.init)))
        #expect(ExpressionEvaluation(expression, frame).violations() == broken)
    }

    /// By Kleene's tables: what cannot be told holds.
    @Test(arguments: [
        ("a > 0", []), ("not a > 0", []), ("a > 0 and b == 2", [0]), ("a > 0 and b == 1", []),
        ("a > 0 or b == 2", []), ("not (a > 0 or b == 1)", [0]), ("missing(a)", []),
        ("not missing(a)", [0]), ("b / 0 > 1", []), ("b * 1e308 * 1e308 > 1", []),
        ("a in [1, 2]", []), ("a not in [1, 2]", []), ("b == 1.0", []), ("b != 1", [0]),
        ("s == t", []), ("t == 'x'", []), ("t > 'a' and t < 'y'", []), ("t < 'X'", [0]),
        ("missing(s) and not missing(t)", []),
    ]) func `what a missing value leaves unknown is no violation`(text: String, rows: [Int])
        throws
    {
        // a and s are missing, b is 1, t is x.
        let frame = try SmallTables.frame(
            "a,b,s,t\n,1,,x\n",
            Schema(["a", "b", "s", "t"].compactMap { Self.columns[$0] }))
        let expression = try ExpressionParser.truth(text, over: Self.columns)
        #expect(ExpressionEvaluation(expression, frame).violations() == rows)
    }
}
