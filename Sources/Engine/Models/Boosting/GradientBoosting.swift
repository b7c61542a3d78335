/// Gradient boosting of trees on binned features.
///
/// Every round looks at how the loss changes with each row's score, and adds a tree that moves the
/// scores downhill, `learningRate` of the way (Friedman 2001). For numbers the loss is that of the
/// objective: squared error, pinball loss or Poisson deviance; logistic loss for two classes,
/// softmax for more, with one tree per class and round.
package struct GradientBoosting: Learner {
    package struct Settings: Equatable, Sendable {
        package var trees = 100
        package var learningRate = 0.1
        package var leaves = 31
        package var rowsLeafMin = 20
        package var hessianLeafMin = 1e-3
        package var l2 = 0.0
        /// The share of rows, and of features, that each round draws anew.
        package var rowFraction = 1.0
        package var featureFraction = 1.0
        package var binsMax = BinnedMatrix.limitMax
        /// The most categories that a split takes together; 0 parts them by how frequent they are.
        package var categoriesMax = 0
        /// Rows' worth of curvature that categories' means are drawn to nothing by.
        package var categorySmoothing = 10.0

        package init() {}

        init(_ values: ParameterValues) {
            self.trees = values.whole("trees")
            self.learningRate = values["learning_rate"]
            self.leaves = values.whole("leaves")
            self.rowsLeafMin = values.whole("min_rows_leaf")
            self.l2 = values["l2"]
            self.rowFraction = values["row_fraction"]
            self.featureFraction = values["feature_fraction"]
            self.categoriesMax = values.whole("max_categories")
            self.categorySmoothing = values["category_smoothing"]
        }
    }

    package let settings: Settings

    package var form: FeatureForm { .ordinal }

    package init(_ settings: Settings) { self.settings = settings }

    /// - Complexity: O(rows × features) to bin once per `TrainingData`; then, for every tree, about
    ///   rows × features × (1 + half the depth) additions and leaves × bins × features gains.
    package func fit(_ data: TrainingData, seed: UInt64) throws(LearnerError) -> any Predictor {
        try self.fit(data, seed: seed) { _ in }
    }

    /// - Parameter note: is shown every tree.
    func fit(
        _ data: TrainingData, seed: UInt64, _ note: (GrownTree) -> Void
    ) throws(LearnerError) -> any Predictor {
        try data.requireRows()
        let binned = data.binned(limit: self.settings.binsMax)
        var loss = Loss(data.answers, data.weights, data.objective)
        var generator = SeededGenerator(seed: seed)
        let grower = TreeGrower(binned, self.growing, ways: data.ways)
        let packed = Memory<Int64>(count: binned.rows, repeating: 0)
        var ensemble = TreeEnsemble(columns: data.features.columns, width: 1)
        for _ in 0..<self.settings.trees {
            let positions = self.drawFeatures(binned, &generator)
            if self.settings.rowFraction < 1 {
                grower.partition.sample(self.rows(binned.rows), &generator)
            }
            let drawn = self.settings.rowFraction < 1 ? Array(grower.partition.all) : nil
            loss.beginRound()
            for output in 0..<loss.outputs {
                if let drawn {
                    grower.partition.assign(drawn)
                } else {
                    grower.partition.reset()
                }
                let gradients = loss.gradients(of: output, into: packed.base)
                let (tree, leaves) = grower.grow(gradients, positions: positions)
                note(tree)
                var values = [Double](repeating: 0, count: tree.nodes.count)
                for leaf in leaves {
                    let step = loss.step(of: grower.partition.rows(leaf.rows))
                    values[leaf.node] =
                        step.map { self.settings.learningRate * $0 }
                        ?? (data.ways == nil
                            ? self.value(of: leaf.sum, gradients)
                            : self.shortened(grower.output(of: leaf, gradients)))
                }
                ensemble.append(tree, values: values.map { $0 * loss.scale })
                if drawn == nil {
                    for leaf in leaves {
                        loss.add(
                            values[leaf.node], to: grower.partition.rows(leaf.rows), of: output)
                    }
                } else {
                    loss.add(values, of: tree, binned, output: output)
                }
            }
        }
        return BoostingPredictor(
            base: loss.base, ensemble: ensemble, outputs: data.answers.outputs, link: loss.link)
    }

    private var growing: TreeGrower.Settings {
        TreeGrower.Settings(
            leavesMax: self.settings.leaves, rowsMin: self.settings.rowsLeafMin,
            hessianMin: self.settings.hessianLeafMin, l2: self.settings.l2,
            categoriesMax: self.settings.categoriesMax,
            categorySmoothing: self.settings.categorySmoothing)
    }

    private func rows(_ count: Int) -> Int {
        min(count, max(1, Int((self.settings.rowFraction * Double(count)).rounded())))
    }

    /// The features of one round, ascending, at least one.
    private func drawFeatures(
        _ binned: BinnedMatrix, _ generator: inout SeededGenerator
    ) -> [Int] {
        let all = binned.features.count
        let wanted = max(1, Int((self.settings.featureFraction * Double(all)).rounded()))
        guard wanted < all else { return Array(0..<all) }
        var positions = Array(0..<all)
        for index in 0..<wanted {
            positions.swapAt(index, index + generator.below(all - index))
        }
        return positions[..<wanted].sorted()
    }

    /// Newton's step for the rows of a leaf, shortened by the learning rate.
    private func value(of sum: PackedSum, _ gradients: PackedGradients) -> Double {
        let gradient = Double(sum.gradient) * gradients.gradientUnit
        let hessian = Double(sum.hessian) * gradients.hessianUnit + self.settings.l2
        guard hessian > 0 else { return 0 }
        return self.shortened(-gradient / hessian)
    }

    private func shortened(_ step: Double) -> Double {
        self.settings.learningRate * max(-Self.stepMax, min(Self.stepMax, step))
    }

    /// The longest step of Newton's that is believed. Few rows of a rare class in a leaf promise
    /// steps of hundreds, from which no later tree finds back: where a probability is 0 or 1 there
    /// is nothing left to descend. Numbers are scaled so that their steps are 2 at most.
    private static let stepMax = 10.0
}

