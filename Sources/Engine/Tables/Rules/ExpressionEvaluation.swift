import Privacy

/// An expression bound to the columns of a frame, and evaluated column by column.
///
/// Rows are taken in blocks that fit the processor's cache; within a block each node is one loop
/// over plain numbers. What depends on texts is decided once for each distinct text and looked up
/// by its code.
struct ExpressionEvaluation {
    /// Truths of Kleene's logic, in an order that makes `and` the least and `or` the greatest.
    typealias Truth = UInt8
    static let falsehood: Truth = 0
    static let unknown: Truth = 1
    static let truth: Truth = 2

    private let root: Node
    private let rows: Int

    static let blockRows = 4096

    /// - Requires: the frame has every column that the expression names, of its kind.
    /// - Complexity: O(levels) for each part that compares texts.
    init(_ expression: Expression.Truth, _ frame: Frame) {
        self.root = Node(expression, frame)
        self.rows = frame.rows
    }

    /// The rows for which the expression is false, ascending. Where it is unknown it holds, as a
    /// CHECK of SQL does.
    ///
    /// - Complexity: O(rows) for each node.
    func violations() -> [Int] {
        var violations: [Int] = []
        for start in stride(from: 0, to: self.rows, by: Self.blockRows) {
            let block = start..<min(start + Self.blockRows, self.rows)
            for (offset, truth) in self.root.truths(block).enumerated()
            where truth == Self.falsehood {
                violations.append(block.lowerBound + offset)
            }
        }
        return violations
    }

    /// A node that answers a truth for each row of a block.
    fileprivate indirect enum Node {
        case numbers(Number, Expression.Order, Number)
        case numberAmong(Number, Set<Double>)
        /// By the code of a text, whether it holds; for code -1 it is `ifMissing`.
        case table(codes: [Int32], truths: [Truth], ifMissing: Truth)
        /// By the ranks of two columns' texts in one order.
        case ranks(Ranks, Expression.Order, Ranks)
        case missingNumber([Double])
        case constant(Truth)
        case not(Node)
        case and(Node, Node)
        case or(Node, Node)
    }

    fileprivate struct Ranks {
        let codes: [Int32]
        let ranks: [Int32]
    }

    fileprivate indirect enum Number {
        case column([Double])
        case literal(Double)
        case negative(Number)
        case arithmetic(Number, Expression.Operation, Number)
    }
}

// MARK: Binding

extension ExpressionEvaluation.Node {
    fileprivate init(_ expression: Expression.Truth, _ frame: Frame) {
        switch expression {
        case .numbers(let left, let order, let right):
            self = .numbers(.init(left, frame), order, .init(right, frame))
        case .numberAmong(let number, let values):
            self = .numberAmong(.init(number, frame), Set(values))
        case .texts(let left, let order, let right):
            self = Self.texts(left, order, right, frame)
        case .textAmong(let text, let values):
            let values = Set(values.map { Private($0) })
            self = Self.lookup(text, frame, values.contains)
        case .missing(let name):
            switch frame.values(of: name) {
            case .numeric(let numbers), .dates(let numbers): self = .missingNumber(numbers)
            case .categorical(let categories), .texts(let categories):
                self = .table(
                    codes: categories.codes,
                    truths: categories.levels.map { _ in ExpressionEvaluation.falsehood },
                    ifMissing: ExpressionEvaluation.truth)
            }
        case .not(let truth): self = .not(.init(truth, frame))
        case .and(let left, let right): self = .and(.init(left, frame), .init(right, frame))
        case .or(let left, let right): self = .or(.init(left, frame), .init(right, frame))
        }
    }

    private static func texts(
        _ left: Expression.Text, _ order: Expression.Order, _ right: Expression.Text,
        _ frame: Frame
    ) -> Self {
        switch (left, right) {
        case (_, .literal(let literal)):
            return Self.lookup(left, frame) { order.holds($0, Private(literal)) }
        case (.literal(let literal), .column):
            return Self.lookup(right, frame) { order.holds(Private(literal), $0) }
        case (.column(let one), .column(let other)):
            let (left, right) = (frame.categories(of: one), frame.categories(of: other))
            var places: [Private<String>: Int32] = [:]
            for (index, text) in Set(left.levels + right.levels).sorted().enumerated() {
                places[text] = Int32(index)
            }
            func ranks(_ column: Frame.Categories) -> ExpressionEvaluation.Ranks {
                .init(codes: column.codes, ranks: column.levels.map { places[$0] ?? -1 })
            }
            return .ranks(ranks(left), order, ranks(right))
        }
    }

