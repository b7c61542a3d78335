/// Finds the coefficients of an order that make a stationary series most likely.
struct ARMAFitting {
    let values: [Double]
    let season: Int
    private let average: Double
    private let deviation: Double

    struct Result {
        let order: ARMAOrder
        /// What ``ARMA/init(_:season:numbers:)`` takes, then the mean where there is one.
        let numbers: [Double]
        /// Akaike's criterion, corrected for short series.
        let criterion: Double
    }

    init(_ values: [Double], season: Int) {
        self.values = values
        self.season = season
        let average = mean(values)
        let squares = values.reduce(0) { $0 + ($1 - average) * ($1 - average) }
        self.average = average
        self.deviation = (squares / Double(max(1, values.count))).squareRoot()
    }

    func isPossible(_ order: ARMAOrder) -> Bool {
        self.values.count > order.freedom + 2
            && 3 * order.reach(season: self.season) <= 2 * self.values.count
    }

    /// The best coefficients by conditional squares.
    func quick(_ order: ARMAOrder) -> Result {
        var start = [Double](repeating: 0.1, count: order.coefficients)
        if order.hasMean { start.append(self.average) }
        return self.search(order, from: start, step: 0.3, evaluations: 80) { model, rest in
            ARMALikelihood.conditional(model, rest)
        }
    }

    /// The best coefficients by exact likelihood, from those of a quick search.
    func exact(_ quick: Result) -> Result {
        // Near the end already, and each likelihood costs as much as many quick ones.
        self.search(quick.order, from: quick.numbers, step: 0.1, evaluations: 40) { model, rest in
            ARMALikelihood.exact(model, rest).badness
        }
    }

    func model(_ result: Result) -> ARMA {
        ARMA(result.order, season: self.season, numbers: result.numbers)
    }

    func level(of result: Result) -> Double {
        result.order.hasMean ? result.numbers[result.order.coefficients] : 0
    }

    func outcome(_ result: Result) -> ARMALikelihood.Outcome {
        let level = self.level(of: result)
        return ARMALikelihood.exact(self.model(result), self.values.map { $0 - level })
    }

    private func search(
        _ order: ARMAOrder, from start: [Double], step: Double, evaluations: Int,
        _ badness: (ARMA, [Double]) -> Double
    ) -> Result {
        var steps = [Double](repeating: step, count: order.coefficients)
        if order.hasMean { steps.append(0.2 * max(self.deviation, 1e-6)) }
        var search = NelderMead(evaluationsMax: evaluations * (1 + start.count))
        search.tolerance = 1e-7
        let minimum = search.minimise(from: start, steps: steps) { numbers in
            let model = ARMA(order, season: self.season, numbers: numbers)
            guard order.hasMean else { return badness(model, self.values) }
            let level = numbers[order.coefficients]
            return badness(model, self.values.map { $0 - level })
        }
        let (k, n) = (Double(order.freedom), Double(self.values.count))
        return Result(
            order: order, numbers: minimum.point,
            criterion: minimum.value + 2 * k + 2 * k * (k + 1) / (n - k - 1))
    }
}

/// The stepwise search of Hyndman and Khandakar (2008, section 3.2): from four simple orders to
/// better neighbours until there is none, by the quick criterion; the best few are judged exactly.
struct ARMASearch {
    let fitting: ARMAFitting
    let mayHaveMean: Bool
    /// Orders that are given; -1 where they are free.
    var fixed = (p: -1, q: -1, seasonalP: -1, seasonalQ: -1)

    static let orderMax = 5
    static let seasonalMax = 2
    /// Quick searches, each some milliseconds for a series of some hundred values.
    static let searchesMax = 50
    /// Searches that are repeated by exact likelihood.
    static let exactMax = 3

    /// The best result by exact likelihood; nil when no order is possible.
    func best() -> ARMAFitting.Result? {
        var tried: [ARMAOrder: ARMAFitting.Result] = [:]
        var results: [ARMAFitting.Result] = []
        func consider(_ order: ARMAOrder) -> ARMAFitting.Result? {
            if let known = tried[order] { return known }
            guard self.isAllowed(order), results.count < Self.searchesMax else { return nil }
            let result = self.fitting.quick(order)
            tried[order] = result
            results.append(result)
            return result
        }
        var best: ARMAFitting.Result?
        func improves(_ order: ARMAOrder) -> Bool {
            guard let result = consider(order), result.criterion < best?.criterion ?? .infinity
            else { return false }
            best = result
            return true
        }
        for order in self.starts { _ = improves(order) }
        var isMoving = true
        while isMoving, let centre = best?.order {
            isMoving = false
            for order in self.neighbours(of: centre) where improves(order) {
                isMoving = true
                break
            }
        }
        let finalists = results.sorted { $0.criterion < $1.criterion }.prefix(Self.exactMax)
        return finalists.map { self.fitting.exact($0) }.min { $0.criterion < $1.criterion }
            .flatMap { $0.criterion.isFinite ? $0 : nil }
    }

    private func isAllowed(_ order: ARMAOrder) -> Bool {
        let isInRange =
            order.p >= 0 && order.q >= 0 && order.seasonalP >= 0 && order.seasonalQ >= 0
            && order.p <= Self.orderMax && order.q <= Self.orderMax
            && order.seasonalP <= Self.seasonalMax && order.seasonalQ <= Self.seasonalMax
        let isPlain = self.fitting.season > 1 || order.seasonalP + order.seasonalQ == 0
        return isInRange && isPlain && (!order.hasMean || self.mayHaveMean)
            && self.fitting.isPossible(order)
    }

    private var starts: [ARMAOrder] {
        let s = self.fitting.season > 1 ? 1 : 0
        return [
            ARMAOrder(p: 2, q: 2, seasonalP: s, seasonalQ: s),
            ARMAOrder(), ARMAOrder(p: 1, seasonalP: s), ARMAOrder(q: 1, seasonalQ: s),
        ].map {
            var order = self.pinned($0)
            order.hasMean = self.mayHaveMean
            return order
        }
    }

    /// The order with what is given in place of what is not.
    private func pinned(_ order: ARMAOrder) -> ARMAOrder {
        var pinned = order
        if self.fixed.p >= 0 { pinned.p = self.fixed.p }
        if self.fixed.q >= 0 { pinned.q = self.fixed.q }
        let isSeasonal = self.fitting.season > 1
        if self.fixed.seasonalP >= 0, isSeasonal { pinned.seasonalP = self.fixed.seasonalP }
        if self.fixed.seasonalQ >= 0, isSeasonal { pinned.seasonalQ = self.fixed.seasonalQ }
        return pinned
    }

    private func neighbours(of order: ARMAOrder) -> [ARMAOrder] {
        var neighbours: [ARMAOrder] = []
        func add(_ change: (inout ARMAOrder) -> Void) {
            var next = order
            change(&next)
            neighbours.append(self.pinned(next))
        }
        for step in [-1, 1] {
            add { $0.seasonalP += step }
            add { $0.seasonalQ += step }
            add {
                $0.seasonalP += step
                $0.seasonalQ += step
            }
            add { $0.p += step }
            add { $0.q += step }
            add {
                $0.p += step
                $0.q += step
            }
        }
        add { $0.hasMean.toggle() }
        return neighbours
    }
}
