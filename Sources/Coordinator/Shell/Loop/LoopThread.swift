package import CoordinatorCore
import Host
import Synchronization
import Wire

extension CoordinatorLoop {
    /// What the loop does besides: signs of life for the service manager.
    package struct Watchdog: Sendable {
        /// At least this often.
        let interval: Duration
        let keepAlive: @Sendable () -> Void

        package init(interval: Duration, keepAlive: @escaping @Sendable () -> Void) {
            precondition(interval > .zero, "a watchdog wants time between two signs of life")
            self.interval = interval
            self.keepAlive = keepAlive
        }
    }

    /// Replays the journal, then runs turns until `stop`, on a thread of its own.
    ///
    /// What is handed in meanwhile waits until the journal is replayed.
    ///
    /// - Parameters:
    ///   - revoke: has the certificates refused and cuts who stands on them, before it returns;
    ///     called on the thread, once the fact is durable.
    ///   - ready: called on the thread once the replay is over.
    /// - Throws: `JournalError` when the journal cannot be read or facts cannot be made durable;
    ///   end the process then.
    package func run(
        settings: Settings, watchdog: Watchdog? = nil,
        revoke: @escaping @Sendable (RevocationRecord) -> Void,
        ready: @escaping @Sendable () -> Void
    ) async throws {
        defer { self.proposals.stop() }
        try await DedicatedThread.run(named: "coordinator") {
            // Drawn anew at each start, and never written down: see `Dice`.
            let dice = Dice(secret: .random(in: 0 ... .max), .random(in: 0 ... .max))
            var coordinator = Coordinator(
                epoch: self.journal.epoch, settings: settings, dice: dice)
            try self.replay(into: &coordinator, settings: settings)
            var thread = LoopThread(self, coordinator, watchdog, revoke)
            defer { thread.end() }
            try thread.run(ready: ready)
        }
    }

    private func replay(into coordinator: inout Coordinator, settings: Settings) throws {
        let ended = try self.journal.endedJobs(
            of: nil, before: nil, limit: max(1, settings.memory.endedKeysMax))
        // The oldest first: beyond the limit, those are the ones to forget.
        for job in ended.reversed() {
            coordinator.remember(job.id, owner: job.owner, key: job.key)
        }
        try self.journal.replay { facts in
            for fact in facts { coordinator.replay(fact) }
        }
    }

    /// Computes proposals until `run` ends; beside `run`, in a task of its own.
    package func runProposals() async throws {
        try await self.proposals.run { event in self.post(event) }
    }
}

/// What the loop's thread owns.
struct LoopThread {
    private let loop: CoordinatorLoop
    private var coordinator: Coordinator
    private let watchdog: CoordinatorLoop.Watchdog?
    private let revoke: @Sendable (RevocationRecord) -> Void
    private var subscribers = Subscribers()
    private var askers: [RequestID: CoordinatorLoop.Asker] = [:]
    private var lastRequest: UInt64 = 0
    private var nextSign = Instant(sinceOrigin: .zero)

    init(
        _ loop: CoordinatorLoop, _ coordinator: Coordinator, _ watchdog: CoordinatorLoop.Watchdog?,
        _ revoke: @escaping @Sendable (RevocationRecord) -> Void
    ) {
        self.loop = loop
        self.revoke = revoke
        self.coordinator = coordinator
        self.watchdog = watchdog
    }

    mutating func run(ready: () -> Void) throws(JournalError) {
        let start = self.loop.clock.now
        try self.carryOut(self.coordinator.resume(now: start), now: start)
        ready()
        while true {
            let inputs = self.loop.mailbox.takeAll(waitingUpTo: self.patience)
            self.loop.metrics.turnBegins()
            defer { self.loop.metrics.turnEnds() }
            if try self.turn(inputs) == .stop { return }
            self.keepAlive()
        }
    }

    /// A sign of life for each interval, not for each of thousands of turns.
    private mutating func keepAlive() {
        guard let watchdog = self.watchdog, self.loop.clock.now >= self.nextSign else { return }
        watchdog.keepAlive()
        self.nextSign = self.loop.clock.now + watchdog.interval / 2
    }

    /// Nobody may wait for an answer that never comes.
    mutating func end() {
        for request in self.askers.keys.sorted(by: { $0.rawValue < $1.rawValue }) {
            self.askers[request]?.hear(.refused(.stopping))
        }
        self.askers = [:]
        for input in self.loop.mailbox.close() { CoordinatorLoop.turnAway(input) }
        self.subscribers.end()
    }

    /// How long to sleep when nothing comes.
    private var patience: Duration? {
        let now = self.loop.clock.now
        let deadlines = [self.coordinator.nextDeadline, self.subscribers.nextDue].compactMap { $0 }
        let untilDeadline = deadlines.min().map { $0 - now }
        let untilSign = self.watchdog.map { $0.interval / 2 }
        return [untilDeadline, untilSign].compactMap { $0 }.min()
    }

