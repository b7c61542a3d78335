/// Looks for rows that do not fit the rest of their own table, as poisoned ones do not: labels that
/// were flipped, rows that were planted far outside.
///
/// It flags and never drops, and its verdict is a suspicion: an honest table has rare rows too.
/// Three looks, each by a published method:
///
/// 1. *Contradictions*: rows that repeat the features of others with another class, where the
///    table does not repeat itself by nature.
/// 2. *Lone labels*: of a sample, rows whose class none of their nearest neighbours shares, where
///    chance would leave them alone once in a hundred times (Wilson, Asymptotic properties of
///    nearest neighbor rules using edited data, 1972; as a defence against flipped labels: Paudice,
///    Muñoz-González, Lupu, Label sanitization against label flipping poisoning attacks, 2018), or
///    whose number is far from their neighbours' median. Neighbours by Gower's distance (A general
///    coefficient of similarity, 1971) on ranks.
/// 3. *Far out*: numbers whose modified z-score (Iglewicz and Hoaglin, How to detect and handle
///    outliers, 1993), taken on either side of the median for itself because many honest columns
///    lean to one side, is beyond `RobustScale.reach`.
///
/// - Complexity: O(rows × columns) for the first and the last; the second takes
///   `sampleRows`² × `sampleColumns` steps at most, however large the table.
package struct PoisonScreen: Equatable, Sendable {
    /// Rows whose neighbours were looked at, drawn with `seed`.
    package let sampledRows: Int
    package let seed: UInt64
    package let findings: [Finding]
    private let rows: Int

    package struct Finding: Equatable, Sendable {
        package let reason: Reason
        /// Where the reason lies in one column.
        package let column: String?
        /// Ascending, from 0; never empty.
        package let rows: [Int]
    }

    package enum Reason: String, Sendable {
        case contradiction, loneLabel, farOut
    }

    /// Rows of the sample: four million distances for the neighbours of all of them.
    package static let sampleRows = 2000
    package static let sampleColumns = 64

    package init(_ dataset: Dataset, seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let sample = generator.sample(Self.sampleRows, of: dataset.rows)
        let neighbourhood = Neighbourhood(dataset.features, sample, &generator)
        var findings: [Finding] = []
        func add(_ reason: Reason, _ column: String?, _ rows: [Int]) {
            guard !rows.isEmpty else { return }
            findings.append(Finding(reason: reason, column: column, rows: rows))
        }
        switch dataset.answers {
        case .classes(let labels, let count):
            add(.contradiction, nil, Twins(dataset.features).contradictions(of: labels))
            add(.loneLabel, nil, neighbourhood.loneClasses(labels, count: count))
        case .numbers(let numbers):
            add(.loneLabel, nil, neighbourhood.loneNumbers(numbers))
            add(.farOut, dataset.target, RobustScale(numbers).farOut(in: numbers))
        case .flags: break
        }
        for column in dataset.features.columns {
            guard case .numeric(let numbers) = column.values else { continue }
            add(.farOut, column.name, RobustScale(numbers).farOut(in: numbers))
        }
        self.sampledRows = sample.count
        self.seed = seed
        self.findings = findings
        self.rows = dataset.rows
    }

    /// Rows with at least one finding, as a share of all.
    package var strangeShare: Double {
        Double(Set(self.findings.flatMap(\.rows)).count) / Double(max(1, self.rows))
    }
}

extension SeededGenerator {
    /// Different numbers below `count`, ascending: `size` of them, or all there are.
    mutating func sample(_ size: Int, of count: Int) -> [Int] {
        guard count > size else { return Array(0..<count) }
        // Floyd's: each draw lands on a new number or takes the largest that is allowed so far.
        var drawn: Set<Int> = []
        for limit in (count - size)..<count {
            let number = self.below(limit + 1)
            drawn.insert(drawn.contains(number) ? limit : number)
        }
        return drawn.sorted()
    }
}

/// The middle of a column and its spread on either side.
struct RobustScale {
    private let median: Double
    private let lower: Double
    private let upper: Double

    /// Iglewicz and Hoaglin take 3.5 for samples that are normal but for the outliers; columns of
    /// real tables have heavier tails.
    static let reach = 10.0
    /// The quantile of the normal distribution that makes the median deviation a standard one.
    private static let normal = 0.6745
    /// Values that the middle is taken from, evenly spread over the rows.
    private static let valuesMax = 20_000

    init(_ numbers: [Double]) {
        let step = max(1, numbers.count / Self.valuesMax)
        let sorted = stride(from: 0, to: numbers.count, by: step).lazy
            .map { numbers[$0] }.filter { !$0.isNaN }.sorted()
        guard !sorted.isEmpty else {
            (self.median, self.lower, self.upper) = (0, 0, 0)
            return
        }
        let median = sorted[sorted.count / 2]
        // Sorted as they come: the distances above the median ascend, those below descend.
        let above = sorted.filter { $0 > median }.map { $0 - median }
        let below = sorted.filter { $0 < median }.map { median - $0 }
        self.median = median
        self.upper = above.isEmpty ? 0 : above[above.count / 2]
        self.lower = below.isEmpty ? 0 : below[below.count / 2]
    }

    /// The value whose modified z-score is `reach`; the median where there is no spread above it.
    func upperFence(reach: Double) -> Double {
        self.median + reach * self.upper / Self.normal
    }

    /// Nothing is far out on a side where there is no spread to measure it by.
    func farOut(in numbers: [Double]) -> [Int] {
        numbers.indices.filter { row in
            let distance = numbers[row] - self.median
            let spread = distance < 0 ? self.lower : self.upper
            return spread > 0 && Self.normal * abs(distance) > Self.reach * spread
        }
    }
}
