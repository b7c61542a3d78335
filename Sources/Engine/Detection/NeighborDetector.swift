/// Rows far from their neighbours, or in thinner company than their neighbours, are strange.
///
/// One search serves several measures. References are a sample of the rows, in single precision.
struct NeighborDetector: Detector {
    let measures: [NeighborMeasure]
    let sampleRows: Int

    /// A row is no neighbour of itself.
    var ownScores: OwnScores { .asUnseen }

    /// - Complexity: sample² × columns multiplications, in single precision.
    func fit(
        _ rows: Matrix, sample: [Int], seed: UInt64
    ) throws(LearnerError) -> Detection {
        var references = rows.rows(at: sample)
        let means = references.centreColumns()
        // Neighbours that a reference has besides itself.
        let measures = self.measures.map { $0.limited(to: sample.count - 1) }
        let kMax = measures.reduce(1) { max($0, $1.k) }
        let points = references.values.map { Float($0) }
        guard points.allSatisfy(\.isFinite) else {
            throw LearnerError(.notFinite, "a feature is too large for single precision")
        }
        let neighbors = NeighborLists(
            points: points, queries: references, k: kMax, excluding: .sameRow)
        var densities: [[Double]] = []
        var own = Matrix(rows: sample.count, columns: measures.count)
        for (index, measure) in measures.enumerated() {
            let radii = neighbors.radii(measure.k)
            let reached = neighbors.densities(measure.k, radii: radii)
            densities.append(measure.kind == .localOutlierFactor ? radii + reached : [])
            for row in 0..<sample.count {
                own[row, index] = measure.score(neighbors.lists[row], radii: radii, reached)
            }
        }
        let scorer = NeighborScorer(
            measures: measures, means: means, points: points, densities: densities)
        return Detection(scorer: scorer, own: own)
    }
}

/// What a row's nearest references say of it.
struct NeighborMeasure: Equatable, Sendable {
    enum Kind: Int32, Sendable {
        /// The mean distance to the k nearest (Angiulli and Pizzuti, Fast outlier detection in high
        /// dimensional spaces, 2002).
        case meanDistance = 0
        /// The distance to the k-th (Ramaswamy, Rastogi, Shim, Efficient algorithms for mining
        /// outliers from large data sets, 2000).
        case farthestDistance = 1
        /// How much denser it is around the k nearest than around the row (Breunig, Kriegel, Ng,
        /// Sander, LOF: identifying density-based local outliers, 2000).
        case localOutlierFactor = 2
    }

    let kind: Kind
    let k: Int

    func limited(to neighbors: Int) -> Self {
        Self(kind: self.kind, k: max(1, min(self.k, neighbors)))
    }

    /// - Parameter neighbors: at least k, nearest first.
    func score(
        _ neighbors: [NeighborSearch.Neighbor], radii: [Double], _ densities: [Double]
    ) -> Double {
        let nearest = neighbors.prefix(self.k)
        switch self.kind {
        case .meanDistance: return nearest.reduce(0) { $0 + $1.distance } / Double(self.k)
        case .farthestDistance: return nearest.reduce(0) { max($0, $1.distance) }
        case .localOutlierFactor:
            let around = nearest.reduce(0) { $0 + densities[$1.row] } / Double(self.k)
            return around / NeighborLists.density(nearest, radii: radii)
        }
    }
}

/// The nearest references of many rows.
struct NeighborLists {
    enum Exclusion {
        case nothing
        /// Query i is reference i, and no neighbour of itself.
        case sameRow
    }

    let lists: [[NeighborSearch.Neighbor]]

    /// - Requires: `points` hold k references, or one more where one is excluded.
    init(points: [Float], queries: Matrix, k: Int, excluding exclusion: Exclusion) {
        let wanted = exclusion == .sameRow ? k + 1 : k
        var search = NeighborSearch(points: points, columns: queries.columns, k: wanted)
        var lists: [[NeighborSearch.Neighbor]] = []
        lists.reserveCapacity(queries.rows)
        let block = NeighborsPredictor.queriesBlock
        for start in stride(from: 0, to: queries.rows, by: block) {
            let end = min(start + block, queries.rows)
            let values = queries.values[start * queries.columns..<end * queries.columns]
                .map { Float($0) }
            for (index, found) in search.nearest(values, count: end - start).enumerated() {
                guard exclusion == .sameRow else {
                    lists.append(found)
                    continue
                }
                // Among equal rows it may not have found itself: then the last one is too many.
                let others = found.filter { $0.row != start + index }
                lists.append(Array(others.prefix(k)))
            }
        }
        self.lists = lists
    }

    /// For every list the distance to its k-th.
    func radii(_ k: Int) -> [Double] {
        self.lists.map { $0.prefix(k).reduce(0) { max($0, $1.distance) } }
    }

    /// For every list its local reachability density.
    func densities(_ k: Int, radii: [Double]) -> [Double] {
        self.lists.map { Self.density($0.prefix(k), radii: radii) }
    }

