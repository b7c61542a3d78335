/// Rows that chance cuts off from the rest early are strange (Liu, Ting, Zhou, Isolation forest,
/// 2008).
///
/// Every tree draws `rowsTree` rows and cuts them at random until each is alone. With `directions`
/// the trees cut across that many random directions instead of along columns, which finds what
/// breaks a dependence between columns (as in the extended forest of Hariri, Carrasco Kind, Brunner
/// 2019, with directions shared by all trees, so that a row is projected once).
struct IsolationForest: Detector {
    let trees: Int
    let rowsTree: Int
    /// 0: cut along columns.
    let directions: Int

    var sampleRows: Int { DetectionLimits.sampleRows }

    /// - Complexity: O(trees × rowsTree × depth), and a projection of the sample.
    func fit(
        _ rows: Matrix, sample: [Int], seed: UInt64
    ) throws(LearnerError) -> Detection {
        var generator = SeededGenerator(seed: seed)
        let axes =
            self.directions > 0
            ? Self.randomDirections(self.directions, columns: rows.columns, &generator) : nil
        let drawn = min(self.rowsTree, rows.rows)
        var grower = IsolationGrower(columns: axes?.columns ?? rows.columns, rows: drawn)
        // A small table is projected as a whole, of a large one what each tree draws.
        let isSmall = rows.rows <= self.trees * drawn
        let seen = isSmall ? axes.map { rows.times($0) } ?? rows : rows
        for _ in 0..<self.trees {
            var chance = SeededGenerator(seed: generator.next())
            let picked = seen.rows(at: chance.sample(drawn, of: rows.rows))
            grower.grow(isSmall ? picked : axes.map { picked.times($0) } ?? picked, &chance)
        }
        let scorer = IsolationScorer(
            columns: rows.columns, axes: axes, ensemble: grower.ensemble(),
            usual: IsolationGrower.meanDepths(upTo: drawn)[drawn])
        return Detection(scorer: scorer, own: scorer.score(rows.rows(at: sample)))
    }

    /// Columns of unit length, almost evenly distributed over all directions.
    private static func randomDirections(
        _ count: Int, columns: Int, _ generator: inout SeededGenerator
    ) -> Matrix {
        var axes = Matrix(rows: columns, columns: count)
        for axis in 0..<count {
            var square = 0.0
            for column in 0..<columns {
                // A sum of twelve is normal enough, and the same on every processor.
                let number = (0..<12).reduce(-6.0) { sum, _ in sum + generator.unit() }
                axes[column, axis] = number
                square += number * number
            }
            let length = max(square.squareRoot(), 1e-3)
            for column in 0..<columns { axes[column, axis] /= length }
        }
        return axes
    }
}

struct IsolationScorer: Scorer {
    let columns: Int
    /// Columns × directions, or nil where trees cut along columns.
    let axes: Matrix?
    /// A leaf's value is the depth at which its rows would be alone.
    let ensemble: TreeEnsemble
    /// The depth at which a row is alone on average, in a tree of as many rows.
    let usual: Double

    var width: Int { 1 }

    init(columns: Int, axes: Matrix?, ensemble: TreeEnsemble, usual: Double) {
        self.columns = columns
        self.axes = axes
        self.ensemble = ensemble
        self.usual = usual
    }

    /// 2 to the power of -(mean depth / usual depth): near 1 strange, below 0.5 usual.
    ///
    /// - Complexity: O(rows × trees × depth).
    func score(_ rows: Matrix) -> Matrix {
        var scores = Matrix(rows: rows.rows, columns: 1)
        self.ensemble.accumulate(self.axes.map { rows.times($0) } ?? rows, into: &scores)
        let factor = -0.693_147_180_559_945_3 / (self.usual * Double(self.ensemble.roots.count))
        for row in scores.values.indices {
            let power = SIMD4(repeating: scores.values[row] * factor)
            scores.values[row] = exponential(power)[0]
        }
        return scores
    }

    init(_ store: inout TensorStore) throws(LearnerError) {
        let usual = try store.doubles("usual_depth", shape: [1])[0]
        self.ensemble = try TreeEnsemble(&store, width: 1)
        let count = try store.extent(of: "directions", axis: 1)
        let axes = try store.doubles("directions", shape: [.any, .exactly(count)])
        guard usual > 0, !self.ensemble.roots.isEmpty, self.ensemble.columns > 0 else {
            throw LearnerError(.badTensor, "tensors of an isolation forest hold no tree or depth")
        }
        if count > 0 {
            guard self.ensemble.columns == count, !axes.isEmpty else {
                throw LearnerError(.badTensor, "tensor directions does not fit the trees")
            }
            self.columns = axes.count / count
            self.axes = Matrix(rows: self.columns, columns: count, values: axes)
        } else {
            self.columns = self.ensemble.columns
            self.axes = nil
        }
        self.usual = usual
    }

    var tensors: [Tensor] {
        self.ensemble.tensors + [
            .doubles("usual_depth", [self.usual]),
            .doubles(
                "directions", self.axes?.values ?? [],
                shape: [self.columns, self.axes?.columns ?? 0]),
        ]
    }
}

extension Matrix {
    /// The product with `right`.
    func times(_ right: Matrix) -> Matrix {
        var product = Matrix(rows: self.rows, columns: right.columns)
        LinearAlgebra.multiply(self, .stored, right, .stored, into: &product)
        return product
    }
}
