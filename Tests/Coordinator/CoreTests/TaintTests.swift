import CoordinatorCore
import Testing
import Wire

@Suite struct TaintTests {
    var desk = Desk()

    init() { self.desk.connect("w1", slots: 2, commands: CommandTests.everybody) }

    /// A command of ada's that leaves these bytes.
    private mutating func make(_ blob: Character) throws -> JobID {
        let job = self.desk.submit(.command(), owner: "user/ada", trials: 1)
        self.desk.propose()
        let lease = try #require(self.desk.leases(of: "w1").first { $0.trial.job == job })
        self.desk.finish("w1", lease, .made(0.5, blob))
        return job
    }

    /// Carries a learning job on until it has its model.
    private mutating func learn(from table: Character, owner: String = "user/eve") -> JobID {
        let job = self.desk.submit(.table(table), owner: owner, trials: 2)
        for _ in 0..<20 {
            self.desk.propose()
            guard let lease = self.desk.leases(of: "w1").first else { break }
            let spec = self.desk.coordinator.job(job)?[lease.trial.index]?.spec
            self.desk.finish("w1", lease, spec?.step == .refit ? .model : .scored)
        }
        return job
    }

    private mutating func clear(_ blobs: Character..., reason: String = "looked at") {
        self.desk.tell(
            .clearTaint(
                blobs.map { Blob.named($0).digest }, reason: reason, by: "operator/olga",
                request: self.desk.request()))
    }

    private func isTainted(_ blob: Character) -> Bool {
        guard let taint = self.desk.coordinator.taint(of: Blob.named(blob).digest) else {
            return false
        }
        return taint.clearance == nil
    }

    @Test mutating func `what a command leaves is tainted, in the commit that holds its outcome`()
        throws
    {
        let job = try self.make("a")
        let taint = try #require(self.desk.coordinator.taint(of: Blob.named("a").digest))
        #expect(taint.trial == TrialID(job, 0))
        #expect(taint.owner == "user/ada")
        #expect(taint.sources.isEmpty)
        let facts = self.desk.recorded.map { fact in
            switch fact {
            case .finished: "finished"
            case .tainted: "tainted"
            default: "other"
            }
        }
        #expect(facts.prefix(2) == ["finished", "tainted"])
    }

    @Test mutating func `a model of tainted data is tainted, whoever trained it`() throws {
        _ = try self.make("a")
        let job = self.learn(from: "a")
        let record = try #require(self.desk.ended(job))
        #expect(record.state == .succeeded)
        #expect(record.isTainted)
        #expect(record.taintedBy == [Blob.named("a").digest])
        #expect(self.isTainted("m"))
        #expect(
            self.desk.coordinator.taint(of: Blob.named("m").digest)?.sources
                == [Blob.named("a").digest])
    }

    @Test mutating func `a model of other data is not`() throws {
        _ = try self.make("a")
        let job = self.learn(from: "b")
        #expect(self.desk.ended(job)?.isTainted == false)
        #expect(!self.isTainted("m"))
    }

    @Test mutating func `a command that reads a tainted file names it as a source`() throws {
        _ = try self.make("f")
        let job = try self.make("g")
        #expect(self.desk.ended(job)?.taintedBy == [Blob.named("f").digest])
        #expect(
            self.desk.coordinator.taint(of: Blob.named("g").digest)?.sources
                == [Blob.named("f").digest])
    }

    @Test mutating func `clearing clears that blob, not what was made from it`() throws {
        _ = try self.make("a")
        _ = self.learn(from: "a")
        self.clear("a")
        #expect(self.desk.answer == .done)
        #expect(!self.isTainted("a"))
        #expect(self.isTainted("m"))
        let clearance = self.desk.coordinator.taint(of: Blob.named("a").digest)?.clearance
        #expect(clearance?.by == "operator/olga")
        #expect(clearance?.reason == "looked at")
        #expect(clearance?.at == self.desk.now)

        let job = self.learn(from: "a")
        #expect(self.desk.ended(job)?.isTainted == false)
        self.clear("m")
        #expect(!self.isTainted("m"))
    }

    @Test mutating func `who cleared it first answers for it, also when it is made again`() throws {
        _ = try self.make("a")
        self.clear("a", reason: "first")
        self.clear("a", reason: "second")
        #expect(self.desk.answer == .done)
        #expect(self.desk.recorded.isEmpty)
        _ = try self.make("a")
        let taint = self.desk.coordinator.taint(of: Blob.named("a").digest)
        #expect(taint?.clearance?.reason == "first")
    }

    @Test mutating func `what is not tainted cannot be cleared, nor others along with it`() throws {
        _ = try self.make("a")
        self.clear("a", "x")
        guard case .refused(let refusal)? = self.desk.answer else {
            Issue.record("it was cleared")
            return
        }
        #expect(refusal.code == .notFound)
        #expect(self.isTainted("a"))
    }

    @Test mutating func `taints and clearances outlive their jobs and the head`() throws {
        _ = try self.make("a")
        _ = try self.make("b")
        self.clear("b")
        let before = self.desk.coordinator.taints()
        #expect(before.count == 2)
        self.desk.restart(epoch: 2)
        #expect(self.desk.coordinator.jobs.isEmpty)
        #expect(self.desk.coordinator.taints() == before)
        #expect(self.isTainted("a"))
        #expect(!self.isTainted("b"))
    }

    @Test mutating func `files that nobody could warn of are not kept`() throws {
        var settings = Settings.defaults
        settings.memory.taintedBlobsMax = 1
        self.desk = Desk(settings: settings)
        self.desk.connect("w1", slots: 2, commands: CommandTests.everybody)
        let two = self.desk.submit(.command(), owner: "user/ada", trials: 2)
        self.desk.propose()
        for (lease, blob) in zip(self.desk.leases(of: "w1"), "ab") {
            self.desk.finish("w1", lease, .made(0.5, blob))
        }
        let outcomes = try #require(self.desk.ended(two)).trials.compactMap(\.outcome?.result)
        #expect(
            outcomes == [
                Outcome.made(0.5, "a").result, .scored(scores: [Score("rmse", 0.5)], outputs: []),
            ])
        self.desk.submit(.command(), owner: "user/ada", trials: 1)
        guard case .refused(let refusal)? = self.desk.answer else {
            Issue.record("a command was taken")
            return
        }
        #expect(refusal.code == .exhausted)
    }

    @Test mutating func `a command brings no more than its scratch could hold`() throws {
        self.desk.submit(.command(), owner: "user/ada", trials: 1)
        self.desk.propose()
        let lease = try #require(self.desk.leases(of: "w1").first)
        func judge(_ size: UInt64) -> BlobJudgement {
            let blob = Blob(digest: Blob.named("z").digest, size: size)
            return self.desk.coordinator.judgePut(
                self.desk.session("w1"), Put(lease: lease, blob: blob))
        }
        #expect(judge(1 << 20) == .allowed(Blob(digest: Blob.named("z").digest, size: 1 << 20)))
        guard case .refused = judge(1 << 20 + 1) else {
            Issue.record("too much was allowed")
            return
        }
    }
}
