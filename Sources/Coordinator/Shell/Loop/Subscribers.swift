import CoordinatorCore
import Wire

/// Who wants to hear of which job, and what each has not heard yet. The loop's thread owns it.
///
/// ```
/// first event   at once          the job as it is
/// further ones  at most every    what ended since the last one, gathered
///               `interval`
/// last event    at once          the job as it ended; nobody waits for it to be polite
/// ```
struct Subscribers {
    /// At most ten events a second for each watcher and job.
    static let interval: Duration = .milliseconds(100)
    /// Trials in one event: with 64 parameters and 32 scores each it stays below 4 MiB, which is
    /// what gRPC clients take unless told otherwise.
    static let trialsPerEventMax = 1024

    private var watched: [JobID: Watched] = [:]
    /// Jobs with something untold, in the order in which that began.
    private var late: [JobID] = []
    /// When somebody may be told again who was told too recently.
    private(set) var nextDue: Instant?

    /// The record follows the facts, so that it still stands when the coordinator has let go of a
    /// job that has ended.
    private struct Watched {
        var record: JobRecord
        var interests: [Interest]
        var isLate = false
    }

    private struct Interest {
        let feed: JobFeed
        /// Of the request, on a stream of requests.
        let key: String
        var ended: [UInt32] = []
        var isBehind = false
        var notBefore: Instant
    }

    // MARK: What the loop tells

    /// Begins to tell a caller of a live job; the first event is how it stands.
    mutating func add(_ feed: JobFeed, key: String, to record: JobRecord, now: Instant) {
        let interest = Interest(feed: feed, key: key, notBefore: now + Self.interval)
        guard feed.offer(Self.event(record, key: key, ended: [], now: now)) == .taken else {
            return
        }
        self.watched[record.id, default: Watched(record: record, interests: [])]
            .interests.append(interest)
    }

    /// Keeps up with the facts of watched jobs.
    mutating func apply(_ facts: [Fact]) {
        guard !self.watched.isEmpty else { return }
        for fact in facts {
            guard let job = fact.job, self.watched[job] != nil else { continue }
            self.watched[job]?.record.apply(fact)
        }
    }

    /// Something changed that watchers can see; these trials have ended.
    mutating func publish(
        _ job: JobID, ended: [UInt32], now: Instant, live: (JobID) -> JobRecord?
    ) {
        guard var watched = self.watched[job] else { return }
        for index in watched.interests.indices {
            watched.interests[index].ended += ended
            watched.interests[index].isBehind = true
        }
        if !watched.isLate { self.late.append(job) }
        watched.isLate = true
        self.watched[job] = watched
        // The last word is `retire`'s.
        if let record = live(job) { self.tell(job, record, now: now) }
    }

    /// The job has ended: everybody hears all that is left, and how it ended.
    mutating func retire(_ job: JobID, now: Instant) {
        guard let watched = self.watched.removeValue(forKey: job) else { return }
        for interest in watched.interests {
            for event in Self.lastEvents(watched.record, interest, now: now) {
                guard interest.feed.offer(event) == .taken else { break }
            }
        }
    }

    /// Tells those who have waited long enough, or have room again.
    mutating func catchUp(now: Instant, live: (JobID) -> JobRecord?) {
        guard !self.late.isEmpty else { return }
        self.nextDue = nil
        let late = self.late
        self.late = []
        for job in late where self.watched[job] != nil {
            if let record = live(job) { self.tell(job, record, now: now) }
            if self.watched[job]?.isLate == true { self.late.append(job) }
        }
    }

    /// The head ends: nobody waits for more.
    mutating func end() {
        for job in self.watched.keys.sorted() {
            for interest in self.watched[job]?.interests ?? [] { interest.feed.end() }
        }
        self.watched = [:]
    }

    // MARK: Telling

    private mutating func tell(_ job: JobID, _ record: JobRecord, now: Instant) {
        guard var watched = self.watched.removeValue(forKey: job) else { return }
        watched.interests.removeAll { $0.feed.isOver }
        guard !watched.interests.isEmpty else { return }
        watched.isLate = false
        for index in watched.interests.indices where watched.interests[index].isBehind {
            self.tell(&watched.interests[index], record, now: now)
            watched.isLate = watched.isLate || watched.interests[index].isBehind
        }
        self.watched[job] = watched
    }

    private mutating func tell(_ interest: inout Interest, _ record: JobRecord, now: Instant) {
        guard interest.notBefore <= now else {
            self.nextDue = min(self.nextDue ?? interest.notBefore, interest.notBefore)
            return
        }
        // The feed says when it is empty again.
        guard interest.feed.isEmpty() else { return }
        let ended = interest.ended.prefix(Self.trialsPerEventMax)
        _ = interest.feed.offer(
            Self.event(record, key: interest.key, ended: ended, now: now))
        interest.ended.removeFirst(ended.count)
        interest.notBefore = now + Self.interval
        interest.isBehind = !interest.ended.isEmpty
        if interest.isBehind {
            self.nextDue = min(self.nextDue ?? interest.notBefore, interest.notBefore)
        }
    }

    private static func event(
        _ record: JobRecord, key: String, ended: some Sequence<UInt32>, now: Instant
    ) -> Assay_V1_JobEvent {
        var event = Assay_V1_JobEvent()
        event.key = key
        event.job = record.message(now: now)
        event.finished = ended.compactMap { record[$0]?.message }
        return event
    }

    /// Usually one event. Where too many trials are untold for one message, the ones before show
    /// the job as still running: only the last says that it has ended, and nothing follows it.
    private static func lastEvents(
        _ record: JobRecord, _ interest: Interest, now: Instant
    ) -> [Assay_V1_JobEvent] {
        var events: [Assay_V1_JobEvent] = []
        var untold = interest.ended[...]
        repeat {
            let ended = untold.prefix(Self.trialsPerEventMax)
            untold = untold.dropFirst(ended.count)
            var event = Self.event(record, key: interest.key, ended: ended, now: now)
            if !untold.isEmpty {
                event.job.state = JobRecord.State.running.word
                event.job.endedAt = 0
            }
            events.append(event)
        } while !untold.isEmpty
        return events
    }
}
