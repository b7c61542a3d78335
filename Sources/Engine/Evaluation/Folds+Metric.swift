extension Folds {
    /// Why a metric has no value in some fold, whatever is predicted there: the first fold that
    /// lacks a class, say.
    ///
    /// - Parameter weights: how much each row counts; nil: all alike.
    package func gap(
        in metric: Metric, _ answers: Answers, _ weights: [Double]?
    ) -> (fold: Int, reason: Metric.Undefined)? {
        // It needs no answers.
        guard metric != .stability else { return nil }
        for fold in 0..<self.count {
            let rows = self.heldOut(in: fold)
            let held = answers.rows(at: rows)
            let prediction = Matrix(
                rows: rows.count, columns: answers.outputs,
                values: Array(repeating: 0.5, count: rows.count * answers.outputs))
            do throws(Metric.Undefined) {
                _ = try metric.value(held, prediction, weights.map { all in rows.map { all[$0] } })
            } catch {
                switch error {
                case .noRows, .noWeight, .noFlags, .oneClass, .constantAnswers, .zeroAnswer,
                    .negativeAnswer:
                    return (fold, error)
                // These are of predictions, or of a metric that needs none.
                case .wrongTask, .notFinite, .overflow: continue
                }
            }
        }
        return nil
    }
}
