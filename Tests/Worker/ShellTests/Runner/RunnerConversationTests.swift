import Engine
import Host
import Testing
import Wire

@testable import WorkerShell

@Suite struct RunnerConversationTests {
    static func lease(_ index: UInt32) -> Lease {
        Lease(TrialID(JobID(1), index), LeaseNumber(epoch: 1, count: index))
    }

    @Test func `a runner begins by saying what it is and what protects it`() async throws {
        let first = try await ConversationRig.talk { ends in try ends.hear() }
        #expect(
            first
                == .ready(
                    environmentClass: ConversationRig.environmentClass,
                    missingProtections: ["Landlock for files (ABI 1)"]))
    }

    @Test func `orders that come together are answered in order`() async throws {
        let leases = try await ConversationRig.talk { ends in
            _ = try ends.hear()
            try ends.say(
                .run(Self.lease(1), .idle(.zero), .idle), .run(Self.lease(2), .idle(.zero), .idle),
                .run(Self.lease(3), .idle(.nanoseconds(1)), .idle))
            return try (0..<3).map { _ in try ends.hear() }.map { report -> Lease? in
                guard case .finished(let lease, _) = report else { return nil }
                return lease
            }
        }
        #expect(leases == [Self.lease(1), Self.lease(2), Self.lease(3)])
    }

    @Test func `a trial is scored on all metrics, and twice the same bit for bit`() async throws {
        let outcomes = try await ConversationRig.talk { ends in
            _ = try ends.hear()
            let lesson = try Self.attachLesson(&ends, SmallLesson.csv)
            let spec = TrialSpec(step: .portfolio, recipe: SmallLesson.recipe)
            return try (1...2).map { try Self.run(&ends, Self.lease($0), lesson, spec) }
        }
        guard case .scored(let scores, let outputs) = outcomes[0]?.result else {
            Issue.record("\(String(describing: outcomes[0]))")
            return
        }
        #expect(scores.map(\.metric) == ["accuracy", "log_loss"])
        #expect(scores[0].value > 0.8)
        #expect(outputs.isEmpty)
        #expect(outcomes[0]?.result == outcomes[1]?.result)
        #expect(outcomes.allSatisfy { ($0?.cost.memoryBytes ?? 0) > 0 })
    }

    @Test func `a refit hands back its bundle in sealed memory, named by its digests`() async throws
    {
        let (outcome, memory) = try await ConversationRig.talk { ends in
            _ = try ends.hear()
            let lesson = try Self.attachLesson(&ends, SmallLesson.csv)
            let spec = TrialSpec(
                step: .refit, recipe: SmallLesson.recipe, scores: [Score("roc_auc", 0.75)])
            return (try Self.run(&ends, Self.lease(1), lesson, spec), try ends.receiveOutputs())
        }
        guard case .scored(_, let outputs) = outcome?.result else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(outputs.map(\.name) == [ModelBundle.manifestName, ModelBundle.weightsName])
        #expect(outputs.map(\.blob) == memory.map(\.blob))
        let bundle = try ModelBundle(
            manifest: memory[0].withBytes { Array($0) }, weights: memory[1].withBytes { Array($0) }
        ) { _ in outputs[1].blob.digest.description }
        #expect(bundle.scores == [ModelBundle.Score("roc_auc", 0.75)])
        // What a second run would say too, and no more: neither who nor when.
        #expect(
            bundle.lineage.map(\.name) == [
                "data", "environment", "fold_seed", "folds", "metrics", "rows", "schema",
            ])
        #expect(
            bundle.lineage.first { $0.name == "environment" }?.text
                == ConversationRig.environmentClass)
    }

    @Test func `what a candidate predicted is handed over, and taken back for a refit`()
        async throws
    {
        let weak = Wire.Recipe(family: "baseline", parameters: [], seed: 1)
        let (size, outcomes) = try await ConversationRig.talk(rememberedFrom: .zero) { ends in
            _ = try ends.hear()
            let lesson = try Self.attachLesson(&ends, SmallLesson.csv)
            let spec = TrialSpec(step: .portfolio, recipe: SmallLesson.recipe)
            try ends.say(.run(Self.lease(1), lesson, spec))
            #expect(try ends.hear() == .predicted(Self.lease(1)))
            let memory = try #require(try ends.receiveOutputs().first)
            guard case .finished(Self.lease(1), _) = try ends.hear() else {
                throw WireError("report", "is another")
            }
            // It is of no use to the first, and the second has no other way to its scores.
            let refit = TrialSpec(
                step: .refit, recipe: weak, scores: [], companions: [SmallLesson.recipe])
            try ends.recall(weak, memory)
            let recalled = try Self.run(&ends, Self.lease(2), lesson, refit)
            _ = try ends.receiveOutputs()
            return (memory.byteCount, recalled)
        }
        // Two probabilities of each row.
        #expect(size == 40 * 2 * 8)
        #expect(outcomes?.members.isEmpty == true)
    }

    @Test func `a table that cannot be read fails the trial without repeating a cell`() async throws
    {
        let outcome = try await ConversationRig.talk { ends in
            _ = try ends.hear()
            let lesson = try Self.attachLesson(&ends, "x,y\n1,no\nsecret-canary,yes\n")
            let spec = TrialSpec(step: .tuning, recipe: SmallLesson.recipe)
            return try Self.run(&ends, Self.lease(1), lesson, spec)
        }
        guard case .failed(let failure) = outcome?.result else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(failure.code == .computation)
        #expect(failure.reason.contains("line 3"))
        #expect(!failure.reason.contains("canary"))
    }

    @Test func `a recipe that no family has fails the trial`() async throws {
        let outcome = try await ConversationRig.talk { ends in
            _ = try ends.hear()
            let lesson = try Self.attachLesson(&ends, SmallLesson.csv)
            let recipe = Wire.Recipe(family: "astrology", parameters: [], seed: 0)
            let spec = TrialSpec(step: .tuning, recipe: recipe)
            return try Self.run(&ends, Self.lease(1), lesson, spec)
        }
        guard case .failed(let failure) = outcome?.result else {
            Issue.record("\(String(describing: outcome))")
            return
        }
        #expect(failure.code == .computation)
    }

    @Test func `a lesson whose data was never attached, or was detached, ends the runner`() async {
        await #expect(throws: WireError.self) {
            try await ConversationRig.talk { ends in
                _ = try ends.hear()
                let lesson = try Self.attachLesson(&ends, SmallLesson.csv)
                guard case .lesson(let content) = lesson else { return }
                let spec = TrialSpec(step: .tuning, recipe: SmallLesson.recipe)
                try ends.say(.detach(content.data.digest), .run(Self.lease(1), lesson, spec))
                _ = try ends.hear()
            }
        }
    }

    @Test func `bytes that are no order end the runner`() async {
        await #expect(throws: WireError.self) {
            try await ConversationRig.talk { ends in
                _ = try ends.hear()
                var bytes: [UInt8] = []
                Frames.append([0xFF, 0xFF], to: &bytes)
                try bytes.withUnsafeBytes { try ends.frames.write($0, to: "the runner") }
                _ = try ends.hear()
            }
        }
    }

    private static func attachLesson(
        _ ends: inout ConversationRig.Ends, _ csv: String
    ) throws -> TrialClass {
        let data = try SmallLesson.memory(csv)
        let schema = try SmallLesson.schema()
        try ends.attach(data)
        try ends.attach(schema)
        return SmallLesson.lesson(data, schema)
    }

    private static func run(
        _ ends: inout ConversationRig.Ends, _ lease: Lease, _ trialClass: TrialClass,
        _ spec: TrialSpec
    ) throws -> Outcome? {
        try ends.say(.run(lease, trialClass, spec))
        guard case .finished(lease, let outcome) = try ends.hear() else { return nil }
        return outcome
    }
}
