import Wire

/// What a study remembers of one family: enough for TPE, and never more than a bound.
struct History: Equatable, Sendable {
    /// The best observations kept, in order. Optuna's gamma never asks for more than 25.
    static let bestMax = 25
    /// Of the others the latest are kept: they say where the search has been lately.
    static let othersMax = 200

    /// When so much has failed that the family is left.
    struct Patience: Equatable, Sendable {
        /// Fewer failures say nothing.
        let failuresMin: Int
        /// More failures than this for each score are too many.
        let failuresPerScore: Int

        /// Of a family among others: three failures, if it has failed more often than not.
        static let family = Patience(failuresMin: 3, failuresPerScore: 1)
        /// Of a user's program, which is all that there is to try: ten, if nine in ten have failed.
        static let program = Patience(failuresMin: 10, failuresPerScore: 9)

        func isExhausted(failed: Int, scored: Int) -> Bool {
            failed >= self.failuresMin && failed > self.failuresPerScore * scored
        }
    }

    let patience: Patience

    init(_ patience: Patience) { self.patience = patience }

    struct Observed: Equatable, Sendable {
        /// One coordinate per dimension of the family's space, in 0...1.
        let point: [Double]
        let score: Double
    }

    /// The best first.
    private(set) var leading: [Observed] = []
    /// Where the others were, the oldest first.
    private(set) var others: [[Double]] = []
    private(set) var scored = 0
    private(set) var failed = 0
    /// Running time of all that were scored.
    private(set) var spent: Duration = .zero

    var observed: Int { self.scored + self.failed }

    var best: Observed? { self.leading.first }

    /// Running time that one more candidate will take, as far as one can know; in seconds.
    var secondsExpected: Double {
        self.scored == 0 ? 1 : max(1e-3, self.spent.seconds / Double(self.scored))
    }

    mutating func insert(_ observed: Observed, wall: Duration, direction: Direction) {
        self.scored += 1
        self.spent += wall
        let place = self.leading.firstIndex { direction.prefers(observed.score, to: $0.score) }
        self.leading.insert(observed, at: place ?? self.leading.count)
        guard self.leading.count > Self.bestMax else { return }
        self.others.append(self.leading.removeLast().point)
        if self.others.count > Self.othersMax { self.others.removeFirst() }
    }

    mutating func fail() { self.failed += 1 }

    /// The same where failures say where not to look: a program that wants too much memory wants it
    /// nearby as well.
    mutating func fail(at point: [Double]) {
        self.failed += 1
        self.others.append(point)
        if self.others.count > Self.othersMax { self.others.removeFirst() }
    }

    /// The observations in two: the good ones, and where the rest were.
    ///
    /// Good are the best `ceil(0.1 n)` of n, at most 25, as Optuna has it: 1 of 10, 2 of 11, 10 of
    /// 100, 25 of 1000.
    var split: (good: ArraySlice<Observed>, rest: [[Double]]) {
        let good = min((self.scored + 9) / 10, Self.bestMax, self.leading.count)
        let rest = self.leading.dropFirst(good).map(\.point) + self.others
        return (self.leading.prefix(good), rest)
    }
}
