import Privacy

/// What the answers of a level's rows are on average: a column of many levels as a few numbers.
///
/// Smoothed by the m-estimate (Micci-Barreca 2001): a level with n rows counts n, the mean of all
/// rows counts m. That is the variance within levels over the variance between them, where the
/// expected error is least (Robbins 1956, "An Empirical Bayes Approach to Statistics"). Of classes
/// it is the share of each, of two classes the second's; of numbers their mean. A last column tells
/// how frequent the level is. Rare levels are one together, and new ones are taken for it.
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
        let frequent = ranked.levels.prefix { $0.count >= EncoderLimits.rowsOfTargetLevelMin }
            .prefix(EncoderLimits.targetLevelsMax)
        let hasMissing = ranked.missing >= EncoderLimits.rowsOfTargetLevelMin
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

/// Answers summed by level, the last of which are the rare ones together.
private struct LevelSums {
    let outputs: Int
    private let answers: Answers
    private let groups: AnswerGroups
    private var rows: [Double]
    /// Of each level's answers: of numbers the distances from `center`, in `unit`.
    private var sums: [Double]
    /// The same of answers brought into `usual`, and each output's squared, of all levels but the
    /// rare, which are not alike: a single far one would else say that levels tell nothing.
    private var usualSums: [Double]
    private var usualSquares: [Double]
    /// All distances but the least and the largest hundredth.
    private let usual: ClosedRange<Double>
    /// A power of two, which rounds nothing, near the largest: no square overflows or vanishes.
    private let unit: Double
    /// In `unit`.
    private let center: Double

    init(levels: Int, _ answers: Answers, _ groups: AnswerGroups) {
        if case .numbers(let numbers) = answers {
            let farthest = numbers.reduce(0) { max($0, abs($1)) }
            let unit =
                farthest > 0 ? Double(sign: .plus, exponent: farthest.exponent, significand: 1) : 1
            let sorted = numbers.sorted()
            let rest = (sorted.count - 1) / 100
            let center = mean(numbers.map { $0 / unit })
            self.outputs = 1
            self.usual =
                sorted[rest] / unit - center...sorted[sorted.count - 1 - rest] / unit - center
            (self.unit, self.center) = (unit, center)
        } else {
            self.outputs = groups.count == 2 ? 1 : groups.count
            (self.unit, self.center, self.usual) = (1, 0, 0...1)
        }
        self.answers = answers
        self.groups = groups
        self.rows = Array(repeating: 0, count: levels)
        self.sums = Array(repeating: 0, count: levels * self.outputs)
        self.usualSums = self.sums
        self.usualSquares = Array(repeating: 0, count: self.outputs)
    }

    /// - Parameter index: of the answer.
    mutating func add(_ index: Int, to level: Int, sign: Double = 1) {
        var (output, value) = (0, 1.0)
        if case .numbers(let numbers) = self.answers {
            value = numbers[index] / self.unit - self.center
        } else if self.outputs == 1 {
            value = Double(self.groups.labels[index])
        } else {
            output = Int(self.groups.labels[index])
        }
        self.rows[level] += sign
        let place = level * self.outputs + output
        let usual = min(max(value, self.usual.lowerBound), self.usual.upperBound)
        self.sums[place] += sign * value
        self.usualSums[place] += sign * usual
        if level + 1 < self.rows.count { self.usualSquares[output] += sign * usual * usual }
    }

    /// How many rows of a level the mean of all counts as: the variance of an output within levels
    /// over that between them, both estimated by the moments of a one-way analysis of variance.
    private func priorRows(_ output: Int) -> Double {
        let range = EncoderLimits.priorRows
        var (levels, count, countSquares, sum, explained) = (0.0, 0.0, 0.0, 0.0, 0.0)
        for level in self.rows.indices.dropLast() where self.rows[level] > 0 {
            let rows = self.rows[level]
            let own = self.usualSums[level * self.outputs + output]
            levels += 1
            count += rows
            countSquares += rows * rows
            sum += own
            explained += own * own / rows
        }
        // Of a single level, or where each has a single row, nothing can be told of either.
        guard levels > 1, count > levels else { return EncoderLimits.priorRowsOfRare }
        let within = max(0, self.usualSquares[output] - explained) / (count - levels)
        let excess = explained - sum * sum / count - (levels - 1) * within
        let between = excess / (count - countSquares / count)
        guard between > 0 else { return range.upperBound }
        return min(max(within / between, range.lowerBound), range.upperBound)
    }

    /// Of each level the smoothed mean of every output, then the logarithm of its share of rows.
    func means() -> [Double] {
        let all = max(1, self.rows.reduce(0, +))
        let prior = (0..<self.outputs).map { output in
            stride(from: output, to: self.sums.count, by: self.outputs)
                .reduce(0) { $0 + self.sums[$1] } / all
        }
        let priorRows = (0..<self.outputs).map(self.priorRows)
        var means: [Double] = []
        for (level, rows) in self.rows.enumerated() {
            let isRare = level + 1 == self.rows.count
            for output in 0..<self.outputs {
                let weight =
                    isRare
                    ? max(priorRows[output], EncoderLimits.priorRowsOfRare) : priorRows[output]
                let sum = self.sums[level * self.outputs + output] + weight * prior[output]
                means.append((sum / (rows + weight) + self.center) * self.unit)
            }
            means.append(naturalLogarithm((1 + rows) / (1 + all)))
        }
        return means
    }
}
