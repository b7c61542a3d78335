import CoordinatorCore
import CoordinatorShell
import Dispatch
import Synchronization
import Wire

/// A journal in memory that can hold up its commits, or fail them.
final class MemoryJournal: Journal {
    let epoch: UInt32 = 1
    /// Something for each commit that has begun.
    let begun: AsyncStream<Void>
    private let sink: AsyncStream<Void>.Continuation
    private let gate: DispatchSemaphore?
    private let failure: JournalError?
    private let content = Mutex<[[Fact]]>([])

    enum Manner {
        case prompt
        /// Each commit waits for `letThrough`.
        case gated
        case failing(JournalError)
    }

    init(_ manner: Manner = .prompt) {
        (self.begun, self.sink) = AsyncStream.makeStream()
        switch manner {
        case .prompt: (self.gate, self.failure) = (nil, nil)
        case .gated: (self.gate, self.failure) = (DispatchSemaphore(value: 0), nil)
        case .failing(let error): (self.gate, self.failure) = (nil, error)
        }
    }

    var commits: [[Fact]] { self.content.withLock { $0 } }

    func letThrough(_ commits: Int) { for _ in 0..<commits { self.gate?.signal() } }

    func append(_ facts: [Fact]) throws(JournalError) {
        self.sink.yield()
        self.gate?.wait()
        if let failure { throw failure }
        self.content.withLock { $0.append(facts) }
    }

    func replay(_ body: ([Fact]) throws -> Void) throws {
        for facts in self.commits { try body(facts) }
    }

    func standingFacts() throws(JournalError) -> [Fact] {
        self.commits.flatMap { $0 }.filter { $0.job == nil }
    }

    func facts(of job: JobID) throws(JournalError) -> [Fact] {
        self.commits.flatMap { $0 }.filter { $0.job == job }
    }

    func endedJobs(of owner: String?, before: JobID?, limit: Int) throws(JournalError) -> [EndedJob]
    {
        []
    }

    func jobsWithOutputs(of owner: String?, limit: Int) throws(JournalError) -> [EndedJob] { [] }

    func close() throws(JournalError) {}
}

/// Notes what workers are told.
final class RecordingLinks: WorkerLinks {
    private let content = Mutex<[(SessionNumber, [LinkMessage])]>([])

    var sent: [(session: SessionNumber, messages: [LinkMessage])] {
        self.content.withLock { $0.map { (session: $0.0, messages: $0.1) } }
    }

    func send(_ messages: [LinkMessage], to session: SessionNumber) {
        self.content.withLock { $0.append((session, messages)) }
    }

    /// How often links that were paused were read again.
    var reliefs: Int { self.relieved.withLock { $0 } }
    private let relieved = Mutex(0)

    func cut(_ session: SessionNumber, reason: String) {}
    func relieve() { self.relieved.withLock { $0 += 1 } }
}
