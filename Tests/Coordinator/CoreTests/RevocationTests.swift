import CoordinatorCore
import Testing
import Wire

@Suite struct RevocationTests {
    var desk = Desk()
    let request = RequestID(rawValue: 7000)

    private func worker(_ name: String) throws -> Revocation {
        .holder(try Holder(text: "worker/\(name)"))
    }

    private func index(_ directive: Directive) throws -> Int {
        try #require(self.desk.said.firstIndex(of: directive), "\(directive)")
    }

    @Test mutating func `a revocation is durable, then in force, then answered`() throws {
        let what = try self.worker("w1")
        self.desk.tell(.revoke([what], by: "operator/olga", request: self.request))
        let record = RevocationRecord(what, by: "operator/olga", at: self.desk.now)
        let durable = try self.index(.record(.revoked(record)))
        let inForce = try self.index(.revoke(record))
        let answered = try self.index(.answer(self.request, .done))
        #expect(durable < inForce && inForce < answered)
        #expect(self.desk.coordinator.revocations == [record])
    }

    @Test mutating func `a revoked worker's trials go to another in the same moment`() throws {
        let session = self.desk.connect("w1", slots: 2)
        let job = self.desk.submit(.idle(trials: 2))
        let lost = self.desk.leases(of: "w1")
        #expect(lost.count == 2)
        self.desk.report("w1", lost[0], .started)
        self.desk.connect("w2", slots: 2)

        self.desk.tell(
            .revoke([try self.worker("w1")], by: "operator/olga", request: self.request))
        #expect(self.desk.said.contains(.cut(session, reason: "worker/w1 is revoked")))
        #expect(Set(self.desk.leases(of: "w2").map(\.trial)) == Set(lost.map(\.trial)))
        #expect(!self.desk.coordinator.nodes.contains { $0.name == "w1" })
        // What an operator does to a worker is not held against its trials.
        for lease in lost {
            #expect(self.desk.coordinator.job(job)?[lease.trial.index]?.losses.isEmpty == true)
        }
    }

    @Test mutating func `reports that a revoked worker had on the way do not count`() throws {
        self.desk.connect("w1")
        let job = self.desk.submit(.idle(trials: 1))
        let lease = self.desk.leases(of: "w1")[0]
        self.desk.tell(
            .revoke([try self.worker("w1")], by: "operator/olga", request: self.request))
        self.desk.finish("w1", lease)
        #expect(self.desk.recorded.isEmpty)
        #expect(self.desk.coordinator.job(job)?.counts.scored == 0)
    }

    @Test mutating func `a worker that is away loses what it holds when it is revoked`() throws {
        self.desk.connect("w1")
        self.desk.submit(.idle(trials: 1))
        let lease = self.desk.leases(of: "w1")[0]
        self.desk.connect("w2")
        self.desk.disconnect("w1")
        #expect(self.desk.leases(of: "w2").isEmpty)
        self.desk.tell(
            .revoke([try self.worker("w1")], by: "operator/olga", request: self.request))
        #expect(self.desk.leases(of: "w2").map(\.trial) == [lease.trial])
    }

    @Test mutating func `an expelled session is gone at once, and an unknown one is nobody's`() {
        let session = self.desk.connect("w1")
        self.desk.submit(.idle(trials: 1))
        let lease = self.desk.leases(of: "w1")[0]
        self.desk.connect("w2")
        self.desk.tell(.expelled(session, reason: "its certificate 0c is revoked"))
        #expect(self.desk.leases(of: "w2").map(\.trial) == [lease.trial])
        // Its link closes afterwards, and the shell may have said it twice.
        self.desk.tell(
            .expelled(session, reason: "again"), .disconnected(session, reason: "cut"))
        #expect(self.desk.recorded.isEmpty)
    }

    @Test mutating func `with a new certificate a revoked worker works again`() throws {
        self.desk.connect("w1")
        self.desk.tell(
            .revoke([try self.worker("w1")], by: "operator/olga", request: self.request))
        self.desk.connect("w1")
        self.desk.submit(.idle(trials: 1))
        #expect(self.desk.leases(of: "w1").count == 1)
    }

    @Test mutating func `a serial is revoked once, a holder as often as somebody says so`() throws {
        let serial = Revocation.certificate(try SerialNumber(text: "0c"))
        let holder = try self.worker("w1")
        let first = self.desk.now
        self.desk.tell(.revoke([serial, holder], by: "operator/olga", request: self.request))
        self.desk.pass(.seconds(5))
        self.desk.tell(.revoke([serial, holder], by: "operator/otto", request: self.request))
        let records = self.desk.coordinator.revocations
        #expect(records.map(\.revocation) == [serial, holder])
        #expect(records.map(\.by) == ["operator/olga", "operator/otto"])
        #expect(records.map(\.at) == [first, self.desk.now])
    }

    @Test mutating func `a restart remembers`() throws {
        self.desk.tell(
            .revoke(
                [try self.worker("w1"), .certificate(try SerialNumber(text: "0c"))],
                by: "operator/olga", request: self.request))
        let before = self.desk.coordinator.revocations
        self.desk.restart(epoch: 2)
        #expect(before.count == 2 && self.desk.coordinator.revocations == before)
    }
}
