import CoordinatorCore
import Testing
import Wire

@Suite struct CorroborationTests {
    /// A model other than the one that honest workers make.
    private static let otherModel = Outcome(
        .scored(scores: [], outputs: [Output(name: "manifest.json", blob: .named("x"))]),
        cost: .none)

    private static func lie(_ trial: TrialID, _ spec: TrialSpec) -> Outcome {
        spec.step == .refit ? Self.otherModel : .scored(0.001 * Double(trial.index + 1))
    }

    // MARK: Honest workers

    @Test func `the winner and its model are confirmed by another worker`() throws {
        var desk = Desk.doubting(0)
        desk.connect("w1")
        desk.connect("w2")
        let job = desk.submit(.table(), trials: 8)
        desk.work(["w1", "w2"])

        let record = try #require(desk.ended(job))
        #expect(record.state == .succeeded)
        let winner = try #require(record.winner)
        let refit = try #require(record.trials.last)
        let proof = try #require(record.proof)
        #expect(proof.isWhole)
        #expect(proof.scores != record[winner]?.worker)
        #expect(proof.model != refit.worker)
        #expect(record.corroboration.runs == 2)
    }

    @Test func `a second run is no trial`() throws {
        var desk = Desk.doubting()
        desk.connect("w1")
        desk.connect("w2")
        let job = desk.submit(.table(), trials: 8)
        desk.work(["w1", "w2"])

        let record = try #require(desk.ended(job))
        #expect(record.counts.total == 9)  // Eight candidates and the refit.
        #expect(record.counts.scored == 9)
        #expect(record.corroboration.runs == 9)
        #expect(record.corroboration.corroborated == 9)
        #expect(record.corroboration.share == 0.5)
    }

    @Test func `alone, a worker's winner is called uncorroborated`() throws {
        var desk = Desk.doubting()
        desk.connect("w1")
        let job = desk.submit(.table(), trials: 8)
        desk.work(["w1"])

        let record = try #require(desk.ended(job))
        #expect(record.state == .succeeded)
        #expect(record.proof == Proof(scores: nil, model: nil))
        #expect(record.corroboration.runs == 0)
    }

    @Test func `what does nothing is not run twice`() {
        var desk = Desk.doubting()
        desk.connect("w1")
        desk.connect("w2")
        let job = desk.submit(.idle(trials: 20))
        desk.work(["w1", "w2"]) { _, _, _, _ in
            Outcome(.scored(scores: [], outputs: []), cost: .none)
        }
        #expect(desk.ended(job)?.state == .succeeded)
        #expect(desk.journal.count == 22)  // Submitted, each outcome, ended; nothing else.
    }

    @Test func `workers of other classes confirm scores, not files`() throws {
        var desk = Desk.doubting(0)
        desk.connect("w1", environment: "a")
        desk.connect("w2", environment: "b")
        let job = desk.submit(.table(), trials: 8)
        desk.work(["w1", "w2"]) { _, name, trial, spec in
            guard spec.step != .refit else { return .model }
            // The last bits differ.
            return .scored((trial.index == 1 ? 0.125 : 0.5) * (name == "w1" ? 1 : 1.000_01))
        }
        let record = try #require(desk.ended(job))
        #expect(record.proof?.scores != nil)
        #expect(record.proof?.model == nil)
        #expect(desk.quarantined == [])
    }

    @Test func `a model is made where another worker can make the same`() throws {
        var desk = Desk.doubting(0)
        desk.connect("w1", environment: "of its own")
        desk.connect("w2")
        desk.connect("w3")
        let job = desk.submit(.table(), trials: 8)
        desk.work(["w1", "w2", "w3"])
        #expect(desk.ended(job)?.trials.last?.worker == "w2")
        #expect(desk.ended(job)?.proof?.model == "w3")
    }

    // MARK: Chance

    @Test func `the share falls with the record, and never to nothing`() {
        let settings = Settings.Corroboration.defaults
        #expect(settings.share(confirmed: 0) == 0.1)
        #expect(settings.share(confirmed: 4) == 0.05)
        #expect(settings.share(confirmed: 1_000_000) == 0.02)
    }

    @Test func `the same secret chooses the same results, and another one others`() {
        var chosen: [Set<TrialID>] = []
        for secret in [UInt64(1), 1, 2] {
            var desk = Desk(dice: Dice(secret: secret, 5))
            desk.connect("w1", slots: 4)
            desk.connect("w2", slots: 4)
            desk.submit(.table(), trials: 200)
            desk.work(["w1", "w2"])
            var trials: Set<TrialID> = []
            for case .doubted(let trial, .chance) in desk.journal { trials.insert(trial) }
            chosen.append(trials)
        }
        #expect(chosen[0] == chosen[1])
        #expect(chosen[0] != chosen[2])
        #expect((4...40).contains(chosen[0].count))
    }

