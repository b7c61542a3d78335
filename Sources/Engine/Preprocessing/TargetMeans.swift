import Privacy

/// What the answers of a level's rows are on average: a column of many levels as a few numbers.
///
/// Smoothed by the m-estimate (Micci-Barreca 2001): a level with n rows counts n, the mean of all
/// rows counts `EncoderLimits.priorRows`. Of classes it is the share of each, of two classes the
/// second's; of numbers their mean. A last column tells how frequent the level is. Rare levels are
/// one together, and new ones are taken for it.
package struct TargetMeans: Equatable, Sendable {
    /// The most frequent first.
    let levels: [Private<String>]
    /// Whether missing values are a level, after those; else they are as new ones.
    let hasMissing: Bool
    /// (levels + missing + the rare together) × `width`, centred and scaled where the form wants
    /// it.
    let values: [Double]
    package let width: Int

    /// Of `values`.
    var rows: Int { self.levels.count + (self.hasMissing ? 1 : 0) + 1 }

    /// The part of `values` that stands for each code of `categories`, missing first.
    func places(in categories: Frame.Categories) -> [Int] {
        var indices: [Private<String>: Int] = [:]
        for (index, level) in self.levels.enumerated() { indices[level] = index }
        let rare = self.rows - 1
        let missing = self.hasMissing ? self.levels.count : rare
        return [missing] + categories.levels.map { indices[$0] ?? rare }
    }
}

extension TargetMeans {
    /// Learns from `rows`, and says how models shall see those very rows: by the means of the other
    /// parts of them, so that no row is described by its own answer.
    ///
    /// - Returns: nil where all levels are rare; the matrix has a row for each of `rows`.
    /// - Parameters:
    ///   - ranked: the codes of `rows`.
    ///   - answers, groups: of `rows`, in their order.
    static func fit(
        _ categories: Frame.Categories, _ rows: [Int],
        _ ranked: Encoder.Encoding.RankedLevels, _ answers: Answers, _ groups: AnswerGroups,
        _ form: FeatureForm
    ) -> (means: TargetMeans, training: Matrix)? {
        let frequent = ranked.levels.prefix { $0.count >= EncoderLimits.rowsOfLevelMin }
            .prefix(EncoderLimits.targetLevelsMax)
        let hasMissing = ranked.missing >= EncoderLimits.rowsOfLevelMin
        let rare = frequent.count + (hasMissing ? 1 : 0)
        guard rare > 0 else { return nil }
        var places = [Int](repeating: rare, count: categories.levels.count + 1)
        if hasMissing { places[0] = frequent.count }
        for (place, level) in frequent.enumerated() { places[level.code + 1] = place }
        let placeOfRow = rows.map { places[Int(categories.codes[$0]) + 1] }

        var whole = LevelSums(levels: rare + 1, answers, groups)
        for index in rows.indices { whole.add(index, to: placeOfRow[index]) }
        let width = whole.outputs + 1
        var training = Matrix(rows: rows.count, columns: width)
        for part in 0..<groups.parts.count {
            let heldOut = groups.parts.heldOut(in: part)
            var others = whole
            for index in heldOut { others.add(index, to: placeOfRow[index], sign: -1) }
            let means = others.means()
            for index in heldOut {
                for column in 0..<width {
                    training[index, column] = means[placeOfRow[index] * width + column]
                }
            }
        }
        var values = whole.means()
        if form == .dense { Self.standardize(&values, &training) }
        return (
            TargetMeans(
                levels: frequent.map { categories.levels[$0.code] }, hasMissing: hasMissing,
                values: values, width: width), training
        )
    }

    /// Both by the training rows' means and deviations.
    private static func standardize(_ values: inout [Double], _ training: inout Matrix) {
        let width = training.columns
        let rows = Array(0..<training.rows)
        for column in 0..<width {
            let numbers = rows.map { training[$0, column] }
            guard
                case .standardized(let center, let scale, _) =
                    Encoder.Encoding.standardizing(numbers, rows)
            else { continue }
            let limit = EncoderLimits.standardizedMax
            for row in rows {
                training[row, column] = (numbers[row] - center) / scale
            }
            for place in stride(from: column, to: values.count, by: width) {
                values[place] = max(-limit, min(limit, (values[place] - center) / scale))
            }
        }
    }
}

/// Answers summed by level.
private struct LevelSums {
    let outputs: Int
    private let answers: Answers
    private let groups: AnswerGroups
    private var rows: [Double]
    /// Of numbers in this unit, so that no sum overflows: a power of two, which rounds nothing.
    private var sums: [Double]
    private let unit: Double

    init(levels: Int, _ answers: Answers, _ groups: AnswerGroups) {
        if case .numbers(let numbers) = answers {
            self.outputs = 1
            let farthest = numbers.reduce(0) { max($0, abs($1)) }
            self.unit =
                farthest > 1e200
                ? Double(sign: .plus, exponent: farthest.exponent, significand: 1) : 1
        } else {
            self.outputs = groups.count == 2 ? 1 : groups.count
            self.unit = 1
        }
        self.answers = answers
        self.groups = groups
        self.rows = Array(repeating: 0, count: levels)
        self.sums = Array(repeating: 0, count: levels * self.outputs)
    }

    /// - Parameter index: of the answer.
    mutating func add(_ index: Int, to level: Int, sign: Double = 1) {
        self.rows[level] += sign
        let start = level * self.outputs
        if case .numbers(let numbers) = self.answers {
            self.sums[start] += sign * (numbers[index] / self.unit)
        } else if self.outputs == 1 {
            self.sums[start] += sign * Double(self.groups.labels[index])
        } else {
            self.sums[start + Int(self.groups.labels[index])] += sign
        }
    }

    /// Of each level the smoothed mean of every output, then the logarithm of its share of rows.
    func means() -> [Double] {
        let all = max(1, self.rows.reduce(0, +))
        let prior = (0..<self.outputs).map { output in
            stride(from: output, to: self.sums.count, by: self.outputs)
                .reduce(0) { $0 + self.sums[$1] } / all
        }
        let weight = EncoderLimits.priorRows
        var means: [Double] = []
        for level in self.rows.indices {
            for output in 0..<self.outputs {
                let sum = self.sums[level * self.outputs + output]
                let mean = (sum + weight * prior[output]) / (self.rows[level] + weight)
                means.append(mean * self.unit)
            }
            means.append(naturalLogarithm((1 + self.rows[level]) / (1 + all)))
        }
        return means
    }
}
