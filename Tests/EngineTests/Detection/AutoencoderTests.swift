import Testing

@testable import Engine

@Suite struct AutoencoderTests {
    private static func scorer(_ rows: Matrix, units: Int = 8) throws -> AutoencoderScorer {
        var settings = MultilayerPerceptron.Settings()
        settings.units = units
        settings.epochs = 5
        let detector = Autoencoder(settings: settings, bottleneck: 0.5)
        let detection = try detector.fit(rows, sample: [0, 1], seed: 3)
        return try #require(detection.scorer as? AutoencoderScorer)
    }

    /// The plain twin: layer by layer and unit by unit, in double precision.
    private static func score(_ row: [Double], _ scorer: AutoencoderScorer) -> Double {
        var values = row.map { $0 / (1 + $0 * $0 / 9).squareRoot() }
        let shape = scorer.shape
        for layer in 0..<shape.layers {
            let weights = scorer.parameters[shape.weights(layer)].map { Double($0) }
            let biases = scorer.parameters[shape.biases(layer)].map { Double($0) }
            values = biases.indices.map { unit in
                let sum = values.indices.reduce(biases[unit]) {
                    $0 + weights[unit * values.count + $1] * values[$1]
                }
                return layer + 1 < shape.layers ? max(0, sum) : sum
            }
        }
        let squares = zip(row, values).map { ($0 - $1) * ($0 - $1) }
        return squares.reduce(0, +) / Double(row.count)
    }

    @Test func `the score is the mean squared distance of what is given back`() throws {
        let rows = Oddities.dependence(seed: 71).rows
        let scorer = try Self.scorer(rows)
        #expect(scorer.shape.widths == [5, 8, 3, 8, 5])
        let scores = scorer.score(rows)
        for row in 0..<rows.rows {
            let naive = Self.score((0..<5).map { rows[row, $0] }, scorer)
            #expect(abs(scores[row, 0] - naive) < 1e-4 * (1 + naive))
        }
    }

    @Test func `the middle has a unit at least, and never more than the layers beside it`() throws {
        let narrow = Worlds.uniform(rows: 40, columns: 1, seed: 72)
        #expect(try Self.scorer(narrow).shape.widths == [1, 8, 1, 8, 1])
        let wide = Worlds.uniform(rows: 40, columns: 30, seed: 73)
        #expect(try Self.scorer(wide, units: 4).shape.widths == [30, 4, 4, 4, 30])
    }

    /// Rows along a bent line, and rows whose every value is usual but not beside the others.
    @Test func `what leaves a curve that the rows lie on is strange`() throws {
        var generator = SeededGenerator(seed: 74)
        let usual = (0..<500).map { _ -> [Double] in
            let t = 4 * generator.unit() - 2
            let values = [t, t * t - 1.3, t * t * t / 3]
            return values.map { $0 + 0.05 * Oddities.bell(&generator) }
        }
        let strange = (0..<15).map { _ in
            (0..<3).map { column in usual[generator.below(500)][column] }
        }
        let world = Oddities.world(usual, strange)
        let learner = try Family.autoencoder.learner(parameters: [("contamination", 0.05)])
        let scores = try learner.fit(world.data, seed: 1).predict(world.rows)
        #expect(try world.area(scores) > 0.85)
        #expect(scores.values.count { $0 > 0 } <= 25)
        #expect(scores.values[world.strange].max()! > 0)
    }

    @Test func `stored layers that do not fit are refused`() throws {
        let rows = Oddities.dependence(seed: 75).rows
        let tensors = try Family.autoencoder.learner(parameters: [("units", 4), ("epochs", 1)])
            .fit(Oddities.unlabelled(rows), seed: 1).tensors
        #expect(throws: Never.self) {
            try Family.autoencoder.predictor(from: tensors, outputs: 1)
        }
        func changed(_ name: String, _ tensor: Tensor) -> [Tensor] {
            tensors.map { $0.name == name ? tensor : $0 }
        }
        let bad: [[Tensor]] = [
            changed("widths", .integers("widths", [5, 4, 3, 4, 6])),
            changed("widths", .integers("widths", [5, 4, 0, 4, 5])),
            changed("widths", .integers("widths", [5, -4, 3, 4, 5])),
            changed("weights_1", .floats("weights_1", [], shape: [0, 1 << 30])),
            changed("weights_1", .floats("weights_1", [], shape: [0])),
            tensors.filter { $0.name != "biases_2" },
            // No units at all, so that a small file could ask for any number of columns.
            [
                .integers("widths", [1 << 19, 0, 1 << 19]),
                .floats("weights_1", [], shape: [0, 1 << 19]), .floats("biases_1", []),
                .floats("weights_2", [], shape: [1 << 19, 0]),
                .floats("biases_2", Array(repeating: 0, count: 1 << 19)),
                .doubles("scale", [0, 1]),
            ],
        ]
        for tensors in bad {
            #expect(throws: LearnerError(.badTensor, "")) {
                try Family.autoencoder.predictor(from: tensors, outputs: 1)
            }
        }
    }
}
