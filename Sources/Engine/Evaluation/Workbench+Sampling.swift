extension Workbench {
    /// Cross-validates `recipe` on some rows: from so many of each fold's training rows it learns,
    /// and so many of those held out judge it, of each class as nearly as rows can be counted.
    ///
    /// All recipes get the same rows, so that their scores compare. What comes out is about what
    /// all rows would say, and no trial of a job is won by it.
    ///
    /// - Throws: `EvaluationError`, naming the fold where there is one.
    package mutating func evaluate(
        _ recipe: Recipe, metrics: [Metric], rows count: Int
    ) throws(EvaluationError) -> [Evaluation.Score] {
        precondition(!metrics.isEmpty, "a trial without a metric has no score")
        precondition(count > 0, "nothing is learned from no rows")
        var tally = Tally(metrics, quantile: self.dataset.quantile)
        try self.forEachFold(recipe, rows: count) {
            (fold, prepared, prediction) throws(EvaluationError) in
            try tally.add(prepared.answers, prediction, prepared.weights, fold: fold)
        }
        return tally.scores
    }
}

extension Folds {
    /// So many of some rows, drawn by chance that follows from `seed` alone: of each class its
    /// share, and one at least. Ascending; all of them where there are no more.
    static func sample(_ rows: [Int], _ count: Int, _ answers: Answers, seed: UInt64) -> [Int] {
        guard count < rows.count else { return rows }
        var generator = SeededGenerator(seed: seed)
        var sample: [Int] = []
        // What is rounded off in one class is made good in the next.
        var (passed, wanted) = (0, 0)
        for places in answers.rows(at: rows).strata where !places.isEmpty {
            passed += places.count
            let due = Int((Double(count) * Double(passed) / Double(rows.count)).rounded())
            let taken = max(1, due - wanted)
            wanted = max(due, wanted + taken)
            sample += generator.sample(taken, of: places.count).map { rows[places[$0]] }
        }
        return sample.sorted()
    }
}
