/// How far the values of a column have moved from those of a reference, and how many of them lie
/// where the reference has none.
///
/// The measure is the population stability index: over bins, the sum of `(p - q) ln(p / q)`, where
/// `p` is a bin's share of the column and `q` that of the reference. By the usual reading (Siddiqi,
/// Credit Risk Scorecards, 2006) less than 0.1 is no change, and 0.25 or more a great one.
///
/// Nothing in it is a value of either table: shares and counts only.
package struct Drift: Equatable, Sendable {
    /// 0 or more. Missing values are a bin of their own.
    package let stability: Double
    /// Rows without a value, as a share of all rows, here and in the reference.
    package let missing: Double
    package let referenceMissing: Double
    /// Rows whose number is far out, or whose text the reference does not have; ascending, from 0.
    package let strangers: [Int]

    package enum Reading: String, Sendable {
        case stable, shifted, drifted
    }

    package var reading: Reading {
        switch self.stability {
        case ..<0.1: .stable
        case ..<0.25: .shifted
        default: .drifted
        }
    }

    /// - Requires: both columns are of one kind.
    /// - Complexity: O(r log r) for r rows of the reference, O(log r) for each row of the column.
    package init(of column: Frame.Values, from reference: Frame.Values) {
        switch (column, reference) {
        case (.numeric(let column), .numeric(let reference)),
            (.dates(let column), .dates(let reference)):
            self.init(column, NumericReference(reference))
        case (.categorical(let column), .categorical(let reference)):
            self.init(column, reference)
        case (.texts(let column), .texts(let reference)):
            // Hardly a text occurs twice: what may have changed is how much they say.
            self.init(column.lengths, NumericReference(reference.lengths))
        case (.numeric, _), (.categorical, _), (.dates, _), (.texts, _):
            preconditionFailure("a column is compared with one of another kind")
        }
    }

    private init(_ column: [Double], _ reference: NumericReference) {
        var counts = [Int](repeating: 0, count: reference.counts.count)
        var strangers: [Int] = []
        for (row, value) in column.enumerated() {
            counts[reference.bin(of: value)] += 1
            if reference.isFarOut(value) { strangers.append(row) }
        }
        self.init(counts, reference.counts, strangers)
    }

    private init(_ column: Frame.Categories, _ reference: Frame.Categories) {
        // Bins: each text of the reference, then strangers, then missing values last.
        let strange = reference.levels.count
        let places = Dictionary(
            uniqueKeysWithValues: reference.levels.enumerated().map { ($1, $0) })
        let bins = column.levels.map { places[$0] ?? strange }
        var counts = [Int](repeating: 0, count: strange + 2)
        var strangers: [Int] = []
        for (row, code) in column.codes.enumerated() {
            let bin = code < 0 ? strange + 1 : bins[Int(code)]
            counts[bin] += 1
            if bin == strange { strangers.append(row) }
        }
        var referenceCounts = [Int](repeating: 0, count: strange + 2)
        for code in reference.codes { referenceCounts[code < 0 ? strange + 1 : Int(code)] += 1 }
        self.init(counts, referenceCounts, strangers)
    }

    /// - Parameters:
    ///   - counts, reference: Rows in each bin; the last bin holds those without a value.
    private init(_ counts: [Int], _ reference: [Int], _ strangers: [Int]) {
        self.stability = Self.stability(counts, reference)
        self.missing = Self.share(counts[counts.count - 1], of: counts)
        self.referenceMissing = Self.share(reference[reference.count - 1], of: reference)
        self.strangers = strangers
    }

    private static func share(_ count: Int, of counts: [Int]) -> Double {
        Double(count) / Double(max(1, counts.reduce(0, +)))
    }

    /// Half a row is added to each bin that one of the tables has, so that an empty one is unlikely
    /// rather than impossible, and the index is finite.
    private static func stability(_ counts: [Int], _ reference: [Int]) -> Double {
        let bins = zip(counts, reference).filter { $0.0 + $0.1 > 0 }
        let half = 0.5 * Double(bins.count)
        let total = Double(counts.reduce(0, +)) + half
        let referenceTotal = Double(reference.reduce(0, +)) + half
        return bins.reduce(0) { sum, bin in
            let share = (Double(bin.0) + 0.5) / total
            let other = (Double(bin.1) + 0.5) / referenceTotal
            return sum + (share - other) * log(share / other)
        }
    }
}

/// Bins and fences of a numeric reference.
private struct NumericReference {
    /// Ascending and distinct; a bin holds the values up to its bound, the one after the last those
    /// above all of them.
    private let bounds: [Double]
    private let fences: ClosedRange<Double>
    /// Rows in each bin; the last holds those without a value.
    private(set) var counts: [Int]

    /// Tenths of the reference are the usual bins of the index.
    private static let binCount = 10
    /// Beyond three times the interquartile range a value is far out (Tukey, Exploratory Data
    /// Analysis, 1977).
    private static let fenceFactor = 3.0

    init(_ values: [Double]) {
        let sorted = values.filter { !$0.isNaN }.sorted()
        func quantile(_ share: Double) -> Double {
            sorted[min(sorted.count - 1, Int(share * Double(sorted.count)))]
        }
        var bounds: [Double] = []
        if !sorted.isEmpty {
            for index in 1..<Self.binCount {
                let bound = quantile(Double(index) / Double(Self.binCount))
                if bounds.last.map({ $0 < bound }) ?? true { bounds.append(bound) }
            }
            let (low, high) = (quantile(0.25), quantile(0.75))
            let reach = Self.fenceFactor * (high - low)
            // Where half of all values are one, its spread says nothing: the range decides.
            self.fences =
                reach > 0 && reach.isFinite
                ? (low - reach)...(high + reach) : sorted[0]...sorted[sorted.count - 1]
        } else {
            self.fences = (-Double.infinity)...Double.infinity
        }
        self.bounds = bounds
        self.counts = [Int](repeating: 0, count: bounds.count + 2)
        for value in values { self.counts[self.bin(of: value)] += 1 }
    }

    func bin(of value: Double) -> Int {
        guard !value.isNaN else { return self.bounds.count + 1 }
        var low = 0
        var high = self.bounds.count
        while low < high {
            let middle = (low + high) / 2
            if self.bounds[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func isFarOut(_ value: Double) -> Bool { !value.isNaN && !self.fences.contains(value) }
}

extension Frame.Categories {
    /// The bytes of each row's text; NaN where it is missing.
    fileprivate var lengths: [Double] {
        let lengths = self.levels.map { Double($0.revealed.utf8.count) }
        return self.codes.map { $0 < 0 ? .nan : lengths[Int($0)] }
    }
}
