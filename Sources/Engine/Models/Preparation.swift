private import Synchronization

/// What every trial on the same rows can share: bins for the trees, moments for ridge.
///
/// Filled on first use, by whoever comes first; the rest wait for him and find it done.
/// Deliberately not a cache with a policy: it lives as long as its `TrainingData` and holds at most
/// one entry of each kind (one binning per number of bins).
package final class Preparation: Sendable {
    private struct State: Sendable {
        var binned: [(limit: Int, matrix: BinnedMatrix)] = []
        var moments: Moments?
        var isFinite: Bool?
    }

    private let state = Mutex(State())

    init() {}

    /// `features` in at most `limit` bins a column, besides the one for missing values.
    func binned(_ features: Matrix, limit: Int, _ categories: [Bool]?) -> BinnedMatrix {
        self.state.withLock { state in
            if let known = state.binned.first(where: { $0.limit == limit }) { return known.matrix }
            let matrix = BinnedMatrix(features, limit: limit, categories: categories)
            state.binned.append((limit, matrix))
            return matrix
        }
    }

    func moments(
        _ features: Matrix, _ numbers: [Double], _ weights: [Double]? = nil
    ) -> Moments {
        self.state.withLock { state in
            if let known = state.moments { return known }
            let moments = Moments(features, numbers, weights)
            state.moments = moments
            return moments
        }
    }

    func isFinite(_ features: Matrix) -> Bool {
        self.state.withLock { state in
            if let known = state.isFinite { return known }
            // Zero times anything finite is zero; times NaN or infinity it is NaN, and stays so.
            var sum = 0.0
            for value in features.values { sum += value * 0 }
            state.isFinite = sum == 0
            return sum == 0
        }
    }
}

extension TrainingData {
    /// The features in bins, computed once for all fits of these rows.
    package func binned(limit: Int = BinnedMatrix.limitMax) -> BinnedMatrix {
        self.preparation.binned(self.features, limit: limit, self.categories)
    }

    /// Refuses rows that no dense family can learn from.
    func requireFiniteRows(atLeast rows: Int = 1) throws(LearnerError) {
        try self.requireRows(atLeast: rows)
        guard self.preparation.isFinite(self.features) else {
            throw LearnerError(
                .notFinite, "a feature is missing or infinite; this family needs finite features")
        }
    }

    /// Refuses rows too few, and answers that are none.
    func requireRows(atLeast rows: Int = 1) throws(LearnerError) {
        guard self.features.rows >= rows else {
            throw LearnerError(
                .tooFewRows, "\(self.features.rows) rows to learn from; at least \(rows) needed")
        }
        switch self.answers {
        case .classes: break
        case .numbers(let numbers):
            guard numbers.allSatisfy(\.isFinite) else {
                throw LearnerError(.notFinite, "an answer is missing or infinite")
            }
        case .flags:
            throw LearnerError(
                .unsupportedTask, "this family learns answers, and flags of anomalies are none")
        }
    }

    /// The numbers to learn, for families that only learn numbers.
    func requireNumbers(for family: Family) throws(LearnerError) -> [Double] {
        guard case .numbers(let numbers) = self.answers else {
            throw LearnerError(.unsupportedTask, "\(family.rawValue) predicts numbers, not classes")
        }
        return numbers
    }

    /// The labels to learn, for families that only learn classes.
    func requireClasses(
        for family: Family
    ) throws(LearnerError) -> (labels: [Int32], count: Int) {
        guard case .classes(let labels, let count) = self.answers else {
            throw LearnerError(.unsupportedTask, "\(family.rawValue) predicts classes, not numbers")
        }
        return (labels, count)
    }
}
