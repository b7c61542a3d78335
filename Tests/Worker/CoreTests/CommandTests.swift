import Testing
import Wire
import WorkerCore

/// Commands in slots: they take the slot, and the runner rests.
@Suite struct CommandTests {
    var shop = Workshop()

    init() { self.shop.open() }

    private func progress(_ step: UInt32) -> Progress {
        Progress(step: step, scores: [Score("score", 0.5)])
    }

    private mutating func begin(timeLimit: Duration? = nil) {
        self.shop.assign([0], .program(files: []), timeLimit: timeLimit)
    }

    @Test mutating func `a command takes a slot, and its files are not for the runner`() {
        self.shop.assign([0], .program(files: [.named("a")]))
        #expect(self.shop.fetched == [.named("a")])
        self.shop.hear(.blobArrived(Blob.named("a").digest))
        #expect(self.shop.begun == [.lease(0)])
        #expect(
            !self.shop.said.contains { if case .attach = $0 { true } else { false } })
    }

    @Test mutating func `commands are never handed ahead`() {
        for trial in UInt32(0)..<60 {
            self.shop.assign([trial], .program(files: []))
            self.shop.finish(0, .lease(trial))
        }
        self.shop.assign(Array(60..<64), .program(files: []))
        #expect(self.shop.begun == [.lease(60)])
    }

    @Test(arguments: [
        (nil, 60), (Duration.seconds(30), 30), (Duration.seconds(90), 60),
    ]) mutating func `the shorter of two times ends a command`(limit: Duration?, seconds: Int) {
        self.begin(timeLimit: limit)
        self.shop.pass(.seconds(seconds) - .milliseconds(1))
        #expect(self.shop.reports.isEmpty)
        self.shop.pass(.milliseconds(1))
        #expect(self.shop.said.contains(.killRunner(SlotNumber(0))))
        guard case .finished(let outcome)? = self.shop.reports.first?.event,
            case .failed(let failure) = outcome.result
        else {
            Issue.record("\(self.shop.reports)")
            return
        }
        #expect(failure.code == .timeLimit)
    }

    @Test mutating func `progress is told to the head, and its verdict to the command`() {
        self.begin()
        self.shop.hear(.trialProgressed(SlotNumber(0), .lease(0), self.progress(3)))
        #expect(self.shop.reports == [Report(.lease(0), .progressed(self.progress(3)))])
        #expect(!self.answered)
        self.shop.hear(.verdicts([Verdict(.lease(0), step: 3, .stop)]))
        #expect(self.shop.said == [.answer(SlotNumber(0), .lease(0), .stop)])
    }

    private var answered: Bool {
        self.shop.said.contains { if case .answer = $0 { true } else { false } }
    }

    @Test mutating func `a verdict that nobody waits for is no answer`() {
        self.begin()
        self.shop.hear(.verdicts([Verdict(.lease(0), step: 3, .stop)]))
        #expect(!self.answered)
        self.shop.hear(.trialProgressed(SlotNumber(0), .lease(0), self.progress(4)))
        self.shop.hear(.verdicts([Verdict(.lease(0), step: 3, .stop)]))
        #expect(!self.answered)
        self.shop.hear(.verdicts([Verdict(.lease(0), step: 4, .continue)]))
        #expect(self.answered)
        self.shop.hear(.verdicts([Verdict(.lease(0), step: 4, .continue)]))
        #expect(!self.answered)
    }

    @Test mutating func `without a head a command goes on at once`() {
        self.begin()
        self.shop.hear(.disconnected)
        self.shop.hear(.trialProgressed(SlotNumber(0), .lease(0), self.progress(1)))
        #expect(self.shop.said == [.answer(SlotNumber(0), .lease(0), .continue)])
    }

    @Test mutating func `a command that waits when the head is lost goes on`() {
        self.begin()
        self.shop.hear(.trialProgressed(SlotNumber(0), .lease(0), self.progress(1)))
        self.shop.hear(.disconnected)
        #expect(self.shop.said == [.answer(SlotNumber(0), .lease(0), .continue)])
        self.shop.welcome(keep: [.lease(0)])
        self.shop.hear(.verdicts([Verdict(.lease(0), step: 1, .stop)]))
        #expect(!self.answered)
    }

    @Test mutating func `a command that was cancelled is killed, and its last words are nobody's`()
    {
        self.begin()
        self.shop.hear(.cancelled([.lease(0)]))
        #expect(self.shop.said.contains(.killRunner(SlotNumber(0))))
        self.shop.hear(.trialProgressed(SlotNumber(0), .lease(0), self.progress(1)))
        #expect(self.shop.said.isEmpty)
        self.shop.hear(.trialLost(SlotNumber(0), .lease(0), Loss(.crashed, "late")))
        #expect(self.shop.reports.isEmpty)
    }

    @Test mutating func `a command that is lost costs its lease, and not its slot`() {
        self.begin()
        self.shop.assign([1], .program(files: []))
        let loss = Loss(.crashed, "its sandbox could not be made")
        self.shop.hear(.trialLost(SlotNumber(0), .lease(0), loss))
        #expect(self.shop.reports == [Report(.lease(0), .lost(loss))])
        #expect(self.shop.begun == [.lease(1)])
        #expect(
            !self.shop.said.contains { if case .startRunner = $0 { true } else { false } })
    }
}

extension TrialClass {
    static func program(files: [Blob]) -> Self {
        .command(
            Command(
                arguments: ["train"], environment: [],
                files: files.map { CommandFile(name: "data", blob: $0, isExecutable: false) },
                outputs: [], parameters: [], metric: "score",
                resources: CommandResources(
                    memoryBytes: 1 << 30, cpuTime: .seconds(60), wallTime: .seconds(60),
                    scratchBytes: 1 << 20, processes: 4),
                network: .none), owner: "user/ute")
    }
}
