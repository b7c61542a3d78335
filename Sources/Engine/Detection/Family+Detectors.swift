/// What the families that find anomalies take, learn and store.
extension Family {
    var detectorParameters: [ParameterRange] {
        let own: [ParameterRange]
        switch self {
        case .isolationForest:
            own = [
                .whole("trees", 1...2000, standard: 200, .logarithmic),
                .whole("rows_tree", 2...4096, standard: 256, .logarithmic),
                .whole("directions", 0...512, standard: 0),
            ]
        case .neighborDistance:
            own = [
                .whole("k", 1...200, standard: 10, .logarithmic),
                .whole("farthest", 0...1, standard: 0),
                Self.references,
            ]
        case .localOutlierFactor:
            own = [.whole("k", 1...200, standard: 20, .logarithmic), Self.references]
        case .histogramOutliers: own = [.whole("bins", 0...1000, standard: 0)]
        case .principalComponents:
            own = [.real("variance_floor", 1e-9...1, standard: 1e-3, .logarithmic)]
        case .ellipticEnvelope: own = [.real("support", 0.5...1, standard: 0.5)]
        case .autoencoder:
            own = [
                .whole("units", 1...2048, standard: 64, .logarithmic),
                .real("bottleneck", 0.001...1, standard: 0.5),
                .real("learning_rate", 1e-6...1, standard: 0.003, .logarithmic),
                .real("weight_decay", 0...10, standard: 0.01, .logarithmic),
                .whole("epochs", 1...2000, standard: 60, .logarithmic),
            ]
        case .combinedDetector:
            own = [
                .whole("trees", 1...2000, standard: 200, .logarithmic), Self.references,
            ]
        default: preconditionFailure("\(self.rawValue) finds no anomalies")
        }
        return own + [Contamination.parameter]
    }

    func detectorLearner(_ values: ParameterValues) -> any Learner {
        let detector: any Detector
        switch self {
        case .isolationForest:
            detector = IsolationForest(
                trees: values.whole("trees"), rowsTree: values.whole("rows_tree"),
                directions: values.whole("directions"))
        case .neighborDistance:
            detector = NeighborDetector(
                measures: [
                    NeighborMeasure(
                        kind: values["farthest"] == 1 ? .farthestDistance : .meanDistance,
                        k: values.whole("k"))
                ], sampleRows: values.whole("references"))
        case .localOutlierFactor:
            detector = NeighborDetector(
                measures: [NeighborMeasure(kind: .localOutlierFactor, k: values.whole("k"))],
                sampleRows: values.whole("references"))
        case .histogramOutliers: detector = HistogramDetector(bins: values.whole("bins"))
        case .principalComponents:
            detector = PrincipalComponents(varianceFloor: values["variance_floor"])
        case .ellipticEnvelope: detector = EllipticEnvelope(support: values["support"])
        case .autoencoder:
            var settings = MultilayerPerceptron.Settings()
            settings.units = values.whole("units")
            settings.learningRate = values["learning_rate"]
            settings.weightDecay = values["weight_decay"]
            settings.epochs = values.whole("epochs")
            detector = Autoencoder(settings: settings, bottleneck: values["bottleneck"])
        case .combinedDetector:
            detector = CombinedDetector(
                trees: values.whole("trees"), sampleRows: values.whole("references"))
        default: preconditionFailure("\(self.rawValue) finds no anomalies")
        }
        return AnomalyLearner(
            family: self, detector: detector,
            contamination: Contamination(values["contamination"]))
    }

    func scorer(_ store: inout TensorStore) throws(LearnerError) -> any Scorer {
        switch self {
        case .isolationForest: return try IsolationScorer(&store)
        case .neighborDistance:
            return try NeighborScorer(&store, kinds: [[.meanDistance, .farthestDistance]])
        case .localOutlierFactor:
            return try NeighborScorer(&store, kinds: [[.localOutlierFactor]])
        case .histogramOutliers: return try HistogramScorer(&store)
        case .principalComponents, .ellipticEnvelope: return try Ellipsoid(&store)
        case .autoencoder: return try AutoencoderScorer(&store)
        case .combinedDetector: return try CombinedScorer(&store)
        default: preconditionFailure("\(self.rawValue) finds no anomalies")
        }
    }

    private static let references = ParameterRange.whole(
        "references", 2...100_000, standard: DetectionLimits.sampleRows, .logarithmic)
}
