import Testing

@testable import Engine

@Suite struct NearestNeighborsTests {
    @Test func `the nearest rows are those that sorting finds, across blocks`() {
        let count = NeighborsPredictor.pointsBlock + 500
        let matrix = Worlds.uniform(rows: count, columns: 3, seed: 10)
        let points = matrix.values.map { Float($0) }
        var search = NeighborSearch(points: points, columns: 3, k: 12)
        let queries = Array(points[..<30]) + [0.2, 0.4, 0.6, 5, 5, 5]
        let found = search.nearest(queries, count: 12)
        for query in 0..<12 {
            let distances = (0..<count).map { row in
                (0..<3).reduce(0.0) { sum, j in
                    let d = Double(queries[query * 3 + j]) - Double(points[row * 3 + j])
                    return sum + d * d
                }.squareRoot()
            }
            let naive = distances.sorted().prefix(12)
            let fast = found[query].map(\.distance)
            #expect(Worlds.isClose(fast.sorted(), Array(naive), within: 1e-4))
            for neighbor in found[query] { #expect(neighbor.distance == distances[neighbor.row]) }
        }
        #expect(found[3].first == NeighborSearch.Neighbor(row: 3, distance: 0))
    }

    @Test func `a selection keeps the lowest ranks, equal ranks in the order of rows`() {
        let ranks: [Float] = [5, 1, 3, 1, 9, 0, 3, 3, 1, 7, 2, 0, 4]
        let products = [Float](repeating: 0, count: ranks.count)
        for limit in 1...ranks.count {
            var selection = Selection(limit: limit)
            selection.offer(products: products, squares: ranks, rows: 0..<ranks.count)
            let naive = ranks.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }.prefix(limit)
            #expect(selection.rows == Array(naive))
        }
    }

    @Test(arguments: [1, 5, 40, 150]) func `a selection of many finds what sorting finds`(
        limit: Int
    ) {
        var generator = SeededGenerator(seed: 11)
        // Few kinds of ranks, so that many are equal; two offers, each with a rest after blocks.
        let squares = (0..<500).map { _ in Float(generator.below(40)) }
        let products = (0..<500).map { _ in Float(generator.below(20)) - 10 }
        let ranks = zip(squares, products).map { $0 + $1 }
        var selection = Selection(limit: limit)
        for rows in [0..<203, 203..<500] {
            selection.offer(
                products: Array(products[rows]), squares: Array(squares[rows]), rows: rows)
        }
        let naive = ranks.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }.prefix(limit)
        #expect(selection.rows == Array(naive))
    }

    @Test func `probabilities by distance equal scikit-learn's`() throws {
        let data = TrainingData(
            features: Worlds.eight, answers: .classes(Worlds.eightThirds, count: 3))
        var queries = Worlds.eight
        for index in queries.values.indices { queries.values[index] += 0.05 }
        let learner = NearestNeighbors(k: 3, weights: .distance)
        let prediction = try learner.fit(data, seed: 0).predict(queries)
        let expected = [0.937256577404056, 0.062743422595944, 0]
        #expect(Worlds.isClose(Array(prediction.values[..<3]), expected, within: 1e-5))
        #expect(abs(prediction[2, 2] - 0.890670490935885) < 1e-5)
    }

    @Test func `a training row asked for itself answers alone when distances count`() throws {
        let data = TrainingData(
            features: Worlds.eight, answers: .numbers([1, 2, 3, 4, 5, 6, 7, 8]))
        let near = try NearestNeighbors(k: 4, weights: .distance).fit(data, seed: 0)
        #expect(near.predict(Worlds.eight).values == [1, 2, 3, 4, 5, 6, 7, 8])
    }

    @Test func `more neighbours than rows are all rows`() throws {
        let data = TrainingData(
            features: Worlds.eight, answers: .numbers([1, 2, 3, 4, 5, 6, 7, 8]))
        let all = try NearestNeighbors(k: 100, weights: .uniform).fit(data, seed: 0)
        #expect(all.predict(Worlds.eight).values == Array(repeating: 4.5, count: 8))
    }
}