    @Test func `only results that chance chose count for a worker's record`() throws {
        var desk = Desk.doubting(0)
        desk.connect("w1")
        desk.connect("w2")
        desk.submit(.table(), trials: 8)
        desk.work(["w1", "w2"])
        #expect(desk.coordinator.nodes.allSatisfy { $0.confirmed == 0 })

        desk = Desk.doubting()
        desk.connect("w1")
        desk.connect("w2")
        desk.submit(.table(), trials: 8)
        desk.work(["w1", "w2"])
        #expect(desk.coordinator.nodes.reduce(0) { $0 + $1.confirmed } >= 7)
    }

    @Test func `a restart remembers records and quarantine`() throws {
        var desk = Desk.doubting()
        for name in ["w1", "w2", "w3"] { desk.connect(name) }
        desk.submit(.table(), trials: 20)
        desk.work(["w1", "w2", "w3"], liars: ["w1": Self.lie])
        let before = desk.coordinator.nodes
        desk.restart(epoch: 2)
        for name in ["w1", "w2", "w3"] { desk.connect(name) }
        for (old, new) in zip(before, desk.coordinator.nodes) {
            #expect(new.quarantine == old.quarantine)
            // The journal holds it at each doubling.
            #expect(new.confirmed <= old.confirmed && new.confirmed * 2 >= old.confirmed)
        }
        #expect(desk.state(of: "w1") == .quarantined)
    }

    // MARK: Liars

    @Test(arguments: [0.0, 1.0])
    func `a liar among three is found, and its word counts no more`(share: Double) throws {
        var desk = Desk.doubting(share)
        for name in ["w1", "w2", "w3"] { desk.connect(name) }
        let job = desk.submit(.table(), trials: 20)
        desk.work(["w1", "w2", "w3"], liars: ["w1": Self.lie])

        #expect(desk.quarantined == ["w1"])
        let record = try #require(desk.ended(job))
        #expect(record.state == .succeeded)
        #expect(record.best?.trial == 1)
        #expect(record.best?.score == 0.125)
        #expect(record.proof?.isWhole == true)
        for trial in record.trials where trial.spec.step != .refit {
            #expect(trial.outcome == Desk.truth(of: TrialID(job, trial.index)))
            #expect(trial.worker != "w1")
        }
        #expect(record.model == Self.files(.model))
    }

    @Test func `a liar that is too bad to be true spoils nothing once it is found`() throws {
        var desk = Desk.doubting()
        for name in ["w1", "w2", "w3"] { desk.connect(name) }
        let job = desk.submit(.table(), trials: 20)
        desk.work(
            ["w1", "w2", "w3"],
            liars: ["w1": { trial, spec in spec.step == .refit ? .model : .scored(9) }])
        let record = try #require(desk.ended(job))
        #expect(record.best?.score == 0.125)
        #expect(desk.quarantined == ["w1"])
    }

    @Test func `one that forges the model only is found by the model's second run`() throws {
        var desk = Desk.doubting(0)
        for name in ["w1", "w2", "w3"] { desk.connect(name) }
        let job = desk.submit(.table(), trials: 8)
        desk.work(
            ["w1", "w2", "w3"],
            liars: [
                "w1": { trial, spec in
                    spec.step == .refit ? Self.otherModel : Desk.truth(of: trial)
                }
            ])
        let record = try #require(desk.ended(job))
        #expect(record.model == Self.files(.model))
        #expect(record.proof?.isWhole == true)
        #expect(desk.quarantined == ["w1"])
    }

    @Test func `one that slanders others in second runs is itself the one who goes`() throws {
        var desk = Desk.doubting()
        for name in ["w1", "w2", "w3"] { desk.connect(name) }
        let job = desk.submit(.table(), trials: 20)
        var seen: Set<TrialID> = []
        desk.work(["w1", "w2", "w3"]) { _, name, trial, spec in
            let isSecond = !seen.insert(trial).inserted
            if name == "w3" && isSecond { return .scored(3) }
            return spec.step == .refit ? .model : Desk.truth(of: trial)
        }
        #expect(desk.quarantined == ["w3"])
        #expect(desk.ended(job)?.proof?.isWhole == true)
    }

