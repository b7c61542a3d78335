import Testing

@testable import Engine

@Suite struct CombinedDetectorTests {
    @Test(arguments: [
        Oddities.hollow(seed: 1), Oddities.crowd(seed: 2), Oddities.dependence(seed: 3),
        Oddities.scattered(seed: 4),
    ]) func `the combination is near the best single detector everywhere`(
        world: Oddities.World
    ) throws {
        var areas: [Double] = []
        for family in Oddities.families {
            let predictor = try Oddities.learner(family).fit(world.data, seed: 7)
            areas.append(try world.area(predictor.predict(world.rows)))
        }
        let combined = areas[areas.count - 1]
        #expect(Oddities.families.last == .combinedDetector)
        #expect(combined > 0.97 && combined > areas.dropLast().reduce(0, max) - 0.03)
    }

    @Test func `every single detector fails somewhere`() throws {
        let worlds = [
            Oddities.hollow(seed: 1), Oddities.crowd(seed: 2), Oddities.dependence(seed: 3),
        ]
        for family in Oddities.families.dropLast() where family != .isolationForest {
            let worst = try worlds.map { world in
                try world.area(
                    Oddities.learner(family).fit(world.data, seed: 7).predict(world.rows))
            }.reduce(1, min)
            #expect(worst < 0.9, "\(family)")
        }
    }

    @Test func `scales standardise the logarithms of scores`() {
        let scores = [3.0, 1, 2, 5, 40]
        let scale = LogarithmicScale(scores)
        let z = scores.map(scale.standardised)
        #expect(abs(z.reduce(0, +)) < 1e-12)
        #expect(abs(z.reduce(0) { $0 + $1 * $1 } - 5) < 1e-12)
        #expect(z[4] > z[3] && z[3] > z[0] && z[0] > z[2] && z[2] > z[1])
        #expect(scale.standardised(-100) == z[1])
        #expect(scale.standardised(.infinity).isFinite)
    }

    @Test func `a scale of equal scores still tells what is above them`() {
        for scores in [[2.0, 2, 2], [0], [0, 0, 0, 0, 7]] {
            let scale = LogarithmicScale(scores)
            #expect(scale.standardised(scores[0]) < scale.standardised(scores[0] + 8))
            #expect(scale.values.allSatisfy { $0.isFinite })
        }
    }

    @Test func `a soft maximum lies between the mean and the maximum`() {
        var generator = SeededGenerator(seed: 93)
        for _ in 0..<100 {
            let scores = (0..<7).map { _ in 3 * Oddities.bell(&generator) }
            let soft = CombinedScorer.softMaximum(scores)
            let naive = log(scores.reduce(0) { $0 + exp($1) } / 7)
            #expect(abs(soft - naive) < 1e-9)
            #expect(soft <= scores.reduce(-100, max) && soft >= scores.reduce(0, +) / 7 - 1e-12)
        }
        #expect(CombinedScorer.softMaximum([5000, 0]).isFinite)
    }
}
