import Search
import Testing
import Wire

@Suite struct StudyTests {
    private static func steady(_ spec: TrialSpec) -> Study.Observation {
        .scored(spec.family == "gradient_boosting" ? 0.9 : 0.8, wall: .seconds(1))
    }

    @Test func `the portfolio comes first, then tuning, then the end of the budget`() {
        var study = Study(job: Jobs.job(), trials: 30, seed: 1)
        #expect(study.stage == .portfolio)
        let specs = study.run(to: 100, Self.steady)

        #expect(specs.count == 30)
        #expect(study.stage == .finished)
        #expect(study.capacity(inFlight: 0) == 0)
        #expect(study.propose(5).isEmpty)
        let steps = specs.map(\.step)
        let portfolio = steps.prefix { $0 == .portfolio }.count
        #expect((14...18).contains(portfolio))
        #expect(steps.dropFirst(portfolio).allSatisfy { $0 == .tuning })
    }

    @Test func `the same adoptions and observations give an equal study`() {
        func replay() -> Study {
            var study = Study(job: Jobs.job(), trials: 60, seed: 7)
            study.run(to: 40, Self.steady)
            return study
        }
        let first = replay()
        let second = replay()
        #expect(first == second)
        #expect(first.propose(8) == second.propose(8))
    }

    @Test func `a proposal changes nothing and depends on the seed and the number alone`() {
        var study = Study(job: Jobs.job(), trials: nil, seed: 3)
        study.run(to: 25, Self.steady)
        let before = study
        #expect(study.propose(4) == study.propose(4))
        #expect(study == before)
        #expect(study.propose(4).prefix(2) == study.propose(2)[...])

        var other = Study(job: Jobs.job(), trials: nil, seed: 4)
        other.run(to: 25, Self.steady)
        #expect(other.propose(1) != study.propose(1))
    }

    @Test func `what was adopted out of order of its results is observed all the same`() {
        var study = Study(job: Jobs.job(), trials: 10, seed: 1)
        study.adopt(study.propose(10))
        for trial in (0..<10).reversed() {
            study.observe(UInt32(trial), .scored(Double(trial), wall: .seconds(1)))
        }
        #expect(study.best?.trial == 9)
        #expect(study.winner(after: [9, 8]) == 7)
    }

    @Test func `companions of the winner are few of a family, and one of each at least`() throws {
        var study = Study(job: Jobs.job(), trials: 120, seed: 1)
        // Whatever is boosted beats everything else, so that the best ones are of one family.
        let specs = study.run(to: 120) { spec in
            let isBoosted = spec.family == "gradient_boosting"
            return .scored(
                (isBoosted ? 0.9 : 0.5) + Double(spec.recipe?.seed ?? 0) / 1e22, wall: .seconds(1))
        }
        let winner = try #require(study.winner())
        let companions = study.companions(of: winner)
        #expect(
            companions.allSatisfy { $0.trial != winner && specs[Int($0.trial)].recipe == $0.recipe }
        )
        let families = companions.map(\.recipe.family)
        #expect(families.count { $0 == "gradient_boosting" } == 2)
        #expect(Set(families) == Set(specs.compactMap(\.family)))
        // One of each other family before a second of any.
        let first = families.prefix(Set(families).count - 1)
        #expect(Set(first).count == first.count && !first.contains("gradient_boosting"))
    }

    @Test func `of one candidate only the first observation counts`() {
        var study = Study(job: Jobs.job(), trials: 10, seed: 1)
        study.adopt(study.propose(2))
        study.observe(0, .scored(0.5, wall: .seconds(1)))
        let before = study
        study.observe(0, .scored(0.9, wall: .seconds(1)))
        study.observe(77, .scored(0.9, wall: .seconds(1)))
        #expect(study == before)
    }

    @Test func `the best follows the direction, and the first of equals stays`() {
        for (direction, expected) in [(Direction.maximise, 0.9), (.minimise, 0.1)] {
            var study = Study(job: Jobs.job(direction: direction), trials: 10, seed: 1)
            study.adopt(study.propose(5))
            for (trial, score) in [0.5, 0.9, 0.9, 0.1, 0.1].enumerated() {
                study.observe(UInt32(trial), .scored(score, wall: .seconds(1)))
            }
            #expect(study.best?.score == expected)
            #expect(study.best?.trial == (direction == .maximise ? 1 : 3))
        }
    }

    @Test func `a score that is no number counts as a failure`() {
        var study = Study(job: Jobs.job(), trials: 5, seed: 1)
        study.adopt(study.propose(2))
        study.observe(0, .scored(.nan, wall: .seconds(1)))
        study.observe(1, .scored(.infinity, wall: .seconds(1)))
        #expect(study.best == nil)
        #expect(study.winner() == nil)
    }

    @Test func `a family that keeps failing is left, the others go on`() {
        var study = Study(job: Jobs.job(), trials: 80, seed: 1)
        let specs = study.run(to: 80) { spec in
            spec.family == "gradient_boosting" ? .failed : .scored(0.7, wall: .seconds(1))
        }
        #expect(specs.count == 80)
        #expect(specs.filter { $0.family == "gradient_boosting" }.count == 3)
    }

    @Test func `a study whose every candidate fails ends without a winner`() {
        var study = Study(job: Jobs.job(), trials: 1000, seed: 1)
        let specs = study.run(to: 1000) { _ in .failed }
        #expect(specs.count < 25)
        #expect(study.stage == .finished)
        #expect(study.winner() == nil)
    }

    @Test func `a closed study proposes nothing more`() {
        var study = Study(job: Jobs.job(), trials: nil, seed: 1)
        study.run(to: 3, Self.steady)
        study.close()
        #expect(study.stage == .finished)
        #expect(study.capacity(inFlight: 0) == 0)
        #expect(study.winner() != nil)
    }

    @Test func `a refit among the trials is no candidate`() {
        var study = Study(job: Jobs.job(), trials: 10, seed: 1)
        study.run(to: 4) { _ in .scored(0.5, wall: .seconds(1)) }
        let winner = Recipe(family: "ridge", parameters: [], seed: 1)
        study.adopt([TrialSpec(step: .refit, recipe: winner)])
        study.observe(4, .scored(0.99, wall: .seconds(1)))
        #expect(study.best?.score == 0.5)
    }

    @Test func `tuning waits until the portfolio has said what leads`() {
        var study = Study(job: Jobs.job(), trials: 100, seed: 1)
        var adopted = 0
        while study.stage == .portfolio {
            let specs = study.propose(100)
            study.adopt(specs)
            adopted += specs.count
        }
        #expect(study.capacity(inFlight: adopted) == 0)
        // The cheapest half says nothing of the dearest families.
        for trial in 0..<(adopted / 2) {
            study.observe(UInt32(trial), .scored(0.5, wall: .seconds(1)))
        }
        #expect(study.capacity(inFlight: adopted / 2) == 0)
        for trial in (adopted / 2)..<adopted {
            study.observe(UInt32(trial), .scored(0.6, wall: .seconds(1)))
        }
        #expect(study.capacity(inFlight: 0) > 0)
    }
}
