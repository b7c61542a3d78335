/// The last step of a search: how candidates make one model, learned from what they predicted for
/// rows held out.
///
/// An average of greedily chosen ones (`EnsembleSelection`), calibrated (`Temperature`), gives way
/// to a stack (`Stacking`) where that is better by more than chance. All is judged by
/// cross-fitting: what is learned of all parts of the rows but one is tried on that one, so that
/// neither a choice nor the score goes by rows that it was learned from.
///
/// Where the metric gains by thresholds, stack and average are compared by their log loss, and
/// thresholds found by the metric (`Thresholds`).
struct LastStep {
    private let candidates: [Matrix]
    private let answers: Answers
    /// How much each row counts in scores, and in what is learned; nil: all alike.
    private let weights: [Double]?
    private let learningWeights: [Double]?
    private let metric: Metric
    private let quantile: Double
    /// Rows that are judged together: those of a fold, or of several where there are many. Of one
    /// fold alone, five shares of its rows.
    private let parts: [[Int]]

    private static let partsOfOneFold = 5
    /// All is learned once more for each.
    private static let partsMax = 10
    /// Rows that what is only tried is learned from.
    private static let triedRowsMax = 5_000

    /// What was learned about the candidates.
    struct Blend: Equatable {
        /// One for each candidate; 0: it is no member.
        let weights: [Double]
        let pooling: Pooling

        /// Without a temperature.
        ///
        /// - Requires: it is an average.
        var plain: Blend { Blend(weights: self.weights, pooling: .plain) }
    }

    struct Choice {
        let blend: Blend
        let thresholds: [Double]
        /// By cross-fitting, for every row that is judged.
        let predictions: Matrix
        /// The same in proportion to thresholds, which were found by cross-fitting as well.
        let decisions: Matrix
    }

    enum Way: CaseIterable { case average, stack }

    /// - Parameters:
    ///   - candidates: what each predicted for rows held out; the first is the best alone.
    ///   - weights: how much each row counts in scores; nil: all alike.
    ///   - learningWeights: the same in fits, where classes may count for more or less.
    init(
        _ candidates: [Matrix], _ answers: Answers, weights: [Double]? = nil,
        learningWeights: [Double]? = nil, _ folds: Folds, by metric: Metric, quantile: Double = 0.5
    ) {
        self.candidates = candidates
        self.answers = answers
        self.weights = weights
        self.learningWeights = learningWeights
        self.metric = metric
        self.quantile = quantile
        self.parts =
            folds.count > 1 ? Self.parts(of: folds) : Self.shares(of: folds.judged, answers)
    }

    private static func parts(of folds: Folds) -> [[Int]] {
        (0..<min(folds.count, Self.partsMax)).map { part in
            stride(from: part, to: folds.count, by: Self.partsMax)
                .flatMap { folds.heldOut(in: $0) }
        }
    }

    /// Each class is dealt out evenly.
    private static func shares(of rows: [Int], _ answers: Answers) -> [[Int]] {
        let own = answers.rows(at: rows)
        guard let shares = try? Folds(own, count: Self.partsOfOneFold, seed: 0) else {
            return [rows]
        }
        return (0..<shares.count).map { share in shares.heldOut(in: share).map { rows[$0] } }
    }

    /// Nil where the average has no score in some part: the best candidate is then left as it is.
    func choose() -> Choice? {
        guard self.parts.count > 1, let found = self.bestWay(),
            var blend = self.blend(found.way, self.parts)
        else { return nil }
        var predictions = self.predictions(of: found.blends)
        if found.way == .average, self.areClasses {
            let plain = self.predictions(of: found.blends.map(\.plain))
            if !self.isClear(predictions, over: plain, by: .logLoss, self.learningWeights) {
                (blend, predictions) = (blend.plain, plain)
            }
        }
        let (thresholds, decisions) = self.thresholds(predictions)
        return Choice(
            blend: blend, thresholds: thresholds, predictions: predictions, decisions: decisions)
    }

    private var areClasses: Bool { if case .classes = self.answers { true } else { false } }

    // MARK: Ways

    /// The way, and what is learned of all parts but one, for each.
    private func bestWay() -> (way: Way, blends: [Blend])? {
        guard let average = self.crossFitted(.average),
            self.scores(self.predictions(of: average), by: self.metric, self.weights) != nil
        else { return nil }
        // What thresholds will make of probabilities the metric does not see yet.
        guard self.areClasses, let stack = self.crossFitted(.stack),
            self.isClear(
                self.predictions(of: stack), over: self.predictions(of: average),
                by: self.tunesThresholds ? .logLoss : self.metric,
                self.tunesThresholds ? self.learningWeights : self.weights)
        else { return (.average, average) }
        return (.stack, stack)
    }

    private var tunesThresholds: Bool { self.areClasses && self.metric.gainsByThresholds }

    /// What is learned of the rows in `parts`; nil for a stack of what cannot be learned from.
    func blend(_ way: Way, _ parts: [[Int]]) -> Blend? {
        let rows = parts.flatMap { $0 }
        switch way {
        case .stack:
            return Stacking.learn(
                self.candidates.map { $0.rows(at: rows) }, self.answers.rows(at: rows),
                self.learningWeights.at(rows)
            ).map { Blend(weights: $0.weights, pooling: .stacked(offsets: $0.offsets)) }
        case .average:
            let counts = EnsembleSelection(
                self.candidates, self.answers, weights: self.weights, parts: parts,
                by: self.metric, quantile: self.quantile
            ).counts
            let total = Double(counts.reduce(0, +))
            let average = Blend(weights: counts.map { Double($0) / total }, pooling: .plain)
            let temperature = Temperature.best(
                for: self.predictions(of: average, rows), self.answers.rows(at: rows),
                self.learningWeights.at(rows))
            return Blend(weights: average.weights, pooling: .average(temperature: temperature))
        }
    }

