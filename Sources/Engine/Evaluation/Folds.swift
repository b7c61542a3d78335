/// Which row is held out in which fold of a cross validation.
///
/// All trials of a job share one, so that their scores compare row by row.
package struct Folds: Equatable, Sendable {
    package let count: Int
    /// For every row the fold in which it is held out, in 0..<`count`.
    package let ids: [UInt8]

    package static let countRange = 2...50

    /// Deals rows to folds by chance; folds differ by one row at most.
    ///
    /// Where answers are classes or flags, each class is dealt out evenly too (stratified): it
    /// differs between folds by one row at most.
    ///
    /// - Throws: `EvaluationError` if `count` is not in 2 to 50 or exceeds the number of rows.
    package init(_ answers: Answers, count: Int, seed: UInt64) throws(EvaluationError) {
        guard Self.countRange.contains(count) else {
            throw EvaluationError(.badFolds, "a cross validation has 2 to 50 folds, not \(count)")
        }
        guard count <= answers.count else {
            throw EvaluationError(
                .badFolds, "\(answers.count) rows do not fill \(count) folds; use fewer folds")
        }
        var generator = SeededGenerator(seed: seed)
        var ids = Array(repeating: UInt8(0), count: answers.count)
        // Cards are dealt round the table; each class goes on where the one before stopped, so that
        // the remainders of many classes do not pile up in the first fold.
        var next = 0
        for rows in Self.groups(answers) {
            for row in generator.shuffled(rows) {
                ids[row] = UInt8(next)
                next = (next + 1) % count
            }
        }
        self.count = count
        self.ids = ids
    }

    /// The rows held out in a fold, ascending.
    package func heldOut(in fold: Int) -> [Int] {
        self.ids.indices.filter { Int(self.ids[$0]) == fold }
    }

    /// The rows that a fold learns from, ascending.
    package func kept(in fold: Int) -> [Int] {
        self.ids.indices.filter { Int(self.ids[$0]) != fold }
    }

    private static func groups(_ answers: Answers) -> [[Int]] {
        switch answers {
        case .numbers(let numbers): return [Array(numbers.indices)]
        case .flags(let flags):
            let kinds: [Answers.Flag] = [.normal, .anomalous, .unknown]
            return kinds.map { kind in flags.indices.filter { flags[$0] == kind } }
        case .classes(let labels, let count):
            var groups: [[Int]] = Array(repeating: [], count: count)
            for (row, label) in labels.enumerated() { groups[Int(label)].append(row) }
            return groups
        }
    }
}
