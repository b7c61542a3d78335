import CoordinatorCore
import Testing
import Wire

@testable import CoordinatorShell

@Suite struct SubscribersTests {
    var subscribers = Subscribers()
    var record: JobRecord
    let feed = JobFeed {}
    let job = JobID(1)

    init() throws {
        self.record = try #require(JobRecord(Sample.submitted(1, Sample.idle(trials: 10_000))))
    }

    @Test mutating func `the first event is the job as it stands`() async {
        self.subscribers.add(self.feed, key: "k", to: self.record, now: Self.at(0))
        let events = await self.feed.next()
        #expect(events?.map(\.key) == ["k"])
        #expect(events?.first?.job.state == "running")
    }

    @Test mutating func `what ends within a tenth of a second is one event`() async {
        self.subscribers.add(self.feed, key: "", to: self.record, now: Self.at(0))
        _ = await self.feed.next()
        for trial in 0..<50 { self.finish(UInt32(trial), now: Self.at(trial)) }
        #expect(self.feed.isEmpty())
        #expect(self.subscribers.nextDue == Self.at(100))

        self.catchUp(now: Self.at(100))
        let events = await self.feed.next()
        #expect(events?.count == 1)
        #expect(events?.first?.finished.map(\.index) == Array(0..<50))
        #expect(self.subscribers.nextDue == nil)
    }

    @Test mutating func `a watcher who does not read costs one event and hears all at once`() async
    {
        self.subscribers.add(self.feed, key: "", to: self.record, now: Self.at(0))
        for trial in 0..<1000 { self.finish(UInt32(trial), now: Self.at(200 * (trial + 1))) }

        #expect(await self.feed.next()?.count == 1)
        self.catchUp(now: Self.at(1_000_000))
        let events = await self.feed.next()
        #expect(events?.count == 1)
        #expect(events?.first?.finished.count == 1000)
    }

    @Test mutating func `the last event comes at once, with all that was untold`() async {
        self.subscribers.add(self.feed, key: "", to: self.record, now: Self.at(0))
        _ = await self.feed.next()
        self.finish(0, now: Self.at(1))
        self.end(now: Self.at(2))

        let events = await self.feed.next()
        #expect(events?.count == 1)
        #expect(events?.first?.job.state == "succeeded")
        #expect(events?.first?.finished.map(\.index) == [0])
    }

    @Test mutating func `the last event does not wait for the one before it to be read`() async {
        self.subscribers.add(self.feed, key: "", to: self.record, now: Self.at(0))
        self.finish(0, now: Self.at(1))
        self.end(now: Self.at(2))

        let events = await self.feed.next() ?? []
        #expect(events.map(\.isLast) == [false, true])
        #expect(events.last?.finished.map(\.index) == [0])
    }

    @Test mutating func `what is too much for one event comes in parts, each when one was read`()
        async
    {
        self.subscribers.add(self.feed, key: "", to: self.record, now: Self.at(0))
        let count = Subscribers.trialsPerEventMax * 2 + 1
        for trial in 0..<count { self.finish(UInt32(trial), now: Self.at(1)) }
        self.end(now: Self.at(2))

        var heard: [Assay_V1_JobEvent] = []
        for step in 3...6 {
            let events = await self.feed.next() ?? []
            #expect(events.count == 1, "more than one event lay in the feed")
            heard += events
            for _ in 1...2 { self.catchUpAfterEnd(now: Self.at(step)) }
        }
        #expect(heard.map(\.isLast) == [false, false, false, true])
        #expect(heard.flatMap(\.finished).map(\.index) == (0..<count).map(UInt32.init))
        #expect(self.feed.isEmpty())
        #expect(self.subscribers.nextDue == nil)
    }

    @Test(.timeLimit(.minutes(1)))
    mutating func `a caller who reads as fast as it is told hears every part`() async {
        let (wakes, wake) = AsyncStream.makeStream(of: Void.self)
        let feed = JobFeed { wake.yield() }
        self.subscribers.add(feed, key: "", to: self.record, now: Self.at(0))
        async let reading = Self.readToEnd(feed, wake)
        let count = Subscribers.trialsPerEventMax * 4
        for trial in 0..<count { self.finish(UInt32(trial), now: Self.at(1)) }
        self.end(now: Self.at(2))

        // As the loop does: again at once when something is due, else when the feed says so.
        var turns = wakes.makeAsyncIterator()
        repeat {
            repeat {
                self.catchUpAfterEnd(now: Self.at(2))
            } while self.subscribers.nextDue == Self.at(2)
        } while await turns.next() != nil
        let heard = await reading
        #expect(heard.last?.isLast == true)
        #expect(heard.flatMap(\.finished).map(\.index) == (0..<count).map(UInt32.init))
    }

    @Test mutating func `a watcher who does not read is let go, and the loop wakes for that`() async
    {
        self.subscribers.add(self.feed, key: "", to: self.record, now: Self.at(0))
        let count = Subscribers.trialsPerEventMax * 2
        for trial in 0..<count { self.finish(UInt32(trial), now: Self.at(1)) }
        self.end(now: Self.at(2))
        let deadline = Self.at(2) + Subscribers.patience

        self.catchUpAfterEnd(now: Self.at(1000))
        #expect(self.subscribers.nextDue == deadline)
        #expect(!self.feed.isOver)
        self.catchUpAfterEnd(now: deadline)
        #expect(self.feed.isOver && self.feed.isGivenUp)
        #expect(self.subscribers.nextDue == nil)
        #expect(await self.feed.next()?.count == 1)
        #expect(await self.feed.next() == nil)
    }

    @Test mutating func `who has gone is forgotten`() async {
        self.subscribers.add(self.feed, key: "", to: self.record, now: Self.at(0))
        self.feed.end()
        self.finish(0, now: Self.at(200))
        self.finish(1, now: Self.at(400))
        #expect(self.subscribers.nextDue == nil)
        #expect(self.feed.offer(Assay_V1_JobEvent()) == .gone)
    }

    // MARK: Support

    private static func at(_ milliseconds: Int) -> Instant {
        Sample.origin + .milliseconds(milliseconds)
    }

    private mutating func finish(_ trial: UInt32, now: Instant) {
        let fact = Sample.finished(1, trial)
        self.record.apply(fact)
        self.subscribers.apply([fact])
        let record = self.record
        self.subscribers.publish(self.job, ended: [trial], now: now) { _ in record }
    }

    private mutating func catchUp(now: Instant) {
        let record = self.record
        self.subscribers.catchUp(now: now) { _ in record }
    }

    /// The coordinator has let go of the job.
    private mutating func catchUpAfterEnd(now: Instant) {
        self.subscribers.catchUp(now: now) { _ in nil }
    }

    private static func readToEnd(
        _ feed: JobFeed, _ wake: AsyncStream<Void>.Continuation
    ) async -> [Assay_V1_JobEvent] {
        defer { wake.finish() }
        var heard: [Assay_V1_JobEvent] = []
        while let events = await feed.next() {
            heard += events
            if events.contains(where: \.isLast) { break }
        }
        return heard
    }

    private mutating func end(now: Instant) {
        self.subscribers.apply([.ended(self.job, .succeeded, at: now)])
        self.subscribers.publish(self.job, ended: [], now: now) { _ in nil }
        self.subscribers.retire(self.job, now: now)
    }
}
