import Testing
import Wire

/// What a hostile peer may send; every case is an error that names the field.
@Suite struct RefusalTests {
    @Test func `a lesson is judged in one way, and by another table than it learns from`() {
        var judged = CodingTests.lesson.message
        judged.validation = judged.data
        #expect(throws: WireError("lesson.validation", "is the table that is learned from")) {
            try Lesson(judged)
        }
        judged.validation.digest = "sha256:" + String(repeating: "7", count: 64)
        #expect(throws: Never.self) { try Lesson(judged) }
        judged.split.by = "chance"
        #expect(throws: WireError("lesson.validation", "is there beside a split, or series")) {
            try Lesson(judged)
        }
    }

    @Test func `bytes that are no message are an error and never a crash`() {
        var noise = Noise(state: 17)
        for message in CodingTests.messages {
            let bytes: [UInt8] = message.encoded()
            for _ in 0..<300 {
                var mutated = bytes
                for _ in 0..<(1 + noise.below(4)) where !mutated.isEmpty {
                    mutated[noise.below(mutated.count)] = UInt8(truncatingIfNeeded: noise.next())
                }
                mutated.removeLast(noise.below(mutated.count + 1))
                _ = try? LinkMessage(bytes: mutated)
                _ = try? RunnerOrder(bytes: mutated)
                _ = try? RunnerReport(bytes: mutated)
            }
        }
    }

    @Test func `a list over its bound is refused by its name`() {
        let leases = Array(repeating: CodingTests.lease, count: Limits.messageItemsMax + 1)
        let bytes: [UInt8] = LinkMessage.acknowledged(leases).encoded()
        let error = #expect(throws: WireError.self) { try LinkMessage(bytes: bytes) }
        #expect(error == WireError("leases", "holds more than 4096 items"))
    }

    @Test func `only candidates are tried on some rows`() {
        let recipe = Recipe(family: "ridge", parameters: [], seed: 0)
        for step in [TrialSpec.Step.refit, .idle] {
            var message = TrialSpec(step: step, recipe: recipe).message
            message.rows = 10
            #expect(throws: WireError("spec.rows", "is of no candidate")) {
                try TrialSpec(message)
            }
        }
    }

    @Test func `a reason is cut to its bound, and a long one costs no more than a short one`()
        throws
    {
        // Flags: each character is two scalars, and its end can only be found from the beginning.
        let flags = String(repeating: "\u{1F1E8}", count: Limits.frameBytesMax / 8)
        let failed = Outcome(.failed(Failure(.computation, flags)), cost: .none)
        guard case .failed(let failure) = try Outcome(failed.message).result else {
            Issue.record("a failure was read back as something else")
            return
        }
        #expect(failure.reason == String(repeating: "\u{1F1E8}", count: 256))
        let control = Outcome(.failed(Failure(.computation, "a\nb\u{7F}")), cost: .none)
        #expect(try Outcome(control.message).result == .failed(Failure(.computation, "a b ")))
    }

    @Test(arguments: ["\u{1B}[2J", "\u{7F}", "\u{9B}31m", "\u{2028}", "\u{202E}", "\u{2066}"])
    func `a name that does something to a terminal is refused`(text: String) {
        let error = #expect(throws: WireError.self) {
            try Score(Score("a\(text)b", 1).message)
        }
        #expect(error == WireError("score.metric", "holds a control character"))
    }

    @Test(arguments: ["naïve", "模型", "שלום", "👩\u{200D}🔬", "a b~"])
    func `a name of any alphabet is one`(name: String) throws {
        #expect(try Score(Score(name, 1).message).metric == name)
    }

    @Test func `a score that is not finite is refused`() {
        for value in [Double.nan, .infinity, -.infinity] {
            let outcome = Outcome(.scored(scores: [Score("rmse", value)], outputs: []), cost: .none)
            #expect(throws: WireError("score.value", "is not finite")) {
                try Outcome(outcome.message)
            }
        }
    }

    @Test(arguments: ["../key.pem", "a/b", ".", "..", "", "a\\b", "a\u{0}b", "a\nb"])
    func `an output's name is a plain file's name`(name: String) {
        let output = Output(name: name, blob: CodingTests.blob)
        #expect(throws: WireError.self) { try Output(output.message) }
    }

    @Test func `a job needs a budget, a name and a priority in range`() {
        let learning = LearningJob(
            lesson: CodingTests.lesson, direction: .minimise, families: [], rows: 1, columns: 1,
            classes: 0)
        func spec(name: String, priority: Int, trials: UInt32?) -> JobSpec {
            JobSpec(
                name: name, priority: priority, seed: 0, budget: Budget(trials: trials, time: nil),
                kind: .learning(learning))
        }
        for bad in [
            spec(name: "", priority: 50, trials: 1), spec(name: "a", priority: 101, trials: 1),
            spec(name: "a", priority: -1, trials: 1), spec(name: "a", priority: 1, trials: nil),
            spec(name: "a", priority: 1, trials: 1_000_001),
            spec(name: String(repeating: "a", count: 257), priority: 1, trials: 1),
        ] {
            #expect(throws: WireError.self) { try JobSpec(bad.message) }
        }
    }

    @Test(arguments: [(UInt64.max, 1, 0), (1, UInt32.max, 0), (1, 1, 1025)])
    func `a table is no larger than an engine reads`(rows: UInt64, columns: UInt32, classes: UInt32)
    {
        let learning = LearningJob(
            lesson: CodingTests.lesson, direction: .minimise, families: [], rows: rows,
            columns: columns, classes: classes)
        let spec = JobSpec(
            name: "a", priority: 50, seed: 0, budget: Budget(trials: 1, time: nil),
            kind: .learning(learning))
        #expect(throws: WireError.self) { try JobSpec(spec.message) }
    }

    @Test(arguments: [
        SearchTerms(portfolio: .skipped),
        SearchTerms(tuning: StageTerms(isSkipped: true, trials: 3, time: nil)),
        SearchTerms(tuning: StageTerms(trials: 1_000_001, time: nil)),
        SearchTerms(families: 65),
        Self.search(fixed: [Parameter("alpha", .nan)]),
        Self.search(fixed: [Parameter("alpha", 1), Parameter("alpha", 2)]),
        Self.search(
            fixed: [Parameter("alpha", 1)],
            ranges: [CommandParameter("alpha", .real(1...2, .linear))]),
        Self.search(ranges: [CommandParameter("alpha", .choice([.number(1)]))]),
        SearchTerms(
            space: Array(repeating: FamilySpace(family: "ridge", fixed: [], ranges: []), count: 2)),
    ]) func `a search that cannot be is refused`(search: SearchTerms) {
        let learning = LearningJob(
            lesson: CodingTests.lesson, direction: .minimise, families: [], rows: 1, columns: 1,
            classes: 0, search: search)
        let spec = JobSpec(
            name: "a", priority: 50, seed: 0, budget: Budget(trials: 1, time: nil),
            kind: .learning(learning))
        #expect(throws: WireError.self) { try JobSpec(spec.message) }
    }

    private static func search(
        fixed: [Parameter] = [], ranges: [CommandParameter] = []
    ) -> SearchTerms {
        SearchTerms(space: [FamilySpace(family: "ridge", fixed: fixed, ranges: ranges)])
    }

    @Test func `weights are for tasks that weigh, and classes for classification`() {
        var anomalies = CodingTests.lesson.message
        (anomalies.task, anomalies.weight) = ("anomaly_detection", "w")
        #expect(throws: WireError.self) { try Lesson(anomalies) }
        var numbers = CodingTests.lesson.message
        (numbers.task, numbers.classWeights) = ("regression", .init())
        #expect(throws: WireError.self) { try Lesson(numbers) }
        var classes = CodingTests.lesson.message
        classes.task = "classification"
        for values in [
            [1, 0], [-1, 1], [.nan], [.infinity], [1e10], Array(repeating: 1, count: 1025),
        ] {
            classes.classWeights.values = values
            #expect(throws: WireError.self) { try Lesson(classes) }
        }
        for (task, quantile) in [
            ("regression", 1.0), ("regression", -0.1), ("regression", .nan),
            ("classification", 0.5),
        ] {
            var lesson = CodingTests.lesson.message
            (lesson.task, lesson.quantile) = (task, quantile)
            #expect(throws: WireError.self) { try Lesson(lesson) }
        }
        var rising = CodingTests.lesson.message
        rising.task = "regression"
        rising.monotone = Array(repeating: .with { $0.column = "a" }, count: 2)
        #expect(throws: WireError("lesson.monotone", "names a column twice")) {
            try Lesson(rising)
        }
        rising.monotone = (0...256).map { index in .with { $0.column = "\(index)" } }
        #expect(throws: WireError.self) { try Lesson(rising) }
        rising.task = "anomaly_detection"
        rising.monotone = [.with { $0.column = "a" }]
        #expect(throws: WireError.self) { try Lesson(rising) }
        classes.weight = String(repeating: "w", count: 257)
        #expect(throws: WireError.self) { try Lesson(classes) }
    }

    @Test func `a parameter that is not finite is refused`() {
        for value in [Double.nan, .infinity, -.infinity] {
            let recipe = Recipe(family: "ridge", parameters: [Parameter("alpha", value)], seed: 0)
            #expect(throws: WireError("recipe.parameters.value", "is not finite")) {
                try Recipe(recipe.message)
            }
        }
    }

    @Test func `a recipe names each parameter once`() {
        let twice = Recipe(
            family: "ridge", parameters: [Parameter("alpha", 1), Parameter("alpha", 2)], seed: 0)
        #expect(throws: WireError("recipe.parameters", "names one twice")) {
            try Recipe(twice.message)
        }
    }

    @Test func `a reason is cut and cleaned, not refused`() throws {
        let long = String(repeating: "é", count: 2_000) + "\u{1B}[31m"
        let bytes: [UInt8] = LinkMessage.refused(reason: "\u{1B}[31m" + long).encoded()
        guard case .refused(let reason) = try LinkMessage(bytes: bytes) else {
            Issue.record("another message came back")
            return
        }
        #expect(reason.utf8.count <= Limits.reasonBytesMax)
        #expect(!reason.utf8.contains(0x1B))
    }
}

/// SplitMix64: noise that is the same in every run.
private struct Noise {
    var state: UInt64

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var z = self.state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ bound: Int) -> Int { Int(self.next() % UInt64(bound)) }
}
