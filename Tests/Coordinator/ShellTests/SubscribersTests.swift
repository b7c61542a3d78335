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

    @Test mutating func `too many trials for one message are told before the last event`() async {
        self.subscribers.add(self.feed, key: "", to: self.record, now: Self.at(0))
        _ = await self.feed.next()
        let count = Subscribers.trialsPerEventMax * 2 + 1
        for trial in 0..<count { self.finish(UInt32(trial), now: Self.at(1)) }
        self.end(now: Self.at(2))

        let events = await self.feed.next() ?? []
        #expect(events.map(\.isLast) == [false, false, true])
        #expect(events.flatMap(\.finished).map(\.index) == (0..<count).map(UInt32.init))
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

    private mutating func end(now: Instant) {
        self.subscribers.apply([.ended(self.job, .succeeded, at: now)])
        self.subscribers.publish(self.job, ended: [], now: now) { _ in nil }
        self.subscribers.retire(self.job, now: now)
    }
}
