/// Which row is held out in which fold of an evaluation, and what each fold learns from.
///
/// All trials of a job share one, so that their scores compare row by row.
package struct Folds: Equatable, Sendable {
    package let count: Int
    /// For every row the fold in which it is held out, in 0..<`count`; `none` where it never is.
    package let ids: [UInt8]
    private let lesson: Lesson

    package static let countRange = 2...50
    package static let none = UInt8.max

    /// What a fold learns from.
    enum Lesson: Equatable, Sendable {
        /// All rows that it does not hold out.
        case others
        /// What no fold holds out, or an earlier one does.
        case earlier
    }

    /// Deals rows to folds by chance; folds differ by one row at most.
    ///
    /// Where answers are classes or flags, each class is dealt out evenly too (stratified): it
    /// differs between folds by one row at most.
    ///
    /// - Throws: `EvaluationError` if `count` is not in 2 to 50 or exceeds the number of rows.
    package init(_ answers: Answers, count: Int, seed: UInt64) throws(EvaluationError) {
        try Self.check(count: count)
        guard count <= answers.count else {
            throw EvaluationError(
                .badFolds, "\(answers.count) rows do not fill \(count) folds; use fewer folds")
        }
        var generator = SeededGenerator(seed: seed)
        var ids = Array(repeating: UInt8(0), count: answers.count)
        // Cards are dealt round the table; each class goes on where the one before stopped, so that
        // the remainders of many classes do not pile up in the first fold.
        var next = 0
        for rows in answers.strata {
            for row in generator.shuffled(rows) {
                ids[row] = UInt8(next)
                next = (next + 1) % count
            }
        }
        self.init(count: count, ids: ids)
    }

    /// Holds out a share of the rows by chance, of each class as nearly as rows can be counted.
    ///
    /// - Throws: `EvaluationError` if that leaves no row on one of the sides.
    package init(_ answers: Answers, share: Double, seed: UInt64) throws(EvaluationError) {
        try Self.check(share: share)
        var generator = SeededGenerator(seed: seed)
        var ids = Array(repeating: Self.none, count: answers.count)
        // What is rounded off in one class is made good in the next.
        var passed = 0
        var taken = 0
        for rows in answers.strata {
            passed += rows.count
            let wanted = Int((share * Double(passed)).rounded()) - taken
            for row in generator.shuffled(rows).prefix(wanted) { ids[row] = 0 }
            taken += wanted
        }
        guard taken > 0, taken < answers.count else {
            throw EvaluationError(
                .badFolds, "a share of \(share) of \(answers.count) rows leaves one side empty")
        }
        self.init(count: 1, ids: ids)
    }

    /// Rows that are learned from, and after them rows that judge.
    ///
    /// - Requires: there are some of both.
    package init(learning: Int, judging: Int) {
        precondition(learning > 0 && judging > 0, "\(learning) rows judged by \(judging)")
        self.init(
            count: 1,
            ids: Array(repeating: Self.none, count: learning)
                + Array(repeating: 0, count: judging))
    }

    /// - Requires: every fold holds out a row and learns from one.
    init(count: Int, ids: [UInt8], _ lesson: Lesson = .others) {
        self.count = count
        self.ids = ids
        self.lesson = lesson
    }

    static func check(count: Int) throws(EvaluationError) {
        guard Self.countRange.contains(count) else {
            throw EvaluationError(.badFolds, "a cross validation has 2 to 50 folds, not \(count)")
        }
    }

    static func check(share: Double) throws(EvaluationError) {
        guard share > 0, share < 1 else {
            throw EvaluationError(.badFolds, "what is held out is a share between 0 and 1")
        }
    }

    // MARK: Rows

    /// The rows held out in a fold, ascending.
    package func heldOut(in fold: Int) -> [Int] {
        self.ids.indices.filter { Int(self.ids[$0]) == fold }
    }

    /// The rows that a fold learns from, ascending.
    package func kept(in fold: Int) -> [Int] {
        self.ids.indices.filter { row in
            switch self.lesson {
            case .others: Int(self.ids[row]) != fold
            case .earlier: self.ids[row] == Self.none || Int(self.ids[row]) < fold
            }
        }
    }

    /// The rows that some fold holds out, ascending.
    package var judged: [Int] { self.ids.indices.filter { self.ids[$0] != Self.none } }
}

extension Answers {
    /// Rows whose answers are alike, class by class; all of them where answers are numbers.
    var strata: [[Int]] {
        switch self {
        case .numbers(let numbers): return [Array(numbers.indices)]
        case .flags(let flags):
            let kinds: [Answers.Flag] = [.normal, .anomalous, .unknown]
            return kinds.map { kind in flags.indices.filter { flags[$0] == kind } }
        case .classes(let labels, let count):
            var strata: [[Int]] = Array(repeating: [], count: count)
            for (row, label) in labels.enumerated() { strata[Int(label)].append(row) }
            return strata
        }
    }
}