    /// What is learned of all rows.
    func blend(_ way: Way) -> Blend? { self.blend(way, self.parts) }

    private func predictions(of blend: Blend, _ rows: [Int]) -> Matrix {
        let members = blend.weights.indices.filter { blend.weights[$0] > 0 }
        return blend.pooling.combine(
            members.map { self.candidates[$0].rows(at: rows) }, members.map { blend.weights[$0] },
            areClasses: self.areClasses)
    }

    // MARK: Cross-fitting

    /// What is learned of all parts but one, for each.
    func crossFitted(_ way: Way) -> [Blend]? {
        var blends: [Blend] = []
        for part in self.parts.indices {
            let others = self.parts.indices.filter { $0 != part }.map {
                self.parts[$0].spread(most: Self.triedRowsMax / self.parts.count)
            }
            guard let blend = self.blend(way, others) else { return nil }
            blends.append(blend)
        }
        return blends
    }

    /// What each part is predicted by its blend; other rows have zeros.
    func predictions(of blends: [Blend]) -> Matrix {
        var predictions = Matrix(
            rows: self.candidates[0].rows, columns: self.candidates[0].columns)
        for (blend, rows) in zip(blends, self.parts) {
            predictions.setRows(rows, to: self.predictions(of: blend, rows))
        }
        return predictions
    }

    /// One for each part; nil where one is undefined.
    private func scores(
        _ predictions: Matrix, by metric: Metric, _ weights: [Double]?
    ) -> [Double]? {
        var scores: [Double] = []
        for rows in self.parts {
            let score = try? metric.value(
                self.answers.rows(at: rows), predictions.rows(at: rows), weights.at(rows),
                quantile: self.quantile)
            guard let score else { return nil }
            scores.append(score)
        }
        return scores
    }

    /// Whether predictions are better than others by more than chance: the mean gain over the parts
    /// by more than its standard error.
    private func isClear(
        _ predictions: Matrix, over others: Matrix, by metric: Metric, _ weights: [Double]?
    ) -> Bool {
        guard let scores = self.scores(predictions, by: metric, weights),
            let plain = self.scores(others, by: metric, weights)
        else { return false }
        let sign = metric.direction == .maximise ? 1.0 : -1.0
        let gains = zip(scores, plain).map { sign * ($0 - $1) }
        let count = Double(gains.count)
        let mean = gains.reduce(0, +) / count
        let squares = gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        return mean > (squares / (count - 1) / count).squareRoot()
    }

    // MARK: Thresholds

    /// Those of all parts, where cross-fitted ones gain more than chance; and what they decide.
    private func thresholds(
        _ predictions: Matrix
    ) -> (thresholds: [Double], decisions: Matrix) {
        guard self.tunesThresholds else { return ([], predictions) }
        let judged = self.parts.map { rows in
            Thresholds.Part(
                answers: self.answers.rows(at: rows), probabilities: predictions.rows(at: rows),
                weights: self.weights.at(rows))
        }
        var decisions = predictions
        for (part, rows) in self.parts.enumerated() {
            let others = judged.indices.filter { $0 != part }.map { judged[$0] }
            guard let thresholds = Thresholds.best(for: others, by: self.metric) else {
                return ([], predictions)
            }
            decisions.setRows(rows, to: judged[part].probabilities.decided(by: thresholds))
        }
        guard self.isClear(decisions, over: predictions, by: self.metric, self.weights),
            let thresholds = Thresholds.best(for: judged, by: self.metric)
        else { return ([], predictions) }
        return (thresholds, decisions)
    }
}

extension [Int] {
    /// All, or some that lie evenly among them: a table may be sorted by its classes.
    func spread(most: Int) -> [Int] {
        let step = (self.count + most - 1) / Swift.max(1, most)
        return step > 1 ? stride(from: 0, to: self.count, by: step).map { self[$0] } : self
    }
}

extension [Double]? {
    /// Those of the given rows.
    fileprivate func at(_ rows: [Int]) -> [Double]? {
        self.map { values in rows.map { values[$0] } }
    }
}

extension Workbench {
    /// - Parameter candidates: what each predicted for rows held out; the first is the best alone.
    func lastStep(_ candidates: [Matrix], by metric: Metric) -> LastStep {
        let rows = self.dataset.learned(of: self.folds.judged)
        var learningWeights: [Double]?
        if let weights = self.dataset.fittingWeights(at: rows) {
            // Rows of weight 0, and those that no fold holds out, teach nothing.
            var all = [Double](repeating: 0, count: self.dataset.rows)
            for (row, weight) in zip(rows, weights) { all[row] = weight }
            learningWeights = all
        }
        return LastStep(
            candidates, self.dataset.answers, weights: self.dataset.weighting?.weights,
            learningWeights: learningWeights, self.folds, by: metric,
            quantile: self.dataset.quantile)
    }
}
