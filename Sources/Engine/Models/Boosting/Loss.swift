/// What boosting descends: the scores of all rows, and the gradients of the loss there.
///
/// | answers        | loss                    | gradient       | hessian            |
/// | -------------- | ----------------------- | -------------- | ------------------ |
/// | numbers        | (score - y)² / 2        | score - y      | 1                  |
/// | their quantile | pinball of share q      | 1 - q or -q    | 1                  |
/// | counts, rates  | e^score - y score       | e^score - y    | e^score            |
/// | two classes    | -log p(y), p = sigmoid  | p - y          | p (1 - p)          |
/// | K > 2 classes  | -log p(y), p = softmax  | p_k - (y = k)  | p (1 - p) K/(K-1)  |
///
/// The pinball loss has no curvature, so that leaves move to the quantile of what their rows lack
/// (Friedman 2001, of absolute errors). Counts are taken in units of their mean.
///
/// Numbers are taken in units of the one farthest from their mean, so that gradients fit single
/// precision whatever the numbers measure. The factor K/(K-1) makes up for softmax having one score
/// too many (as LightGBM does). Gradients and hessians of a row are multiplied by its weight.
struct Loss {
    private enum Kind {
        case squared([Double])
        case pinball([Double], share: Double)
        case poisson([Double])
        case logistic([Int32])
        case softmax([Int32])
    }

    private let kind: Kind
    private let rows: Int
    /// How much each row counts; nil: all alike.
    private let weights: [Float]?
    /// The scores that all rows start with: what predicts best without any tree.
    let base: [Double]
    /// What one unit of score is worth in the answers' own unit.
    let scale: Double
    let link: BoostingPredictor.Link
    /// Score columns, each with a tree per round.
    let outputs: Int
    /// All rows of the first output, then all of the next.
    private var scores: [Double]
    /// Softmax of the scores at the beginning of the round, in the same order.
    private var probabilities: [Double] = []
    private var gradients: [Float]
    private var hessians: [Float]

    init(_ answers: Answers, _ weights: [Double]? = nil, _ objective: Objective = .mean) {
        self.rows = answers.count
        self.weights = weights?.map { Float($0) }
        switch answers {
        case .numbers(let numbers) where objective == .rate:
            let average = mean(numbers, weights)
            self.kind = .poisson(numbers.map { average > 0 ? $0 / average : 0 })
            self.base = [log(max(average, 1e-15))]
            self.scale = 1
        case .numbers(let numbers):
            let middle =
                if case .quantile(let share) = objective {
                    weightedQuantile(numbers, share, weights)
                } else { mean(numbers, weights) }
            let farthest = numbers.reduce(0) { max($0, abs($1 - middle)) }
            let scale = farthest > 0 && farthest.isFinite ? farthest : 1
            let scaled = numbers.map { ($0 - middle) / scale }
            self.kind =
                if case .quantile(let share) = objective {
                    .pinball(scaled, share: share)
                } else { .squared(scaled) }
            self.base = [middle]
            self.scale = scale
        case .flags: preconditionFailure("flags were refused")
        case .classes(let labels, let count):
            // A class without rows starts far down, at a probability that no tree need correct.
            let shares = classShares(labels, count: count, weights).map { max($0, 1e-12) }
            self.kind = count == 2 ? .logistic(labels) : .softmax(labels)
            self.base = count == 2 ? [log(shares[1] / shares[0])] : shares.map { log($0) }
            self.scale = 1
        }
        self.link = objective == .rate && answers.outputs == 1 ? .logarithm : .number
        self.outputs = self.base.count
        // Scaled numbers are distances from the base already.
        let start =
            switch self.kind {
            case .squared, .pinball, .poisson: [0.0]
            case .logistic, .softmax: self.base
            }
        self.scores = start.flatMap { Array(repeating: $0, count: answers.count) }
        self.gradients = Array(repeating: 0, count: answers.count)
        self.hessians = Array(repeating: 0, count: answers.count)
    }

    /// Fixes the probabilities that all outputs of a round see.
    mutating func beginRound() {
        guard case .softmax = self.kind else { return }
        let rows = self.rows
        let outputs = self.outputs
        if self.probabilities.isEmpty { self.probabilities = self.scores }
        var row = [Double](repeating: 0, count: outputs)
        for index in 0..<rows {
            for k in 0..<outputs { row[k] = self.scores[k * rows + index] }
            row.withUnsafeMutableBufferPointer { applySoftmax($0, columns: outputs) }
            for k in 0..<outputs { self.probabilities[k * rows + index] = row[k] }
        }
    }

