import CoordinatorCore
import Testing
import Wire

@Suite struct JoiningTests {
    static let a1 = SerialNumber(bytes: [0xA1])
    static let a2 = SerialNumber(bytes: [0xA2])

    var desk = Desk()

    private mutating func join(_ serial: SerialNumber, as worker: String = "w1") -> Answer? {
        let until = self.desk.now + .seconds(900)
        self.desk.tell(
            .join(worker: worker, serial: serial, until: until, request: self.desk.request()))
        return self.desk.answer
    }

    private func isRefused(_ answer: Answer?) -> Bool {
        guard case .refused(let refusal)? = answer else { return false }
        return refusal.code == .notAllowed && refusal.description.contains("used already")
    }

    @Test mutating func `an invitation is spent by a fact, before anybody is answered`() {
        #expect(self.join(Self.a1) == .done)
        #expect(
            self.desk.recorded == [
                .invitationSpent(
                    serial: Self.a1, worker: "w1", at: self.desk.now,
                    until: self.desk.now + .seconds(900))
            ])
        guard case .record = self.desk.said.first else {
            Issue.record("the fact does not come first: \(self.desk.said)")
            return
        }
    }

    @Test mutating func `an invitation is good once, under whatever name`() {
        #expect(self.join(Self.a1) == .done)
        #expect(self.isRefused(self.join(Self.a1)))
        #expect(self.isRefused(self.join(Self.a1, as: "w2")))
        #expect(self.desk.recorded == [])
        #expect(self.join(Self.a2) == .done)
    }

    @Test mutating func `two who come at one moment are one who joins`() {
        let until = self.desk.now + .seconds(900)
        let requests = [self.desk.request(), self.desk.request()]
        self.desk.tell(
            .join(worker: "w1", serial: Self.a1, until: until, request: requests[0]),
            .join(worker: "w1", serial: Self.a1, until: until, request: requests[1]))
        let answers = self.desk.said.compactMap { directive -> Answer? in
            if case .answer(_, let answer) = directive { answer } else { nil }
        }
        #expect(answers.count == 2 && answers[0] == .done && self.isRefused(answers[1]))
        #expect(self.desk.recorded.count == 1)
    }

    @Test mutating func `a head that was killed still knows what was spent`() {
        #expect(self.join(Self.a1) == .done)
        self.desk.restart(epoch: 2)
        #expect(self.isRefused(self.join(Self.a1)))
    }

    @Test mutating func `what is over for a month is forgotten, and not before`() {
        #expect(self.join(Self.a1) == .done)
        self.desk.pass(.seconds(29 * 86_400))
        #expect(self.join(Self.a2) == .done)
        #expect(self.isRefused(self.join(Self.a1)))
        self.desk.pass(.seconds(2 * 86_400))
        #expect(self.join(SerialNumber(bytes: [0xA3])) == .done)
        // Its certificate has ended long ago; TLS lets nobody come so far.
        #expect(self.join(Self.a1) == .done)
        #expect(self.isRefused(self.join(Self.a2)))
    }
}
