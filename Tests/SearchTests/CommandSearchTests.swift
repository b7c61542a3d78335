import Search
import Testing
import Wire

@Suite struct CommandSearchTests {
    static func job(
        _ parameters: [CommandParameter], direction: Direction = .minimise
    ) -> CommandJob {
        CommandJob(
            command: Command(
                arguments: ["true"], environment: [], files: [], outputs: [],
                parameters: parameters, metric: "m",
                resources: CommandResources(
                    memoryBytes: 1 << 30, cpuTime: .seconds(1), wallTime: .seconds(1),
                    scratchBytes: 1 << 30, processes: 1),
                network: .none),
            direction: direction, stopping: .none)
    }

    static let parameters = [
        CommandParameter("booster", .choice([.text("gbtree"), .text("dart"), .boolean(true)])),
        CommandParameter("depth", .whole(2...12, .linear)),
        CommandParameter("only", .choice([.number(3)])),
        CommandParameter("rate", .real(1e-4...1, .log)),
        CommandParameter("shift", .real(1_000_000...1_000_000.25, .linear)),
        CommandParameter("tiny", .real(1e-307...1e-300, .log)),
        CommandParameter("width", .whole(1...1 << 53, .log)),
        CommandParameter("wide", .whole(-(1 << 53)...1 << 53, .linear)),
    ]

    @Test func `every candidate is one that the user's space holds, and all of it is seen`() throws
    {
        var study = Study(job: Self.job(Self.parameters), trials: 200, seed: 5)
        var number = 0.0
        let specs = study.run(to: 200) { _ in
            number += 1
            return .scored((number * 7919).truncatingRemainder(dividingBy: 101), wall: .zero)
        }
        #expect(specs.count == 200)
        for spec in specs {
            #expect(spec.step == .tuning)
            let recipe = try #require(spec.recipe)
            #expect(recipe.family == Command.family)
            #expect(recipe.parameters.map(\.name) == Self.parameters.map(\.name).sorted())
            for parameter in Self.parameters {
                let value = try #require(spec.value(parameter.name))
                #expect(parameter.value(value) != nil, "\(parameter) \(value)")
            }
        }
        #expect(Set(specs.compactMap { $0.value("booster") }) == [0, 1, 2])
        #expect(Set(specs.compactMap { $0.value("depth") }) == Set((2...12).map(Double.init)))
        #expect(Set(specs.compactMap { $0.recipe?.seed }).count == 200)
    }

    @Test func `what comes first is spread over each axis`() {
        let space = [
            CommandParameter("x", .real(0...16, .linear)),
            CommandParameter("y", .real(0...16, .linear)),
        ]
        for seed in [1, 2, 77] as [UInt64] {
            let specs = Study(job: Self.job(space), trials: nil, seed: seed).propose(32)
            for name in ["x", "y"] {
                let strata = specs.compactMap { $0.value(name)?.rounded(.down) }
                #expect(strata.prefix(16).sorted() == (0..<16).map(Double.init))
                #expect(strata.suffix(16).sorted() == (0..<16).map(Double.init))
                #expect(strata.prefix(16) != strata.suffix(16))
            }
        }
    }

    /// A valley with one good choice: the least is 0, at x = 0.3, y = 20, "b".
    private static func valley(_ spec: TrialSpec) -> Double {
        let x = (spec.value("x") ?? 9) - 0.3
        let y = ((spec.value("y") ?? 99) - 20) / 50
        return x * x + y * y + (spec.value("z") == 1 ? 0 : 0.5)
    }

    private static let valleySpace = [
        CommandParameter("x", .real(-1...1, .linear)),
        CommandParameter("y", .whole(0...100, .linear)),
        CommandParameter("z", .choice([.text("a"), .text("b"), .text("c"), .text("d")])),
    ]

    @Test func `tuning a known valley beats chance`() throws {
        var wins = 0
        var (tuned, drawn) = (0.0, 0.0)
        for seed in 1...10 as ClosedRange<UInt64> {
            var study = Study(job: Self.job(Self.valleySpace), trials: 60, seed: seed)
            study.run(to: 60) { .scored(Self.valley($0), wall: .seconds(1)) }
            let best = try #require(study.best?.score)
            // The exploration alone is chance, spread evenly, which is better than chance.
            let random =
                Study(job: Self.job(Self.valleySpace), trials: nil, seed: seed)
                .propose(60).map(Self.valley).min() ?? 0
            if best < random { wins += 1 }
            (tuned, drawn) = (tuned + best, drawn + random)
        }
        #expect(wins >= 8, "TPE won \(wins) of 10")
        #expect(tuned < drawn / 2, "\(tuned) against \(drawn)")
    }

    @Test func `a search without parameters tries seeds`() {
        var study = Study(job: Self.job([]), trials: 40, seed: 1)
        let specs = study.run(to: 100) { _ in .scored(1, wall: .zero) }
        #expect(specs.count == 40)
        #expect(Set(specs.compactMap { $0.recipe?.seed }).count == 40)
    }

    @Test func `slots are fed before anything is known`() {
        var study = Study(job: Self.job(Self.valleySpace), trials: nil, seed: 1)
        for _ in 0..<3 {
            let specs = study.propose(100)
            #expect(specs.count == Study.proposalsMax)
            study.adopt(specs)
        }
        #expect(study.stage == .exploration)
        for trial in 0..<UInt32(Study.exploredMin) {
            study.observe(trial, .scored(Double(trial), wall: .zero))
        }
        #expect(study.stage == .tuning)
        #expect(study.capacity(inFlight: 182) > 0)
    }

    @Test func `a program that never works is given up, one that works at times is not`() {
        var study = Study(job: Self.job(Self.valleySpace), trials: 500, seed: 1)
        #expect(study.run(to: 500) { _ in .failed }.count == 10)
        #expect(study.stage == .finished)

        study = Study(job: Self.job(Self.valleySpace), trials: 500, seed: 1)
        let specs = study.run(to: 500) { spec in
            spec.value("z") == 1 ? .scored(1, wall: .zero) : .failed
        }
        #expect(specs.count == 500)
        // Failures say where not to look.
        #expect(specs.suffix(400).count { $0.value("z") == 1 } > 200)
    }

    @Test func `a trial that was stopped wins nothing, and says where not to look`() {
        var study = Study(job: Self.job(Self.valleySpace), trials: nil, seed: 1)
        study.adopt(study.propose(3))
        study.observe(0, .stopped(0.1, wall: .zero))
        #expect(study.best == nil)
        study.observe(1, .scored(0.5, wall: .zero))
        study.observe(2, .stopped(.nan, wall: .zero))
        #expect(study.best?.trial == 1)
        #expect(study.winner(after: [1]) == nil)
    }

    @Test func `the same observations give an equal study, failures and stops among them`() {
        func replay() -> Study {
            var study = Study(job: Self.job(Self.parameters), trials: 60, seed: 7)
            var count = 0
            study.run(to: 40) { spec in
                count += 1
                return count % 5 == 0
                    ? .failed
                    : count % 3 == 0
                        ? .stopped(Double(count), wall: .zero)
                        : .scored(spec.value("rate") ?? 0, wall: .zero)
            }
            return study
        }
        #expect(replay() == replay())
        #expect(replay().propose(8) == replay().propose(8))
    }
}
