extension NeighborsPredictor: ONNXPredictor {
    /// Distances to all training rows by one product, then the `k` least of them.
    ///
    /// The product is computed in double precision, ours in single: where the k-th neighbour and
    /// the next are equally far up to a few parts in 10⁷, either may be taken.
    func export(_ features: ONNXGraph.Value, into graph: inout ONNXGraph) -> ONNXGraph.Value {
        let centred = graph.node("Sub", features, graph.constant(.doubles(self.means)))
        let queries = graph.inSingle(centred)
        let stored = graph.constant(
            ONNXTensor([self.rows, self.means.count], .floats(self.points)))
        let points = graph.cast(stored, to: .double)
        let squares = graph.sum(
            graph.node("Mul", points, points), alongAxis: 1, keepsAxis: false)
        // |p|² - 2 q·p, which orders as the distances do.
        let ranks = graph.node("Gemm", queries, points, squares) {
            $0.attribute("alpha", Float(-2))
            $0.attribute("transB", 1)
        }
        let (least, nearest) = (graph.fresh(), graph.fresh())
        graph.node(
            "TopK", [ranks, graph.constant(.integers([Int64(self.k)]))], outputs: [least, nearest]
        ) {
            $0.attribute("axis", 1)
            $0.attribute("largest", 0)
        }
        let answers = self.answers(of: nearest, into: &graph)
        var weights: ONNXGraph.Value?
        if self.weights == .distance {
            weights = self.weights(of: nearest, queries, points, into: &graph)
        }
        if let rowWeights {
            let own = graph.node("Gather", graph.constant(.doubles(rowWeights)), nearest)
            weights = weights.map { graph.node("Mul", $0, own) } ?? own
        }
        guard let weights else {
            let sum = graph.sum(answers, alongAxis: 1, keepsAxis: false)
            return graph.node("Div", sum, graph.scalar(Double(self.k)))
        }
        let each = graph.unsqueezed(weights, at: 2)
        let sum = graph.sum(graph.node("Mul", answers, each), alongAxis: 1, keepsAxis: false)
        return graph.node("Div", sum, graph.sum(each, alongAxis: 1, keepsAxis: false))
    }

    /// Rows × k × outputs.
    private func answers(
        of nearest: ONNXGraph.Value, into graph: inout ONNXGraph
    ) -> ONNXGraph.Value {
        switch self.labels {
        case .numbers(let numbers):
            let found = graph.node("Gather", graph.constant(.doubles(numbers)), nearest)
            return graph.unsqueezed(found, at: 2)
        case .classes(let classes, let count):
            let labels = graph.constant(.integers(classes.map { Int64($0) }))
            let found = graph.unsqueezed(graph.node("Gather", labels, nearest), at: 2)
            let all = graph.constant(.integers((0..<count).map { Int64($0) }))
            return graph.cast(graph.node("Equal", found, all), to: .double)
        }
    }

    /// 1 / distance, rows × k; where a neighbour is at distance 0, 1 for those and 0 for the rest.
    ///
    /// Distances are computed anew from the coordinates' differences, as `NeighborSearch` does:
    /// only so is 0 exact.
    private func weights(
        of nearest: ONNXGraph.Value, _ queries: ONNXGraph.Value, _ points: ONNXGraph.Value,
        into graph: inout ONNXGraph
    ) -> ONNXGraph.Value {
        let found = graph.node("Gather", points, nearest)
        let difference = graph.node("Sub", found, graph.unsqueezed(queries, at: 1))
        let square = graph.node("Mul", difference, difference)
        let distance = graph.node("Sqrt", graph.sum(square, alongAxis: 2, keepsAxis: false))
        let touches = graph.cast(graph.node("Equal", distance, graph.scalar(0)), to: .double)
        let touching = graph.sum(touches, alongAxis: 1, keepsAxis: true)
        return graph.node(
            "Where", graph.node("Greater", touching, graph.scalar(0)), touches,
            graph.node("Reciprocal", distance))
    }

    private var rows: Int {
        switch self.labels {
        case .numbers(let numbers): numbers.count
        case .classes(let classes, _): classes.count
        }
    }
}
