package import Wire

/// Stops trials that do worse than most others did when they were as far.
///
/// The median stopping rule of Vizier (Golovin et al., 2017, section 3.2.1): a trial is stopped at
/// step `s` when the best that it has reached by then is worse than the median of the running
/// averages, up to `s`, of the others. Others are all trials that reported `s`, those that still
/// run or were stopped among them: on a cluster most of what is known is not finished yet.
///
/// ```
/// step        1     2     3      running average at 3
/// trial 0    0.5   0.6   0.7     0.6
/// trial 1    0.3   0.4   0.5     0.4      the median of 0, 1 and 2 is 0.5
/// trial 2    0.4   0.5   0.6     0.5
/// trial 3    0.1   0.3   0.4     its best is 0.4: stopped
/// ```
///
/// A rule is a value: the same reports in the same order give an equal rule.
///
/// - Complexity: O(log n) comparisons for a report, with n trials that reported its step; the
///   place in their list is made by one move of memory.
package struct MedianRule: Equatable, Sendable {
    /// Fewer others say too little; Optuna's number too.
    package static let othersMin = 5

    private let direction: Direction
    /// For each step, the running averages of those that reported it, sorted.
    private var averages: [UInt32: [Double]] = [:]
    /// Of trials that run.
    private var curves: [UInt32: Curve] = [:]

    private struct Curve: Equatable, Sendable {
        var best: Double
        var sum = 0.0
        var points: [Point] = []
    }

    private struct Point: Equatable, Sendable {
        let step: UInt32
        let average: Double
    }

    package init(direction: Direction) { self.direction = direction }

    /// Takes in what a trial has reached. A step that is not beyond its last one is passed over, as
    /// is a score that is no number.
    package mutating func observe(_ trial: UInt32, step: UInt32, _ score: Double) {
        var curve = self.curves[trial] ?? Curve(best: score)
        guard score.isFinite, curve.points.last.map({ $0.step < step }) ?? true else { return }
        if self.direction.prefers(score, to: curve.best) { curve.best = score }
        curve.sum += score
        let average = curve.sum / Double(curve.points.count + 1)
        // The sum of two huge scores is none.
        guard average.isFinite else { return }
        curve.points.append(Point(step: step, average: average))
        self.curves[trial] = curve
        var others = self.averages[step] ?? []
        self.averages[step] = nil
        others.insert(average, at: Self.place(of: average, in: others))
        self.averages[step] = others
    }

    /// Whether the trial has done worse than most others by its last step.
    package func stops(_ trial: UInt32) -> Bool {
        guard let curve = self.curves[trial], let point = curve.points.last,
            let averages = self.averages[point.step], averages.count > Self.othersMin
        else { return false }
        let own = Self.place(of: point.average, in: averages) - 1
        let median = Self.median(of: averages, without: own)
        return self.direction.prefers(median, to: curve.best)
    }

    /// The trial runs no more; what it reported still counts.
    package mutating func finish(_ trial: UInt32) { self.curves[trial] = nil }

    /// The trial's attempt was lost, and it begins anew: what it reported does not count.
    package mutating func forget(_ trial: UInt32) {
        for point in self.curves.removeValue(forKey: trial)?.points ?? [] {
            guard var others = self.averages.removeValue(forKey: point.step) else { continue }
            others.remove(at: Self.place(of: point.average, in: others) - 1)
            if !others.isEmpty { self.averages[point.step] = others }
        }
    }

    /// Behind all that are not greater.
    private static func place(of value: Double, in sorted: [Double]) -> Int {
        var (low, high) = (0, sorted.count)
        while low < high {
            let middle = (low + high) / 2
            if sorted[middle] <= value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The median of all but one.
    private static func median(of sorted: [Double], without index: Int) -> Double {
        func value(_ rank: Int) -> Double { sorted[rank < index ? rank : rank + 1] }
        let count = sorted.count - 1
        let upper = value(count / 2)
        return count % 2 == 1 ? upper : value(count / 2 - 1) / 2 + upper / 2
    }
}