    /// The inverse of the mean reachability distance: a neighbour is never nearer than its own
    /// neighbourhood is wide. Among equal rows, where it would be 0, it is as near as 10⁻¹⁰.
    static func density(
        _ neighbors: ArraySlice<NeighborSearch.Neighbor>, radii: [Double]
    ) -> Double {
        let sum = neighbors.reduce(0) { $0 + max($1.distance, radii[$1.row]) }
        return 1 / (sum / Double(neighbors.count) + 1e-10)
    }
}

struct NeighborScorer: Scorer {
    let measures: [NeighborMeasure]
    let means: [Double]
    /// References less `means`, row-major.
    let points: [Float]
    /// For every measure the radius of each reference, then its density; empty if it needs none.
    let densities: [[Double]]

    var columns: Int { self.means.count }
    var width: Int { self.measures.count }

    init(
        measures: [NeighborMeasure], means: [Double], points: [Float], densities: [[Double]]
    ) {
        self.measures = measures
        self.means = means
        self.points = points
        self.densities = densities
    }

    /// - Complexity: rows × references × columns multiplications, in single precision.
    func score(_ rows: Matrix) -> Matrix {
        var scores = Matrix(rows: rows.rows, columns: self.width)
        let block = DetectionLimits.blockRows
        for start in stride(from: 0, to: rows.rows, by: block) {
            let places = Array(start..<min(start + block, rows.rows))
            scores.setRows(places, to: self.scoreBlock(rows.rows(at: places)))
        }
        return scores
    }

    private func scoreBlock(_ rows: Matrix) -> Matrix {
        var queries = rows
        let limit = 2 * EncoderLimits.standardizedMax
        for row in 0..<rows.rows {
            for column in 0..<self.columns {
                let centred = rows[row, column] - self.means[column]
                queries[row, column] = max(-limit, min(limit, centred))
            }
        }
        var scores = Matrix(rows: rows.rows, columns: self.width)
        let kMax = self.measures.reduce(1) { max($0, $1.k) }
        let lists = NeighborLists(
            points: self.points, queries: queries, k: kMax, excluding: .nothing
        ).lists
        let references = self.points.count / self.columns
        for (index, measure) in self.measures.enumerated() {
            let radii = Array(self.densities[index].prefix(references))
            let densities = Array(self.densities[index].dropFirst(references))
            for row in 0..<rows.rows {
                scores[row, index] = measure.score(lists[row], radii: radii, densities)
            }
        }
        return scores
    }
}

extension NeighborScorer {
    /// - Parameter kinds: what the scorer must measure, in this order.
    init(_ store: inout TensorStore, kinds: [[NeighborMeasure.Kind]]) throws(LearnerError) {
        let count = try store.extent(of: "points", axis: 0)
        let columns = try store.extent(of: "points", axis: 1)
        let points = try store.floats("points", shape: [.exactly(count), .exactly(columns)])
        let means = try store.doubles("means", shape: [.exactly(columns)])
        let settings = try store.integers("measures", shape: [.exactly(kinds.count), 2])
        let limit = EncoderLimits.standardizedMax
        guard columns > 0, count > 0, points.allSatisfy({ Double(abs($0)) <= 4 * limit }),
            means.allSatisfy({ abs($0) <= limit })
        else { throw LearnerError(.badTensor, "tensors points and means hold no references") }
        var measures: [NeighborMeasure] = []
        var densities: [[Double]] = []
        for (index, allowed) in kinds.enumerated() {
            let k = Int(settings[2 * index + 1])
            guard let kind = NeighborMeasure.Kind(rawValue: settings[2 * index]),
                allowed.contains(kind), k >= 1, k <= count
            else {
                throw LearnerError(.badTensor, "tensor measures asks for what is not there")
            }
            measures.append(NeighborMeasure(kind: kind, k: k))
            guard kind == .localOutlierFactor else {
                densities.append([])
                continue
            }
            let stored = try store.doubles("densities", shape: [2, .exactly(count)])
            let valid = stored.enumerated().allSatisfy { $0 < count ? $1 >= 0 : $1 > 0 }
            guard valid else { throw LearnerError(.badTensor, "tensor densities holds a negative") }
            densities.append(stored)
        }
        self.init(measures: measures, means: means, points: points, densities: densities)
    }

    var tensors: [Tensor] {
        let count = self.points.count / self.columns
        let settings = self.measures.flatMap { [$0.kind.rawValue, Int32($0.k)] }
        var tensors: [Tensor] = [
            .floats("points", self.points, shape: [count, self.columns]),
            .doubles("means", self.means),
            .integers("measures", settings, shape: [self.measures.count, 2]),
        ]
        for densities in self.densities where !densities.isEmpty {
            tensors.append(.doubles("densities", densities, shape: [2, count]))
        }
        return tensors
    }
}
