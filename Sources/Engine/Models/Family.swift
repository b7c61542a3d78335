/// The model families, by the names that job files, leaderboards and bundles use.
package enum Family: String, CaseIterable, Sendable {
    case baseline
    case ridge
    case logisticRegression = "logistic_regression"
    case naiveBayes = "naive_bayes"
    case nearestNeighbors = "k_nearest_neighbors"
    case randomForest = "random_forest"
    case extraTrees = "extra_trees"
    case gradientBoosting = "gradient_boosting"
    case multilayerPerceptron = "multilayer_perceptron"
    case elasticNet = "elastic_net"
    case linearDiscriminant = "linear_discriminant"
    case linearSVM = "linear_svm"
    case kernelMachine = "kernel_machine"
    case decisionTree = "decision_tree"
    case isolationForest = "isolation_forest"
    case neighborDistance = "nearest_neighbor_distance"
    case localOutlierFactor = "local_outlier_factor"
    case histogramOutliers = "hbos"
    case principalComponents = "principal_components"
    case ellipticEnvelope = "elliptic_envelope"
    case autoencoder
    case combinedDetector = "combined_detector"
}

/// What a model is asked to predict.
package enum LearningTask: String, CaseIterable, Sendable {
    case classification, regression
    case anomalyDetection = "anomaly_detection"
}

extension Family {
    /// Whether the family can learn `task` at all.
    package func supports(_ task: LearningTask) -> Bool {
        switch self {
        case .ridge, .elasticNet: task == .regression
        case .logisticRegression, .naiveBayes, .linearDiscriminant, .linearSVM:
            task == .classification
        case .baseline, .nearestNeighbors, .randomForest, .extraTrees, .gradientBoosting,
            .multilayerPerceptron, .kernelMachine, .decisionTree:
            task != .anomalyDetection
        case .isolationForest, .neighborDistance, .localOutlierFactor, .histogramOutliers,
            .principalComponents, .ellipticEnvelope, .autoencoder, .combinedDetector:
            task == .anomalyDetection
        }
    }

    /// The hyperparameters the family takes, in the order in which they are documented.
    package var parameters: [ParameterRange] {
        switch self {
        case .baseline: []
        case .ridge: [.real("alpha", 1e-8...1e8, standard: 1, .logarithmic)]
        case .logisticRegression: [.real("c", 1e-6...1e6, standard: 1, .logarithmic)]
        case .naiveBayes: [.real("smoothing", 1e-15...1e3, standard: 1e-9, .logarithmic)]
        case .nearestNeighbors:
            [
                .whole("k", 1...1000, standard: 5, .logarithmic),
                .whole("weights", 0...1, standard: 0),
            ]
        case .randomForest, .extraTrees:
            [
                .whole("trees", 1...2000, standard: 100, .logarithmic),
                .real("max_features", 0.001...1, standard: 0.3),
                .whole("min_rows_leaf", 1...10_000, standard: 1, .logarithmic),
                .whole("max_depth", 1...64, standard: 64),
            ]
        case .gradientBoosting:
            [
                .whole("trees", 1...5000, standard: 100, .logarithmic),
                .real("learning_rate", 1e-4...1, standard: 0.1, .logarithmic),
                .whole("leaves", 2...1024, standard: 31, .logarithmic),
                .whole("min_rows_leaf", 1...10_000, standard: 20, .logarithmic),
                .real("l2", 0...1e6, standard: 0, .logarithmic),
                .real("row_fraction", 0.05...1, standard: 1),
                .real("feature_fraction", 0.01...1, standard: 1),
                .whole("max_categories", 0...64, standard: 0, .logarithmic),
                .real("category_smoothing", 0...1000, standard: 10, .logarithmic),
            ]
        case .multilayerPerceptron:
            [
                .whole("layers", 1...3, standard: 2),
                .whole("units", 1...2048, standard: 64, .logarithmic),
                .real("learning_rate", 1e-6...1, standard: 0.003, .logarithmic),
                .real("weight_decay", 0...10, standard: 0.5, .logarithmic),
                .whole("epochs", 1...2000, standard: 60, .logarithmic),
                .whole("pieces", 0...64, standard: 16),
            ]
        case .elasticNet:
            [
                .real("alpha", 0...1e6, standard: 0.01, .logarithmic),
                .real("l1_ratio", 0...1, standard: 0.5),
            ]
        case .linearDiscriminant: [.real("shrinkage", 0...1, standard: 0.01)]
        case .linearSVM: [.real("c", 1e-6...1e6, standard: 1, .logarithmic)]
        case .kernelMachine:
            [
                .real("gamma", 1e-4...1e4, standard: 1, .logarithmic),
                .whole("components", 1...8192, standard: 256, .logarithmic),
                .real("penalty", 1e-8...1e8, standard: 1, .logarithmic),
            ]
        case .decisionTree:
            [
                .whole("max_depth", 1...64, standard: 64),
                .whole("min_rows_leaf", 1...10_000, standard: 5, .logarithmic),
            ]
        case .isolationForest, .neighborDistance, .localOutlierFactor, .histogramOutliers,
            .principalComponents, .ellipticEnvelope, .autoencoder, .combinedDetector:
            self.detectorParameters
        }
    }

