/// Rows whose values are rare, column by column (HBOS; Goldstein and Dengel, Histogram-based
/// outlier score, 2012, with bins of equal width).
struct HistogramDetector: Detector {
    /// 0: the root of the number of rows, from 5 to `DetectionLimits.binsMax`.
    let bins: Int

    var sampleRows: Int { DetectionLimits.sampleRows }

    /// - Complexity: O(rows × columns).
    func fit(
        _ rows: Matrix, sample: [Int], seed: UInt64
    ) throws(LearnerError) -> Detection {
        let root = Int(Double(rows.rows).squareRoot().rounded())
        let bins = self.bins > 0 ? self.bins : max(5, min(root, DetectionLimits.binsMax))
        var lows = [Double](repeating: .infinity, count: rows.columns)
        var highs = [Double](repeating: -.infinity, count: rows.columns)
        for row in 0..<rows.rows {
            for column in 0..<rows.columns {
                lows[column] = min(lows[column], rows[row, column])
                highs[column] = max(highs[column], rows[row, column])
            }
        }
        let grid = HistogramGrid(lows: lows, highs: highs, bins: bins)
        var counts = Matrix(rows: rows.columns, columns: bins)
        for row in 0..<rows.rows {
            for column in 0..<rows.columns {
                guard let bin = grid.bin(rows[row, column], column) else { continue }
                counts[column, bin] += 1
            }
        }
        // Half a row in every bin: an empty one, or the world outside, is rare but not impossible.
        let total = Double(rows.rows)
        var scores = counts
        for index in scores.values.indices {
            scores.values[index] = naturalLogarithm(total / (counts.values[index] + 0.5))
        }
        let scorer = HistogramScorer(
            grid: grid, scores: scores, outside: naturalLogarithm(2 * total))
        return Detection(scorer: scorer, own: scorer.score(rows.rows(at: sample)))
    }
}

/// Bins of equal width between two ends, for every column.
struct HistogramGrid: Equatable, Sendable {
    let lows: [Double]
    let highs: [Double]
    let bins: Int

    /// The bin of `value`, nil beyond the ends.
    @inline(__always)
    func bin(_ value: Double, _ column: Int) -> Int? {
        let (low, high) = (self.lows[column], self.highs[column])
        guard value >= low, value <= high else { return nil }
        guard high > low else { return 0 }
        let place = (value - low) / (high - low) * Double(self.bins)
        return place < Double(self.bins) ? Int(place) : self.bins - 1
    }
}

struct HistogramScorer: Scorer {
    let grid: HistogramGrid
    /// Columns × bins: the logarithm of one over the bin's share of rows.
    let scores: Matrix
    /// The same for a value that lies in no bin.
    let outside: Double

    var columns: Int { self.grid.lows.count }
    var width: Int { 1 }

    init(grid: HistogramGrid, scores: Matrix, outside: Double) {
        self.grid = grid
        self.scores = scores
        self.outside = outside
    }

    /// The mean over the columns.
    func score(_ rows: Matrix) -> Matrix {
        var sums = Matrix(rows: rows.rows, columns: 1)
        for row in 0..<rows.rows {
            var sum = 0.0
            for column in 0..<self.columns {
                let bin = self.grid.bin(rows[row, column], column)
                sum += bin.map { self.scores[column, $0] } ?? self.outside
            }
            sums.values[row] = sum / Double(self.columns)
        }
        return sums
    }

    init(_ store: inout TensorStore) throws(LearnerError) {
        let columns = try store.extent(of: "bin_scores", axis: 0)
        let bins = try store.extent(of: "bin_scores", axis: 1)
        let scores = try store.doubles(
            "bin_scores", shape: [.exactly(columns), .exactly(bins)])
        let ends = try store.doubles("ends", shape: [2, .exactly(columns)])
        let outside = try store.doubles("outside", shape: [1])[0]
        let limit = EncoderLimits.standardizedMax
        // Within these a place among the bins is a number, and so an index.
        guard columns > 0, bins > 0, bins <= 1 << 20, ends.allSatisfy({ abs($0) <= limit }) else {
            throw LearnerError(.badTensor, "tensors ends and bin_scores make no histogram")
        }
        self.grid = HistogramGrid(
            lows: Array(ends[..<columns]), highs: Array(ends[columns...]), bins: bins)
        self.scores = Matrix(rows: columns, columns: bins, values: scores)
        self.outside = outside
    }

    var tensors: [Tensor] {
        [
            .doubles(
                "bin_scores", self.scores.values, shape: [self.columns, self.grid.bins]),
            .doubles("ends", self.grid.lows + self.grid.highs, shape: [2, self.columns]),
            .doubles("outside", [self.outside]),
        ]
    }
}
