/// Rows that do not come through a bottleneck as they went in are strange.
///
/// A perceptron learns to give back what it is shown through fewer units than there are columns,
/// and so learns what usual rows have in common (Hinton and Salakhutdinov, Reducing the
/// dimensionality of data with neural networks, 2006; as a detector: Hawkins, He, Williams, Baxter,
/// Outlier detection using replicator neural networks, 2002; Sakurada and Yairi, Anomaly detection
/// using autoencoders with nonlinear dimensionality reduction, 2014).
///
/// ```
/// columns ─▶ units ─▶ bottleneck ─▶ units ─▶ columns      ReLU between layers, none at the end
/// ```
///
/// It is shown, and gives back, values within the soft limits of any perceptron
/// (`PerceptronInputs`), so that strange rows hardly pull it along while it learns. The score is
/// the mean squared distance of that from the values themselves: one that lies far out counts in
/// full.
struct Autoencoder: Detector {
    /// Of the perceptron; layers and pieces are not asked for.
    let settings: MultilayerPerceptron.Settings
    /// Units in the middle, as a share of the columns.
    let bottleneck: Double

    var sampleRows: Int { DetectionLimits.sampleRows }

    /// - Complexity: 3 × epochs × rows × parameters multiplications in single precision.
    func fit(
        _ rows: Matrix, sample: [Int], seed: UInt64
    ) throws(LearnerError) -> Detection {
        let columns = rows.columns
        guard columns <= PerceptronInputs.widthMax else {
            throw LearnerError(
                .badParameter,
                "\(columns) columns; an autoencoder takes \(PerceptronInputs.widthMax) at most")
        }
        let share = Int((self.bottleneck * Double(columns)).rounded())
        let middle = max(1, min(share, self.settings.units))
        let shape = PerceptronShape(
            widths: [columns, self.settings.units, middle, self.settings.units, columns])
        let training = PerceptronTraining(
            shape, PerceptronInputs(plainColumns: columns), rows,
            PerceptronTarget(reproducing: columns), self.settings, seed: seed)
        training.run()
        let parameters = training.best
        guard parameters.allSatisfy(\.isFinite) else {
            throw LearnerError(
                .numericalFailure, "the weights left the range of numbers; learn more slowly")
        }
        let scorer = AutoencoderScorer(shape: shape, parameters: parameters)
        return Detection(scorer: scorer, own: scorer.score(rows.rows(at: sample)))
    }
}

struct AutoencoderScorer: Scorer {
    let shape: PerceptronShape
    let parameters: [Float]
    private let inputs: PerceptronInputs

    var columns: Int { self.shape.columns }
    var width: Int { 1 }

    /// - Requires: as many outputs as columns.
    init(shape: PerceptronShape, parameters: [Float]) {
        precondition(shape.columns == shape.outputs, "\(shape.outputs) of \(shape.columns) columns")
        precondition(parameters.count == shape.count, "\(parameters.count) of \(shape.count)")
        self.shape = shape
        self.parameters = parameters
        self.inputs = PerceptronInputs(plainColumns: shape.columns)
    }

    init(_ store: inout TensorStore) throws(LearnerError) {
        let columns = try store.extent(of: "weights_1", axis: 1)
        guard (1...PerceptronInputs.widthMax).contains(columns) else {
            throw LearnerError(.badTensor, "tensor weights_1 takes \(columns) columns")
        }
        let (shape, parameters) = try PerceptronShape.stored(
            &store, columns: columns, outputs: columns)
        // A layer of none would let a small file ask for room for any number of columns.
        guard shape.widths.allSatisfy({ $0 > 0 }) else {
            throw LearnerError(.badTensor, "tensor widths holds a layer of no units")
        }
        self.init(shape: shape, parameters: parameters)
    }

    var tensors: [Tensor] { self.shape.tensors(self.parameters) }

    /// Mean squared distances of what comes out from what went in.
    ///
    /// - Complexity: rows × parameters multiplications in single precision.
    func score(_ rows: Matrix) -> Matrix {
        let columns = self.columns
        // Always as many rows at once, as in `PerceptronPredictor`.
        let block = PerceptronPredictor.blockRows
        let pass = PerceptronPass(self.shape, rowsMax: block)
        var scores = Matrix(rows: rows.rows, columns: 1)
        for start in stride(from: 0, to: rows.rows, by: block) {
            let end = min(start + block, rows.rows)
            self.inputs.encode(rows, rows: start..<end, into: pass.inputs)
            pass.forward(self.parameters, rows: block)
            for row in start..<end {
                let outputs = pass.scores + (row - start) * columns
                var sum = 0.0
                for column in 0..<columns {
                    let distance = rows[row, column] - Double(outputs[column])
                    sum += distance * distance
                }
                let score = sum / Double(columns)
                // Stored weights may be of any size.
                scores.values[row] = score.isFinite ? score : .greatestFiniteMagnitude
            }
        }
        return scores
    }
}