    @Test func `two who contradict each other prove nothing, and nobody is quarantined`() throws {
        var desk = Desk.doubting(0)
        desk.connect("w1")
        desk.connect("w2")
        let job = desk.submit(.table(), trials: 8)
        desk.work(["w1", "w2"]) { _, name, trial, spec in
            if spec.step == .refit { return .model }
            return name == "w1" ? Self.lie(trial, spec) : Desk.truth(of: trial)
        }
        let record = try #require(desk.ended(job))
        #expect(desk.quarantined == [])
        #expect(record.state == .succeeded)
        #expect(record.proof?.scores == nil)
        #expect(record.corroboration.contradicted == 3)
        let winner = try #require(record.winner)
        #expect(record.holds(winner))
    }

    @Test func `two models that contradict each other are none`() throws {
        var desk = Desk.doubting(0)
        desk.connect("w1")
        desk.connect("w2")
        let job = desk.submit(.table(), trials: 8)
        desk.work(["w1", "w2"]) { _, name, trial, spec in
            guard spec.step == .refit else { return Desk.truth(of: trial) }
            return name == "w1" ? Self.otherModel : .model
        }
        let record = try #require(desk.ended(job))
        #expect(
            record.state
                == .failed(
                    reason: """
                        the winner could not be fitted on all rows: two workers made two models \
                        of it and no third could decide
                        """))
        #expect(record.model == [])
    }

    @Test func `a contradiction waits for a third worker while the search goes on`() throws {
        var desk = Desk.doubting()
        desk.connect("w1")
        desk.connect("w2")
        desk.submit(.table(), trials: 200)
        desk.propose()
        let first = try #require(desk.leases(of: "w1").first)
        desk.finish("w1", first, .scored(0.001))
        let all = desk.leases(of: "w2")
        for lease in all { desk.finish("w2", lease, Desk.truth(of: lease.trial)) }
        while let lease = desk.leases(of: "w2").first, desk.verdicts.isEmpty {
            desk.finish("w2", lease, Desk.truth(of: lease.trial))
            if lease.trial == first.trial { break }
        }
        #expect(desk.verdicts[first.trial] == nil)
        #expect(desk.quarantined == [])

        desk.connect("w3")
        let decisive = try #require(desk.leases(of: "w3").first { $0.trial == first.trial })
        desk.finish("w3", decisive, Desk.truth(of: first.trial))
        #expect(desk.verdicts[first.trial] == .overruled(by: "w3"))
        #expect(desk.quarantined == ["w1"])
    }

    // MARK: Quarantine

    @Test func `a quarantined worker loses what it holds and gets nothing until it is resumed`() {
        var desk = Desk.doubting()
        for name in ["w1", "w2", "w3"] { desk.connect(name, slots: 2) }
        desk.submit(.table(), trials: 60)
        while desk.quarantined.isEmpty {
            desk.propose()
            for name in ["w1", "w2", "w3"] where desk.quarantined.isEmpty {
                guard let lease = desk.leases(of: name).first else { continue }
                desk.finish(
                    name, lease, name == "w1" ? .scored(0.001) : Desk.truth(of: lease.trial))
                desk.propose()
            }
        }
        #expect(desk.leases(of: "w1") == [])
        #expect(desk.state(of: "w1") == .quarantined)
        #expect(
            desk.coordinator.nodes.first?.quarantine?.reason.hasPrefix("its result of j1/") == true)

        desk.connect("w1", slots: 2)
        #expect(desk.told("w1").contains(.drain))
        desk.tell(.ticked)
        #expect(desk.leases(of: "w1") == [])

        desk.tell(.resumeNode("w1", request: desk.request()))
        #expect(desk.answer == .done)
        #expect(desk.state(of: "w1") == .ready)
    }

    @Test func `a replay knows what the live head knows`() {
        var desk = Desk.doubting()
        for name in ["w1", "w2", "w3"] { desk.connect(name) }
        desk.submit(.table(), trials: 40)
        var answers = 0
        desk.work(["w1", "w2", "w3"]) { desk, name, trial, spec in
            answers += 1
            var replayed = Coordinator(epoch: 9, settings: .defaults, dice: .test)
            for fact in desk.journal { replayed.replay(fact) }
            #expect(replayed.durable == desk.coordinator.durable)
            #expect(desk.coordinator.contradictions == [])
            guard answers < 60 else { return nil }
            return name == "w1" ? Self.lie(trial, spec) : Desk.truth(of: trial)
        }
        #expect(desk.quarantined == ["w1"])
    }

    private static func files(_ outcome: Outcome) -> [Output] {
        guard case .scored(_, let outputs) = outcome.result else { return [] }
        return outputs
    }
}
