package import CoordinatorCore
package import Logging
import Synchronization
package import Wire

/// The one loop that owns the coordinator.
///
/// ```
/// events ──▶ mailbox ──▶ ┌───────────────── one turn ─────────────────┐ ──▶ again
/// questions ▶            │ 1. take all that waits     (one `now`)     │
///                        │ 2. Coordinator.handle      (all of it)     │
///                        │ 3. journal: one commit     (all its facts) │
///                        │ 4. answers, links, watchers, proposals     │
///                        │ 5. questions                               │
///                        └────────────────────────────────────────────┘
/// ```
///
/// Nobody hears of a fact before step 3 is over, questions included: they see what is durable.
/// Load makes turns larger, not commits more frequent. A commit that fails ends `run`, and with it
/// the process: memory is then ahead of the disk, nobody has been told, and a restart from the disk
/// is the one state that everybody agrees on.
package final class CoordinatorLoop: Sendable {
    let mailbox = Mailbox<Input>()
    let journal: any Journal
    let links: any WorkerLinks
    let archive: Archive
    let proposals: Proposals
    let clock: HeadClock
    let log: Logger
    package let metrics = LoopMetrics()
    private let waitingReports = Atomic(0)

    package init(
        journal: any Journal, links: any WorkerLinks, archive: Archive, clock: HeadClock,
        log: Logger
    ) {
        self.journal = journal
        self.links = links
        self.archive = archive
        self.clock = clock
        self.log = log
        self.proposals = Proposals()
    }

    enum Input: Sendable {
        case event(Event)
        /// An event that is answered; the loop numbers the request.
        case request(@Sendable (RequestID) -> Event, Asker)
        case question(@Sendable (Coordinator?) -> Void)
        case watch(JobID, JobFeed, CheckedContinuation<Watching, Never>)
        /// A feed has room again.
        case feedEmptied
        /// Those who watch are let go, since the head is about to stop.
        case endFeeds
        case stop
    }

    /// Who waits for a request's answer.
    enum Asker: Sendable {
        case task(CheckedContinuation<Answer, Never>)
        /// A stream of requests: the job's events are the answer.
        case feed(JobFeed, key: String)
    }

    package enum Watching: Sendable {
        case begun
        /// The job is not live: the journal may know it.
        case notLive
    }

    // MARK: Telling the loop

    package func post(_ event: Event) {
        self.waitingReports.wrappingAdd(event.reportCount, ordering: .relaxed)
        self.put(.event(event))
    }

    /// How many events and questions wait.
    var waiting: Int { self.mailbox.count }

    /// More waits than a few turns take in: who can wait should, or a worker that floods us would
    /// fill our memory.
    package var isCongested: Bool {
        self.waiting > Self.waitingMax
            || self.waitingReports.load(ordering: .relaxed) > Self.waitingReportsMax
    }

    /// The loop has taken these events out of the mailbox.
    func took(_ events: [Event]) {
        let count = events.reduce(0) { $0 + $1.reportCount }
        self.waitingReports.wrappingSubtract(count, ordering: .relaxed)
    }

    private static let waitingMax = 1024
    /// A burst of a worker's reports is one event, of up to 4096 reports.
    private static let waitingReportsMax = 4 * Limits.messageItemsMax

    /// Hands in an event that is answered, and waits for the answer.
    package func request(
        _ event: @escaping @Sendable (RequestID) -> Event
    ) async -> Answer {
        await withCheckedContinuation { self.put(.request(event, .task($0))) }
    }

    /// Submits a job whose events, and whose refusal, go to the feed under this key.
    package func submit(_ spec: JobSpec, owner: String, key: String, to feed: JobFeed) {
        self.put(
            .request(
                { .submit(spec, owner: owner, key: key, request: $0) }, .feed(feed, key: key)))
    }

    package func makeFeed() -> JobFeed {
        JobFeed { [mailbox] in _ = mailbox.put(.feedEmptied) }
    }

    /// Sends the events of a live job to the feed, beginning with how it stands.
    package func watch(_ job: JobID, _ feed: JobFeed) async -> Watching {
        await withCheckedContinuation { self.put(.watch(job, feed, $0)) }
    }

    /// Asks something of the coordinator, between two turns.
    ///
    /// Answer quickly and take out little: the loop waits.
    package func ask<Value: Sendable>(
        _ question: @escaping @Sendable (Coordinator) -> Value
    ) async throws(LoopStopped) -> Value {
        let value: Value? = await withCheckedContinuation { continuation in
            self.put(
                .question { coordinator in
                    continuation.resume(returning: coordinator.map(question))
                })
        }
        guard let value else { throw LoopStopped() }
        return value
    }

    /// Lets go of everybody who watches a job: a stream without an end would hold up the head's.
    package func endFeeds() { self.put(.endFeeds) }

    /// Ends `run` after the turn that is under way.
    package func stop() { self.put(.stop) }

    private func put(_ input: Input) {
        if self.mailbox.put(input) == .closed { Self.turnAway(input) }
    }

    /// Answers who asks too late.
    static func turnAway(_ input: Input) {
        switch input {
        case .request(_, let asker): asker.hear(.refused(.stopping))
        case .question(let question): question(nil)
        case .watch(_, let feed, let continuation):
            feed.end()
            continuation.resume(returning: .notLive)
        case .event, .feedEmptied, .endFeeds, .stop: break
        }
    }
}

extension CoordinatorLoop.Asker {
    /// - Parameter answer: a refusal, or that it is done: what a stream hears of an accepted job
    ///   is its events.
    func hear(_ answer: Answer) {
        switch self {
        case .task(let continuation): continuation.resume(returning: answer)
        case .feed(let feed, let key):
            guard case .refused(let refusal) = answer else { return }
            var event = Assay_V1_JobEvent()
            event.key = key
            event.refusal = refusal.description
            _ = feed.offer(event)
        }
    }
}

extension Event {
    fileprivate var reportCount: Int {
        if case .reported(_, let reports) = self { reports.count } else { 0 }
    }
}

extension Refusal {
    static let stopping = Refusal(.draining, LoopStopped().description)
}

/// The head ends: its loop answers nothing any more.
package struct LoopStopped: Error, Equatable, Sendable, CustomStringConvertible {
    package init() {}
    package var description: String { "the head is stopping" }
}
