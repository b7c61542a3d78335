import CoordinatorCore
import Wire

/// Who wants to hear of which job, and what each has not heard yet. The loop's thread owns it.
///
/// ```
/// first event   at once          the job as it is
/// further ones  at most every    what ended since the last one, gathered
///               `interval`
/// last event    at once          the job as it ended; nobody waits for it to be polite
/// in parts      each when the    where one event does not hold all that is untold; only the last
///               one before it    says that the job has ended
///               was taken
/// ```
///
/// However slow a watcher, of one job at most one event waits for it, and the last. One that has
/// not taken all parts `patience` after the job ended is let go: until then its record is kept.
struct Subscribers {
    /// At most ten events a second for each watcher and job.
    static let interval: Duration = .milliseconds(100)
    /// Trials in one event: with 64 parameters and 32 scores each it stays below 4 MiB, which is
    /// what gRPC clients take unless told otherwise.
    static let trialsPerEventMax = 1024
    /// How long a job that has ended is kept for those who have not heard all of it: a caller who
    /// reads takes the thousand events of the largest job in seconds.
    static let patience: Duration = .seconds(30)

    private var watched: [JobID: Watched] = [:]
    /// Jobs with something untold, in the order in which that began.
    private var late: [JobID] = []
    /// When somebody may be told again who was told too recently, or is waited for no longer.
    private(set) var nextDue: Instant?

    /// The record follows the facts, so that it still stands when the coordinator has let go of a
    /// job that has ended.
    private struct Watched {
        var record: JobRecord
        var interests: [Interest]
        var isLate = false
        /// When those who have not heard all are let go; nil while the job is live.
        var deadline: Instant?
    }

    private struct Interest {
        let feed: JobFeed
        /// Of the request, on a stream of requests.
        let key: String
        /// Trials that have ended and are untold. A slice: telling a part of a million is then no
        /// move of the others.
        var ended: ArraySlice<UInt32> = []
        var isBehind = false
        var notBefore: Instant

        /// Whether one event holds all that is untold.
        var fitsOneEvent: Bool { self.ended.count <= Subscribers.trialsPerEventMax }
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

    /// The job has ended: everybody hears how, and all that is left; at once where one event holds
    /// it, also on a feed that still holds others.
    mutating func retire(_ job: JobID, now: Instant) {
        guard var watched = self.watched.removeValue(forKey: job) else { return }
        let record = watched.record
        for index in watched.interests.indices {
            watched.interests[index].isBehind = true
            guard watched.interests[index].fitsOneEvent else { continue }
            Self.tellPart(&watched.interests[index], record, now: now)
        }
        let deadline = now + Self.patience
        watched.deadline = deadline
        if !watched.isLate { self.late.append(job) }
        self.watched[job] = watched
        self.tellRest(of: job, until: deadline, now: now)
    }

    /// Tells those who have waited long enough, or have room again.
    mutating func catchUp(now: Instant, live: (JobID) -> JobRecord?) {
        guard !self.late.isEmpty else { return }
        self.nextDue = nil
        let late = self.late
        self.late = []
        for job in late where self.watched[job] != nil {
            if let deadline = self.watched[job]?.deadline {
                self.tellRest(of: job, until: deadline, now: now)
            } else if let record = live(job) {
                self.tell(job, record, now: now)
            }
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
        event.finished = ended.compactMap { record.message(of: $0) }
        return event
    }

    // MARK: Telling of a job that has ended

    /// Tells whoever has taken the last part the next one, and forgets who has heard all of it, who
    /// has gone, and after the deadline everybody.
    private mutating func tellRest(of job: JobID, until deadline: Instant, now: Instant) {
        guard var watched = self.watched.removeValue(forKey: job) else { return }
        let record = watched.record
        var due = deadline
        for index in watched.interests.indices where watched.interests[index].isBehind {
            let feed = watched.interests[index].feed
            // The feed says when it is empty again.
            guard feed.isEmpty() else { continue }
            Self.tellPart(&watched.interests[index], record, now: now)
            // Who waited for it took it at once, and the feed says nothing: the next turn goes on.
            if watched.interests[index].isBehind, feed.isEmpty() { due = now }
        }
        watched.interests.removeAll { !$0.isBehind || $0.feed.isOver }
        guard !watched.interests.isEmpty else { return }
        guard now < deadline else {
            for interest in watched.interests { interest.feed.giveUp() }
            return
        }
        watched.isLate = true
        self.nextDue = min(self.nextDue ?? due, due)
        self.watched[job] = watched
    }

    /// One more event: the job as it ended, or as still running where more parts follow, since
    /// nothing follows an event that says that it has ended.
    private static func tellPart(_ interest: inout Interest, _ record: JobRecord, now: Instant) {
        let ended = interest.ended.prefix(Self.trialsPerEventMax)
        interest.ended.removeFirst(ended.count)
        interest.isBehind = !interest.ended.isEmpty
        var event = Self.event(record, key: interest.key, ended: ended, now: now)
        if interest.isBehind {
            event.job.state = JobRecord.State.running.word
            event.job.endedAt = 0
        }
        _ = interest.feed.offer(event)
    }
}
