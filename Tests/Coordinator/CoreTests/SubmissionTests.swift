import CoordinatorCore
import Testing
import Wire

@Suite struct SubmissionTests {
    var desk = Desk()

    @Test mutating func `a job is durable before its submitter hears of it`() throws {
        let job = self.desk.submit(.idle(trials: 3))

        let fact = try #require(self.desk.recorded.first)
        let record = try #require(self.desk.said.firstIndex(of: .record(fact)))
        let request = RequestID(rawValue: 1)
        let answer = self.desk.said.firstIndex(of: .answer(request, .accepted(job)))
        #expect(try record < #require(answer))
        #expect(self.desk.coordinator.job(job)?.counts.queued == 3)
    }

    @Test mutating func `an idle job's trials need no facts of their own`() {
        self.desk.submit(.idle(trials: 1000))
        #expect(self.desk.recorded.count == 1)
    }

    @Test mutating func `the same key of the same owner is the same job`() {
        let first = self.desk.submit(.idle(trials: 3), key: "k")
        let again = self.desk.submit(.idle(trials: 3), key: "k")
        #expect(again == first)
        #expect(self.desk.recorded.isEmpty)
        #expect(self.desk.submit(.idle(trials: 3), owner: "bela", key: "k") != first)
    }

    @Test mutating func `a key is remembered when its job has ended, also over a restart`() {
        let first = self.desk.submit(.idle(trials: 1), key: "k")
        self.desk.tell(.cancel(first, reason: "", request: self.desk.request()))
        #expect(self.desk.submit(.idle(trials: 1), key: "k") == first)

        self.desk.restart(epoch: 2)
        #expect(self.desk.submit(.idle(trials: 1), key: "k") == first)
    }

    @Test func `only the latest keys of ended jobs are remembered`() {
        var settings = Settings.defaults
        settings.memory.endedKeysMax = 1
        var desk = Desk(settings: settings)
        for key in ["k1", "k2"] {
            let job = desk.submit(.idle(trials: 1), key: key)
            desk.tell(.cancel(job, reason: "", request: desk.request()))
        }
        #expect(desk.submit(.idle(trials: 1), key: "k2") == JobID(2))
        #expect(desk.submit(.idle(trials: 1), key: "k1") == JobID(3))
    }

    @Test mutating func `no key is no promise`() {
        #expect(self.desk.submit(.idle(trials: 1)) != self.desk.submit(.idle(trials: 1)))
    }

    @Test func `a job's number is never used again`() {
        var coordinator = Coordinator(epoch: 2, settings: .defaults, dice: .test)
        coordinator.remember(JobID(41), owner: "anna", key: "k")
        _ = coordinator.resume(now: Instant(sinceOrigin: .zero))
        let spec = JobSpec(
            name: "job", priority: 50, seed: 1, budget: Budget(trials: nil, time: nil),
            kind: .idle(trials: 1))
        let said = coordinator.handle(
            .submit(spec, owner: "anna", key: "l", request: RequestID(rawValue: 1)),
            now: Instant(sinceOrigin: .zero))
        #expect(said.contains(.answer(RequestID(rawValue: 1), .accepted(JobID(42)))))
    }

    @Test func `more trials than may live are refused with a sentence`() {
        var settings = Settings.defaults
        settings.memory.liveTrialsMax = 10
        var desk = Desk(settings: settings)
        desk.submit(.idle(trials: 8))
        desk.submit(.idle(trials: 3))
        guard case .refused(let refusal) = desk.answer else {
            Issue.record("it was accepted")
            return
        }
        #expect(refusal.code == .exhausted)
        #expect(refusal.description.contains("10 trials may be live and 8 are"))
    }

    @Test func `one user cannot fill the head and keep the others out`() {
        var settings = Settings.defaults
        settings.memory.ownerJobsMax = 2
        settings.memory.ownerTrialsMax = 10
        var desk = Desk(settings: settings)
        func refusal() -> String? {
            guard case .refused(let refusal) = desk.answer else { return nil }
            return refusal.code == .exhausted ? refusal.description : nil
        }
        let first = desk.submit(.idle(trials: 8), owner: "eve")
        desk.submit(.idle(trials: 3), owner: "eve")
        #expect(refusal()?.contains("10 trials of one user may be live and 8 of yours") == true)
        desk.submit(.idle(trials: 2), owner: "eve")
        desk.submit(.table(), owner: "eve", trials: 1)
        #expect(refusal() == "2 jobs of yours are live; wait until some have ended")

        desk.submit(.idle(trials: 10), owner: "anna")
        #expect(refusal() == nil)
        desk.tell(.cancel(first, reason: "", request: desk.request()))
        desk.submit(.idle(trials: 8), owner: "eve")
        #expect(refusal() == nil)
    }

    @Test mutating func `a search without an end is refused`() {
        self.desk.submit(.table())
        guard case .refused(let refusal) = self.desk.answer else {
            Issue.record("it was accepted")
            return
        }
        #expect(refusal.code == .badRequest)
    }

    @Test mutating func `cancelling stops what runs and ends the job with one fact`() {
        let session = self.desk.connect("w1", slots: 2)
        let job = self.desk.submit(.idle(trials: 100))
        let held = self.desk.leases(of: "w1")
        self.desk.tell(.cancel(job, reason: "enough", request: self.desk.request()))

        let end = JobEnd.cancelled(reason: "enough")
        #expect(self.desk.recorded == [.ended(job, end, at: self.desk.now)])
        #expect(self.desk.said.contains(.tell(session, .cancelled(held))))
        #expect(self.desk.said.last == .retire(job))
        #expect(self.desk.coordinator.job(job) == nil)
        let record = self.desk.ended(job)
        #expect(record?.counts.cancelled == 100)
        #expect(record?.state == .cancelled(reason: "enough"))
    }

    @Test mutating func `only a live job can be cancelled`() {
        let job = self.desk.submit(.idle(trials: 1))
        self.desk.tell(.cancel(job, reason: "", request: self.desk.request()))
        #expect(self.desk.answer == .done)
        self.desk.tell(.cancel(job, reason: "", request: self.desk.request()))
        #expect(self.desk.answer == .refused(Refusal(.alreadyEnded, "j1 has ended")))
        self.desk.tell(.cancel(JobID(9), reason: "", request: self.desk.request()))
        #expect(self.desk.answer == .refused(Refusal(.notFound, "there is no j9")))
    }
}