    /// The family with these hyperparameters, and its defaults for the rest.
    ///
    /// - Throws: `LearnerError` that names the parameter which the family does not have, which was
    ///   given twice, or which lies outside its range.
    package func learner(
        parameters: [(name: String, value: Double)]
    ) throws(LearnerError) -> any Learner {
        let values = try ParameterValues(parameters, of: self)
        switch self {
        case .baseline: return Baseline()
        case .ridge: return Ridge(alpha: values["alpha"])
        case .logisticRegression: return LogisticRegression(c: values["c"])
        case .naiveBayes: return NaiveBayes(smoothing: values["smoothing"])
        case .nearestNeighbors:
            return NearestNeighbors(
                k: values.whole("k"), weights: values["weights"] == 1 ? .distance : .uniform)
        case .randomForest: return Forest(.bestOfAll, Forest.Settings(values))
        case .extraTrees: return Forest(.drawnAtRandom, Forest.Settings(values))
        case .gradientBoosting: return GradientBoosting(GradientBoosting.Settings(values))
        case .multilayerPerceptron:
            return MultilayerPerceptron(MultilayerPerceptron.Settings(values))
        case .elasticNet: return ElasticNet(alpha: values["alpha"], l1Ratio: values["l1_ratio"])
        case .linearDiscriminant: return LinearDiscriminant(shrinkage: values["shrinkage"])
        case .linearSVM: return LinearSVM(c: values["c"])
        case .kernelMachine:
            return KernelMachine(
                gamma: values["gamma"], components: values.whole("components"),
                penalty: values["penalty"])
        case .decisionTree:
            return DecisionTree(
                depthMax: values.whole("max_depth"), rowsLeafMin: values.whole("min_rows_leaf"))
        case .isolationForest, .neighborDistance, .localOutlierFactor, .histogramOutliers,
            .principalComponents, .ellipticEnvelope, .autoencoder, .combinedDetector:
            return self.detectorLearner(values)
        }
    }

    /// The predictor that `tensors` store.
    ///
    /// The tensors may come from anywhere: every shape, index and order is checked, and what was
    /// read can be used on any features of the right width without further checks.
    ///
    /// - Throws: `LearnerError` with code `badTensor`, naming the tensor and what is wrong with it.
    package func predictor(
        from tensors: [Tensor], outputs: Int
    ) throws(LearnerError) -> any Predictor {
        guard outputs >= 1 else {
            throw LearnerError(.badTensor, "a predictor has 1 output or more, not \(outputs)")
        }
        var store = try TensorStore(tensors)
        let predictor: any Predictor
        switch self {
        case .baseline: predictor = try BaselinePredictor(&store, outputs: outputs)
        case .ridge: predictor = try RidgePredictor(&store, outputs: outputs)
        case .logisticRegression: predictor = try LogisticPredictor(&store, outputs: outputs)
        case .naiveBayes: predictor = try NaiveBayesPredictor(&store, outputs: outputs)
        case .nearestNeighbors: predictor = try NeighborsPredictor(&store, outputs: outputs)
        case .randomForest, .extraTrees: predictor = try ForestPredictor(&store, outputs: outputs)
        case .gradientBoosting: predictor = try BoostingPredictor(&store, outputs: outputs)
        case .multilayerPerceptron:
            predictor = try PerceptronPredictor(&store, outputs: outputs)
        case .elasticNet: predictor = try RidgePredictor(&store, outputs: outputs)
        case .linearDiscriminant: predictor = try LogisticPredictor(&store, outputs: outputs)
        case .linearSVM: predictor = try OneAgainstRestPredictor(&store, outputs: outputs)
        case .kernelMachine: predictor = try KernelPredictor(&store, outputs: outputs)
        case .decisionTree: predictor = try ForestPredictor(&store, outputs: outputs)
        case .isolationForest, .neighborDistance, .localOutlierFactor, .histogramOutliers,
            .principalComponents, .ellipticEnvelope, .autoencoder, .combinedDetector:
            predictor = try AnomalyPredictor(
                try self.scorer(&store), &store, outputs: outputs)
        }
        try store.requireNothingLeft()
        return predictor
    }
}