    // MARK: One turn

    private enum Then { case goOn, stop }

    private mutating func turn(_ inputs: [CoordinatorLoop.Input]) throws(JournalError) -> Then {
        let now = self.loop.clock.now
        var events: [Event] = []
        var questions: [CoordinatorLoop.Input] = []
        var then = Then.goOn
        for input in inputs {
            switch input {
            case .event(let event): events.append(event)
            case .request(let event, let asker): events.append(event(self.number(asker)))
            case .question, .watch: questions.append(input)
            case .feedEmptied: break
            case .endFeeds: self.subscribers.end()
            case .stop: then = .stop
            }
        }
        if let deadline = self.coordinator.nextDeadline, deadline <= now { events.append(.ticked) }

        self.loop.took(events)
        if !events.isEmpty {
            self.loop.metrics.events.wrappingAdd(UInt64(events.count), ordering: .relaxed)
            self.loop.metrics.batchSize.record(Double(events.count))
            try self.carryOut(self.coordinator.handle(events, now: now), now: now)
        }
        for question in questions { self.answer(question, now: now) }
        // Every turn: a link may have been paused while nothing but questions waited.
        self.loop.links.relieve()
        let coordinator = self.coordinator
        self.subscribers.catchUp(now: now) { coordinator.job($0) }
        return then
    }

    private mutating func number(_ asker: CoordinatorLoop.Asker) -> RequestID {
        self.lastRequest += 1
        let request = RequestID(rawValue: self.lastRequest)
        self.askers[request] = asker
        return request
    }

    private mutating func answer(_ question: CoordinatorLoop.Input, now: Instant) {
        switch question {
        case .question(let question): question(self.coordinator)
        case .watch(let job, let feed, let continuation):
            if let record = self.coordinator.job(job) {
                self.subscribers.add(feed, key: "", to: record, now: now)
                continuation.resume(returning: .begun)
            } else {
                continuation.resume(returning: .notLive)
            }
        case .event, .request, .feedEmptied, .endFeeds, .stop:
            preconditionFailure("only questions are kept for the end of a turn")
        }
    }

    // MARK: Deeds

    private mutating func carryOut(
        _ directives: [Directive], now: Instant
    ) throws(JournalError) {
        try self.commit(directives)
        var messages = Outgoing()
        for directive in directives {
            switch directive {
            case .record: break
            case .answer(let request, let answer): self.hand(answer, to: request, now: now)
            case .tell(let session, let message): messages.append(message, to: session)
            case .cut(let session, let reason):
                messages.flush(session, over: self.loop.links)
                self.loop.links.cut(session, reason: reason)
            case .revoke(let record): self.revoke(record)
            case .propose(let job, let study, let count):
                self.loop.proposals.order(job, study, count: count)
            case .publish(let job, let ended):
                let coordinator = self.coordinator
                self.subscribers.publish(job, ended: ended, now: now) { coordinator.job($0) }
            case .retire(let job): self.subscribers.retire(job, now: now)
            }
        }
        messages.flush(over: self.loop.links)
    }

    private mutating func commit(_ directives: [Directive]) throws(JournalError) {
        let facts = directives.compactMap { directive in
            if case .record(let fact) = directive { fact } else { nil }
        }
        guard !facts.isEmpty else { return }
        let start = ContinuousClock.now
        try self.loop.journal.append(facts)
        self.loop.metrics.count(facts, committedIn: ContinuousClock.now - start)
        self.loop.tellOperator(of: facts)
        self.subscribers.apply(facts)
    }

    private mutating func hand(_ answer: Answer, to request: RequestID, now: Instant) {
        guard let asker = self.askers.removeValue(forKey: request) else {
            preconditionFailure("request \(request.rawValue) was answered twice")
        }
        asker.hear(answer)
        guard case .feed(let feed, let key) = asker, case .accepted(let job) = answer else {
            return
        }
        if let record = self.coordinator.job(job) {
            self.subscribers.add(feed, key: key, to: record, now: now)
        } else {
            // The same key as a job that has ended: how it ended is in the journal.
            self.loop.archive.tell(feed, key: key, of: job)
        }
    }
}

/// What the sessions are told in one turn, gathered so that each link has one write.
private struct Outgoing {
    private var messages: [SessionNumber: [LinkMessage]] = [:]
    private var sessions: [SessionNumber] = []

    mutating func append(_ message: LinkMessage, to session: SessionNumber) {
        if self.messages[session, default: []].isEmpty { self.sessions.append(session) }
        self.messages[session, default: []].append(message)
    }

    mutating func flush(_ session: SessionNumber, over links: any WorkerLinks) {
        guard let messages = self.messages.removeValue(forKey: session) else { return }
        links.send(messages, to: session)
    }

    mutating func flush(over links: any WorkerLinks) {
        for session in self.sessions { self.flush(session, over: links) }
    }
}