    private static func lookup(
        _ text: Expression.Text, _ frame: Frame, _ holds: (Private<String>) -> Bool
    ) -> Self {
        func truth(_ text: Private<String>) -> ExpressionEvaluation.Truth {
            holds(text) ? ExpressionEvaluation.truth : ExpressionEvaluation.falsehood
        }
        switch text {
        case .literal(let literal): return .constant(truth(Private(literal)))
        case .column(let name):
            let column = frame.categories(of: name)
            return .table(
                codes: column.codes, truths: column.levels.map(truth),
                ifMissing: ExpressionEvaluation.unknown)
        }
    }
}

extension ExpressionEvaluation.Number {
    fileprivate init(_ expression: Expression.Number, _ frame: Frame) {
        switch expression {
        case .column(let name):
            switch frame.values(of: name) {
            case .numeric(let numbers), .dates(let numbers): self = .column(numbers)
            case .categorical, .texts:
                preconditionFailure("an expression was typed for other columns")
            }
        case .literal(let number): self = .literal(number)
        case .negative(let number): self = .negative(.init(number, frame))
        case .arithmetic(let left, let operation, let right):
            self = .arithmetic(.init(left, frame), operation, .init(right, frame))
        }
    }

    /// One number for each row of `block`; NaN where it is missing.
    fileprivate func values(_ block: Range<Int>) -> [Double] {
        switch self {
        case .column(let numbers): return Array(numbers[block])
        case .literal(let number): return Array(repeating: number, count: block.count)
        case .negative(let number): return number.values(block).map { -$0 }
        case .arithmetic(let left, let operation, let right):
            var values = left.values(block)
            let others = right.values(block)
            for index in values.indices {
                values[index] = operation.apply(values[index], others[index])
            }
            return values
        }
    }
}

// MARK: Evaluating

extension ExpressionEvaluation.Node {

    fileprivate func truths(_ block: Range<Int>) -> [ExpressionEvaluation.Truth] {
        switch self {
        case .numbers(let left, let order, let right):
            let (left, right) = (left.values(block), right.values(block))
            return left.indices.map { index in
                if left[index].isNaN || right[index].isNaN { return ExpressionEvaluation.unknown }
                return Self.word(order.holds(left[index], right[index]))
            }
        case .numberAmong(let number, let values):
            return number.values(block).map {
                $0.isNaN ? ExpressionEvaluation.unknown : Self.word(values.contains($0))
            }
        case .table(let codes, let truths, let ifMissing):
            return codes[block].map { $0 < 0 ? ifMissing : truths[Int($0)] }
        case .ranks(let left, let order, let right):
            return block.map { row in
                let (one, other) = (left.codes[row], right.codes[row])
                if one < 0 || other < 0 { return ExpressionEvaluation.unknown }
                return Self.word(order.holds(left.ranks[Int(one)], right.ranks[Int(other)]))
            }
        case .missingNumber(let numbers): return numbers[block].map { Self.word($0.isNaN) }
        case .constant(let truth): return Array(repeating: truth, count: block.count)
        case .not(let node): return node.truths(block).map { ExpressionEvaluation.truth - $0 }
        case .and(let left, let right):
            return zip(left.truths(block), right.truths(block)).map { min($0, $1) }
        case .or(let left, let right):
            return zip(left.truths(block), right.truths(block)).map { max($0, $1) }
        }
    }

    @inline(__always)
    private static func word(_ holds: Bool) -> ExpressionEvaluation.Truth {
        holds ? ExpressionEvaluation.truth : ExpressionEvaluation.falsehood
    }
}

extension Frame {
    /// - Requires: there is such a column.
    fileprivate func values(of name: String) -> Values {
        guard let column = self.column(named: name) else {
            preconditionFailure("an expression was typed for other columns")
        }
        return column.values
    }

    fileprivate func categories(of name: String) -> Categories {
        switch self.values(of: name) {
        case .categorical(let categories), .texts(let categories): return categories
        case .numeric, .dates: preconditionFailure("an expression was typed for other columns")
        }
    }
}
