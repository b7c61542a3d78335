/// Chooses where to cut a column.
///
/// Few distinct values are all kept apart. Otherwise the ranges hold about equally many rows; a
/// value so frequent that it would fill a range has one for itself, and does not crowd the others
/// (the rule of LightGBM, Ke et al. 2017).
struct Cutter {
    let limit: Int
    private var sorted: [Double] = []
    private var scratch: [Double] = []
    private var runs: [(value: Double, count: Int)] = []

    init(limit: Int) { self.limit = limit }

    /// Cuts between the values of a column, ascending; NaN is passed over.
    ///
    /// - Complexity: O(values), by radix sort.
    mutating func cuts(of values: [Double]) -> [Double] {
        self.sortSample(of: values)
        self.countRuns()
        guard self.runs.count > 1 else { return [] }
        if self.runs.count <= self.limit {
            return zip(self.runs, self.runs.dropFirst()).map { Self.between($0.value, $1.value) }
        }
        return self.quantileCuts()
    }

    private mutating func sortSample(of values: [Double]) {
        let step = max(1, (values.count + BinnedMatrix.sampleMax - 1) / BinnedMatrix.sampleMax)
        self.sorted.removeAll(keepingCapacity: true)
        for index in stride(from: 0, to: values.count, by: step) where !values[index].isNaN {
            // Minus zero becomes zero, or the two would sort apart and compare equal.
            self.sorted.append(values[index] + 0)
        }
        if self.scratch.count < self.sorted.count {
            self.scratch = Array(repeating: 0, count: self.sorted.count)
        } else {
            self.scratch.removeLast(self.scratch.count - self.sorted.count)
        }
        radixSort(&self.sorted, scratch: &self.scratch)
    }

    private mutating func countRuns() {
        self.runs.removeAll(keepingCapacity: true)
        var index = 0
        while index < self.sorted.count {
            let value = self.sorted[index]
            var end = index + 1
            while end < self.sorted.count, self.sorted[end] == value { end += 1 }
            self.runs.append((value, end - index))
            index = end
        }
    }

    private func quantileCuts() -> [Double] {
        let average = Double(self.sorted.count) / Double(self.limit)
        var frequent = 0
        var rest = self.sorted.count
        for run in self.runs where Double(run.count) >= average {
            frequent += 1
            rest -= run.count
        }
        var rangesLeft = max(self.limit - frequent, 1)
        var target = Double(rest) / Double(rangesLeft)
        var cuts: [Double] = []
        var filled = 0
        for index in 0..<self.runs.count - 1 where cuts.count < self.limit - 1 {
            let run = self.runs[index]
            let next = self.runs[index + 1]
            let isFrequent = Double(run.count) >= average
            if !isFrequent { rest -= run.count }
            filled += run.count
            let nextIsFrequent = Double(next.count) >= average
            let isFull = Double(filled) >= target
            guard isFrequent || isFull || (nextIsFrequent && Double(filled) >= max(1, target / 2))
            else { continue }
            cuts.append(Self.between(run.value, next.value))
            filled = 0
            if !isFrequent {
                rangesLeft = max(rangesLeft - 1, 1)
                target = Double(rest) / Double(rangesLeft)
            }
        }
        return cuts
    }

    /// A number c with low ≤ c < high, half way where the precision allows.
    static func between(_ low: Double, _ high: Double) -> Double {
        let middle = low / 2 + high / 2
        return middle >= low && middle < high ? middle : low
    }
}
