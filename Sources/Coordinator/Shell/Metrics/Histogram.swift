import Synchronization

/// Counts measurements by size, in buckets that Prometheus understands.
final class Histogram: Sendable {
    /// Upper bounds, rising; what is larger than the last is counted apart.
    let bounds: [Double]
    private let state: Mutex<Counts>

    struct Counts: Equatable, Sendable {
        /// One for each bound, and the last for what is larger than all of them.
        var buckets: [UInt64]
        var sum: Double = 0
        var count: UInt64 { self.buckets.reduce(0, +) }
    }

    init(bounds: [Double]) {
        precondition(bounds == bounds.sorted(), "the bounds of a histogram rise")
        self.bounds = bounds
        self.state = Mutex(Counts(buckets: Array(repeating: 0, count: bounds.count + 1)))
    }

    func record(_ value: Double) {
        let place = self.bounds.firstIndex { value <= $0 } ?? self.bounds.count
        self.state.withLock {
            $0.buckets[place] += 1
            $0.sum += value
        }
    }

    var counts: Counts { self.state.withLock { $0 } }
}
