import Testing

@testable import Engine

@Suite struct ContaminationTests {
    @Test func `the fence flags few of usual scores, whether or not they lean to one side`() {
        var generator = SeededGenerator(seed: 90)
        let bells = (0..<5000).map { _ in Oddities.bell(&generator) }.sorted()
        let leaning = (0..<5000).map { _ in -log(1 - generator.unit()) }.sorted()
        for scores in [bells, leaning] {
            let threshold = Contamination.fence.threshold(scores)
            let flagged = scores.count { $0 > threshold }
            #expect(flagged < 100)
        }
        #expect(Contamination.fence.threshold([2, 2, 2]) == 2)
        #expect(Contamination.fence.threshold([1]) == 1)
    }

    @Test func `anomalies that are a fifth of the rows do not hide behind themselves`() {
        var generator = SeededGenerator(seed: 90)
        let usual = (0..<800).map { _ in Oddities.bell(&generator) }
        let scores = (usual + (0..<200).map { _ in 20 + Oddities.bell(&generator) }).sorted()
        #expect(scores.count { $0 > Contamination.fence.threshold(scores) } == 200)
    }

    @Test func `a share is never exceeded, and equal scores are flagged together or not at all`() {
        let scores = (0..<10).map(Double.init)
        func flagged(_ scores: [Double], _ share: Double) -> Int {
            let threshold = Contamination.share(share).threshold(scores)
            return scores.count { $0 > threshold }
        }
        #expect(flagged(scores, 0.2) == 2 && flagged(scores, 0.25) == 2)
        #expect(flagged(scores, 0.05) == 0 && flagged(scores, 0.5) == 5)
        #expect(flagged([0, 1, 1, 1], 0.5) == 0)
        #expect(flagged([3], 0.5) == 0)
        #expect(Contamination(0) == .fence && Contamination(0.1) == .share(0.1))
    }

    @Test(arguments: Oddities.families) func `a score above 0 is a flag, and -1 is the middle`(
        family: Family
    ) throws {
        let world = Oddities.scattered(seed: 91)
        let learner = try Oddities.learner(family, [("contamination", 0.02)])
        let scores = try learner.fit(world.data, seed: 1).predict(world.rows).values
        let flagged = scores.indices.filter { scores[$0] > 0 }
        #expect(flagged.count <= 12 && flagged.contains { world.strange.contains($0) })
        #expect(abs(scores.sorted()[scores.count / 2] + 1) < 0.2)
    }

    @Test func `the default flags the strange rows of a small world and few others`() throws {
        let world = Oddities.scattered(seed: 92)
        let scores = try Oddities.learner(.combinedDetector).fit(world.data, seed: 1)
            .predict(world.rows).values
        let flagged = scores.indices.filter { scores[$0] > 0 }
        #expect(world.strange.allSatisfy { flagged.contains($0) })
        #expect(flagged.count <= world.strange.count + 6)
    }
}
