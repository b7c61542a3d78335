/// One training of a perceptron, from its first weights to the best ones it had.
final class PerceptronTraining {
    /// Fewer rows are all trained on: a tenth of them could not tell good from bad.
    static let heldOutFrom = 30
    static let heldOutShare = 0.1
    /// More rows held out would only cost time.
    static let heldOutMax = 4000
    /// Epochs without improvement before the end, as a share of all.
    static let patience = 0.25
    static let batchRange = 8...256
    /// Batches that an epoch should have at least, as far as the range allows.
    static let batchesWanted = 40

    private let shape: PerceptronShape
    private let target: PerceptronTarget
    private let settings: MultilayerPerceptron.Settings
    private let inputs: PerceptronInputs
    private let features: Matrix
    private var generator: SeededGenerator
    private var rows: [Int]
    private let heldOut: [Int]
    private let batch: Int
    private let pass: PerceptronPass
    private let adam: Adam
    private let parameters: Memory<Float>
    private let gradient: Memory<Float>
    private(set) var best: [Float]

    init(
        _ shape: PerceptronShape, _ inputs: PerceptronInputs, _ features: Matrix,
        _ target: PerceptronTarget, _ settings: MultilayerPerceptron.Settings, seed: UInt64
    ) {
        self.shape = shape
        self.target = target
        self.settings = settings
        self.generator = SeededGenerator(seed: seed)
        self.inputs = inputs
        self.features = features
        var rows = Array(0..<features.rows)
        rows.shuffle(with: &self.generator)
        let share = Int(Double(rows.count) * Self.heldOutShare)
        let heldOut = rows.count < Self.heldOutFrom ? 0 : min(share, Self.heldOutMax)
        self.heldOut = Array(rows[..<heldOut])
        self.rows = Array(rows[heldOut...])
        self.batch = min(
            max(self.rows.count / Self.batchesWanted, Self.batchRange.lowerBound),
            Self.batchRange.upperBound)
        self.pass = PerceptronPass(shape, rowsMax: Self.batchRange.upperBound)
        self.adam = Adam(count: shape.count)
        self.parameters = Memory(count: shape.count, repeating: 0)
        self.gradient = Memory(count: shape.count, repeating: 0)
        self.best = []
        self.drawWeights()
        self.best = self.snapshot
    }

    /// Trains; what was best is in `best`.
    func run() {
        var lowest = self.judge()
        var waited = 0
        let patience = max(5, Int(Double(self.settings.epochs) * Self.patience))
        for epoch in 0..<self.settings.epochs {
            let trained = self.runEpoch(epoch)
            let loss = self.heldOut.isEmpty ? trained : self.judge()
            // A loss that is no number fails the comparison, and waits for the end.
            if loss < lowest {
                lowest = loss
                waited = 0
                self.best = self.snapshot
            } else {
                waited += 1
                if waited >= patience { break }
            }
        }
    }

    /// He's uniform weights for layers before a ReLU, zeros for the last: it then starts from the
    /// best constant answer.
    private func drawWeights() {
        for layer in 0..<self.shape.layers - 1 {
            let bound = (6 / Double(max(1, self.shape.widths[layer]))).squareRoot()
            for index in self.shape.weights(layer) {
                self.parameters.base[index] = Float((2 * self.generator.unit() - 1) * bound)
            }
        }
        let biases = self.shape.biases(self.shape.layers - 1)
        for (index, score) in zip(biases, self.target.scoresAtStart) {
            self.parameters.base[index] = score
        }
    }

    /// One step for each batch; the last rows of the shuffled list that fill none wait for the
    /// next epoch.
    ///
    /// - Returns: The mean loss over the rows, each as it was before its step.
    private func runEpoch(_ epoch: Int) -> Double {
        self.rows.shuffle(with: &self.generator)
        let batch = min(self.batch, self.rows.count)
        let batches = self.rows.count / batch
        var loss = 0.0
        for index in 0..<batches {
            let steps = Double(self.settings.epochs * batches)
            let done = Double(epoch * batches + index) / steps
            loss += self.step(
                self.rows[index * batch..<(index + 1) * batch],
                rate: self.settings.learningRate * (1 - done))
        }
        return loss / Double(batches * batch)
    }

    private func step(_ rows: ArraySlice<Int>, rate: Double) -> Double {
        let loss = self.forward(rows)
        self.pass.backward(self.parameters.base, rows: rows.count, into: self.gradient.base)
        self.adam.beginStep()
        for layer in 0..<self.shape.layers {
            self.adam.update(
                self.parameters.base, self.gradient.base, self.shape.weights(layer), rate: rate,
                decay: self.settings.weightDecay)
            self.adam.update(
                self.parameters.base, self.gradient.base, self.shape.biases(layer), rate: rate,
                decay: 0)
        }
        return loss
    }

    /// The mean loss of the rows held out.
    private func judge() -> Double {
        guard !self.heldOut.isEmpty else { return .infinity }
        var loss = 0.0
        for start in stride(from: 0, to: self.heldOut.count, by: self.pass.rowsMax) {
            let end = min(start + self.pass.rowsMax, self.heldOut.count)
            loss += self.forward(self.heldOut[start..<end])
        }
        return loss / Double(self.heldOut.count)
    }

    /// The sum of the losses of `rows`; their slopes stand in the pass.
    private func forward(_ rows: ArraySlice<Int>) -> Double {
        self.inputs.encode(self.features, rows: rows, into: self.pass.inputs)
        self.pass.forward(self.parameters.base, rows: rows.count)
        return self.target.loss(
            of: rows, inputs: UnsafePointer(self.pass.inputs), UnsafePointer(self.pass.scores),
            slopes: self.pass.scoreSlopes)
    }

    private var snapshot: [Float] {
        Array(UnsafeBufferPointer(start: self.parameters.base, count: self.shape.count))
    }
}

extension Array {
    /// Fisher and Yates; the standard library's shuffle may change its draws between versions.
    mutating func shuffle(with generator: inout SeededGenerator) {
        for index in self.indices.dropFirst().reversed() {
            self.swapAt(index, generator.below(index + 1))
        }
    }
}