    /// The gradients and hessians of all rows with respect to one output's score.
    mutating func gradients(
        of output: Int, into packed: UnsafeMutablePointer<Int64>
    ) -> PackedGradients {
        switch self.kind {
        case .squared(let numbers):
            for row in 0..<self.rows {
                self.gradients[row] = Float(self.scores[row] - numbers[row])
            }
        case .logistic(let labels): self.differentiateLogistic(labels)
        case .softmax(let labels): self.differentiateSoftmax(labels, output)
        case .poisson(let numbers): self.differentiatePoisson(numbers)
        case .pinball(let numbers, let share):
            let (above, below) = (Float(1 - share), Float(-share))
            for row in 0..<self.rows {
                let error = self.scores[row] - numbers[row]
                self.gradients[row] = error > 0 ? above : error < 0 ? below : 0
            }
        }
        if !self.isCurved {
            guard self.weights != nil else {
                return self.gradients.withUnsafeBufferPointer {
                    PackedGradients($0, hessians: nil, into: packed)
                }
            }
            self.hessians = Array(repeating: 1, count: self.rows)
        }
        self.weigh()
        return self.gradients.withUnsafeBufferPointer { gradients in
            self.hessians.withUnsafeBufferPointer { hessians in
                PackedGradients(gradients, hessians: hessians, into: packed)
            }
        }
    }

    /// Whether the hessians of rows differ by their scores.
    private var isCurved: Bool {
        switch self.kind {
        case .squared, .pinball: false
        case .logistic, .softmax, .poisson: true
        }
    }

    /// By how much the scores of a leaf's rows should rise, where it is not Newton's step.
    func step(of rows: UnsafeBufferPointer<UInt32>) -> Double? {
        guard case .pinball(let numbers, let share) = self.kind, !rows.isEmpty else { return nil }
        return weightedQuantile(
            rows.map { numbers[Int($0)] - self.scores[Int($0)] }, share,
            self.weights.map { weights in rows.map { Double(weights[Int($0)]) } })
    }

    private mutating func differentiatePoisson(_ numbers: [Double]) {
        // Beyond e⁸⁰ a mean is none that single precision could hold.
        let bound = SIMD4<Double>(repeating: 80)
        for start in stride(from: 0, to: self.rows, by: 4) {
            let lanes = min(4, self.rows - start)
            var score = SIMD4<Double>(repeating: 0)
            for lane in 0..<lanes { score[lane] = self.scores[start + lane] }
            score.replace(with: bound, where: score .> bound)
            let mean = exponential(score)
            for lane in 0..<lanes {
                self.gradients[start + lane] = Float(mean[lane] - numbers[start + lane])
                self.hessians[start + lane] = Float(mean[lane])
            }
        }
    }

    private mutating func weigh() {
        guard let weights else { return }
        for row in 0..<self.rows {
            self.gradients[row] *= weights[row]
            self.hessians[row] *= weights[row]
        }
    }

    private mutating func differentiateLogistic(_ labels: [Int32]) {
        let rows = self.rows
        self.scores.withUnsafeBufferPointer { scores in
            self.gradients.withUnsafeMutableBufferPointer { gradients in
                self.hessians.withUnsafeMutableBufferPointer { hessians in
                    labels.withUnsafeBufferPointer { labels in
                        var row = 0
                        let one = SIMD4<Double>(repeating: 1)
                        while row < rows {
                            let lanes = min(4, rows - row)
                            var score = SIMD4<Double>(repeating: 0)
                            for lane in 0..<lanes { score[lane] = scores[row + lane] }
                            let p = one / (one + exponential(-score))
                            let h = p * (one - p)
                            for lane in 0..<lanes {
                                gradients[row + lane] = Float(p[lane] - Double(labels[row + lane]))
                                hessians[row + lane] = Float(h[lane])
                            }
                            row += 4
                        }
                    }
                }
            }
        }
    }

    private mutating func differentiateSoftmax(_ labels: [Int32], _ output: Int) {
        let factor = Double(self.outputs) / Double(self.outputs - 1)
        let start = output * self.rows
        for row in 0..<self.rows {
            let p = self.probabilities[start + row]
            self.gradients[row] = Float(p - (Int(labels[row]) == output ? 1 : 0))
            self.hessians[row] = Float(factor * p * (1 - p))
        }
    }

    /// Raises the scores of `rows` by `value`.
    mutating func add(_ value: Double, to rows: UnsafeBufferPointer<UInt32>, of output: Int) {
        self.scores.withUnsafeMutableBufferPointer { scores in
            let start = scores.baseAddress! + output * self.rows
            for row in rows { start[Int(row)] += value }
        }
    }

    /// Raises the scores of all rows by the values of the leaves they fall into, drawn or not.
    mutating func add(_ values: [Double], of tree: GrownTree, _ binned: BinnedMatrix, output: Int) {
        let width = binned.features.count
        let start = output * self.rows
        binned.codes.withUnsafeBufferPointer { codes in
            for row in 0..<self.rows {
                let leaf = codes.baseAddress.map { tree.leaf($0 + row * width) }
                self.scores[start + row] += values[leaf ?? 0]
            }
        }
    }
}