struct BoostingPredictor: Predictor, Equatable {
    /// What a score of numbers is.
    enum Link: Int32, Sendable {
        case number = 0
        case logarithm = 1
    }

    /// The scores before the first tree, one per score column.
    let base: [Double]
    let ensemble: TreeEnsemble
    let outputs: Int
    let link: Link

    var columns: Int? { self.ensemble.columns }

    init(base: [Double], ensemble: TreeEnsemble, outputs: Int, link: Link = .number) {
        precondition(link == .number || outputs == 1, "a class of logarithms")
        self.base = base
        self.ensemble = ensemble
        self.outputs = outputs
        self.link = link
    }

    init(_ store: inout TensorStore, outputs: Int) throws(LearnerError) {
        let scores = outputs <= 2 ? 1 : outputs
        self.base = try store.doubles("base", shape: [.exactly(scores)])
        self.ensemble = try TreeEnsemble(&store, width: 1)
        self.outputs = outputs
        let code = outputs == 1 ? try store.integers("link", shape: [1])[0] : 0
        guard let link = Link(rawValue: code) else {
            throw LearnerError(.badTensor, "tensor link holds none that is known")
        }
        self.link = link
        guard self.ensemble.roots.count % scores == 0 else {
            throw LearnerError(.badTensor, "tensor tree_roots does not hold whole rounds of trees")
        }
    }

    var tensors: [Tensor] {
        let link: [Tensor] = self.outputs == 1 ? [.integers("link", [self.link.rawValue])] : []
        return [.doubles("base", self.base)] + link + self.ensemble.tensors
    }

    func predict(_ features: Matrix) -> Matrix {
        var scores = Matrix(rows: features.rows, columns: self.base.count)
        for row in 0..<features.rows {
            for k in self.base.indices { scores[row, k] = self.base[k] }
        }
        self.ensemble.accumulate(features, groups: self.base.count, into: &scores)
        switch self.outputs {
        case 1:
            if self.link == .logarithm {
                scores.values.withUnsafeMutableBufferPointer { applyExponential($0) }
            }
            return scores
        case 2:
            scores.values.withUnsafeMutableBufferPointer { applySigmoid($0) }
            var prediction = Matrix(rows: features.rows, columns: 2)
            for row in 0..<features.rows {
                prediction.values[2 * row] = 1 - scores.values[row]
                prediction.values[2 * row + 1] = scores.values[row]
            }
            return prediction
        default:
            scores.values.withUnsafeMutableBufferPointer {
                applySoftmax($0, columns: self.outputs)
            }
            return scores
        }
    }
}
