/// Answers like the `k` nearest training rows, by Euclidean distance.
package struct NearestNeighbors: Learner {
    package enum Weights: Int32, Equatable, Sendable {
        /// Every neighbour counts the same.
        case uniform = 0
        /// A neighbour counts by the inverse of its distance; those at distance 0 count alone.
        case distance = 1
    }

    package let k: Int
    package let weights: Weights

    package var form: FeatureForm { .dense }

    package init(k: Int, weights: Weights) {
        precondition(k >= 1, "\(k) neighbours answer nothing")
        self.k = k
        self.weights = weights
    }

    /// Keeps the rows, centred and in single precision; more neighbours than rows are all rows.
    package func fit(_ data: TrainingData, seed: UInt64) throws(LearnerError) -> any Predictor {
        try data.requireFiniteRows()
        var centred = data.features
        let means = centred.centreColumns(data.weights)
        let points = centred.values.map { Float($0) }
        guard points.allSatisfy(\.isFinite) else {
            throw LearnerError(.notFinite, "a feature is too large for single precision")
        }
        let labels: NeighborsPredictor.Labels
        switch data.answers {
        case .classes(let classes, let count): labels = .classes(classes, count: count)
        case .numbers(let numbers): labels = .numbers(numbers)
        case .flags: preconditionFailure("flags were refused")
        }
        return NeighborsPredictor(
            k: min(self.k, data.features.rows), weights: self.weights, means: means,
            points: points, labels: labels, rowWeights: data.weights)
    }
}

struct NeighborsPredictor: Predictor, Equatable {
    enum Labels: Equatable, Sendable {
        case classes([Int32], count: Int)
        case numbers([Double])
    }

    let k: Int
    let weights: NearestNeighbors.Weights
    let means: [Double]
    /// The training rows less `means`, row-major.
    let points: [Float]
    let labels: Labels
    /// How much each training row counts; nil: all alike.
    let rowWeights: [Double]?

    /// Queries that are measured at once, and training rows in a block: their distances fill
    /// 1 MiB, which stays in a core's cache between the product and the selection.
    static let queriesBlock = 128
    static let pointsBlock = 2048

    var columns: Int? { self.means.count }

    private var outputs: Int {
        switch self.labels {
        case .classes(_, let count): count
        case .numbers: 1
        }
    }

    init(
        k: Int, weights: NearestNeighbors.Weights, means: [Double], points: [Float], labels: Labels,
        rowWeights: [Double]? = nil
    ) {
        self.k = k
        self.weights = weights
        self.means = means
        self.points = points
        self.labels = labels
        self.rowWeights = rowWeights
    }

    /// - Complexity: queries × rows × columns multiplications, in single precision.
    func predict(_ features: Matrix) -> Matrix {
        let width = self.means.count
        precondition(features.columns == width, "\(features.columns) columns, not \(width)")
        var prediction = Matrix(rows: features.rows, columns: self.outputs)
        var search = NeighborSearch(points: self.points, columns: width, k: self.k)
        for start in stride(from: 0, to: features.rows, by: Self.queriesBlock) {
            let end = min(start + Self.queriesBlock, features.rows)
            var queries: [Float] = []
            queries.reserveCapacity((end - start) * width)
            for row in start..<end {
                for j in 0..<width { queries.append(Float(features[row, j] - self.means[j])) }
            }
            let found = search.nearest(queries, count: end - start)
            for row in start..<end {
                self.answer(found[row - start], row: row, into: &prediction)
            }
        }
        return prediction
    }

    private func answer(
        _ neighbors: [NeighborSearch.Neighbor], row: Int, into prediction: inout Matrix
    ) {
        let touching = neighbors.contains { $0.distance == 0 }
        var total = 0.0
        for neighbor in neighbors {
            var weight: Double
            switch self.weights {
            case .uniform: weight = 1
            case .distance where touching: weight = neighbor.distance == 0 ? 1 : 0
            case .distance: weight = 1 / neighbor.distance
            }
            if let rowWeights { weight *= rowWeights[neighbor.row] }
            total += weight
            switch self.labels {
            case .classes(let classes, _):
                prediction[row, Int(classes[neighbor.row])] += weight
            case .numbers(let numbers): prediction[row, 0] += weight * numbers[neighbor.row]
            }
        }
        for output in 0..<prediction.columns { prediction[row, output] /= total }
    }
}

extension NeighborsPredictor {
    init(_ store: inout TensorStore, outputs: Int) throws(LearnerError) {
        let rows = try store.extent(of: "points", axis: 0)
        let columns = try store.extent(of: "points", axis: 1)
        self.points = try store.floats("points", shape: [.exactly(rows), .exactly(columns)])
        self.means = try store.doubles("means", shape: [.exactly(columns)])
        let settings = try store.integers("settings", shape: [3])
        guard settings[0] >= 1, settings[0] <= rows, settings[2] == outputs,
            let weights = NearestNeighbors.Weights(rawValue: settings[1])
        else {
            throw LearnerError(
                .badTensor, "tensor settings asks for neighbours or outputs that are not there")
        }
        self.k = Int(settings[0])
        self.weights = weights
        self.rowWeights =
            store.holds("row_weights")
            ? try store.doubles("row_weights", shape: [.exactly(rows)]) : nil
        // They are 1 on average, so that none is more than there are rows.
        let heaviest = 2 * Double(rows)
        guard self.rowWeights?.allSatisfy({ $0 >= lightestWeight && $0 <= heaviest }) ?? true else {
            throw LearnerError(
                .badTensor, "tensor row_weights holds one that counts nothing, or more than all")
        }
        if outputs == 1 {
            self.labels = .numbers(try store.doubles("numbers", shape: [.exactly(rows)]))
        } else {
            let classes = try store.integers("classes", shape: [.exactly(rows)])
            guard classes.allSatisfy({ $0 >= 0 && $0 < outputs }) else {
                throw LearnerError(.badTensor, "tensor classes names one outside 0..<\(outputs)")
            }
            self.labels = .classes(classes, count: outputs)
        }
    }

    var tensors: [Tensor] {
        let rows =
            switch self.labels {
            case .classes(let classes, _): classes.count
            case .numbers(let numbers): numbers.count
            }
        let labels: Tensor =
            switch self.labels {
            case .classes(let classes, _): .integers("classes", classes)
            case .numbers(let numbers): .doubles("numbers", numbers)
            }
        return [
            .floats("points", self.points, shape: [rows, self.means.count]),
            .doubles("means", self.means),
            .integers(
                "settings", [Int32(self.k), self.weights.rawValue, Int32(self.outputs)]),
            labels,
        ] + (self.rowWeights.map { [.doubles("row_weights", $0)] } ?? [])
    }
}
