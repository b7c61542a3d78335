import CoordinatorCore
import Logging
import Testing
import Wire

@testable import CoordinatorShell

@Suite struct LoopTests {
    @Test func `events that wait while a commit runs share the next commit`() async throws {
        let journal = MemoryJournal(.gated)
        try await Self.running(journal) { loop, _ in
            let feed = loop.makeFeed()
            loop.submit(Sample.idle(), owner: "ada", key: "first", to: feed)
            await Self.waitForCommit(journal)
            for number in 1...20 {
                loop.submit(Sample.idle(), owner: "ada", key: "\(number)", to: feed)
            }
            journal.letThrough(2)

            var heard = 0
            while heard < 21, let events = await feed.next() { heard += events.count }
            #expect(journal.commits.map(\.count) == [1, 20])
        }
    }

    @Test func `nobody hears of a fact before it is durable`() async throws {
        let journal = MemoryJournal(.gated)
        try await Self.running(journal) { loop, links in
            loop.post(.connected(SessionNumber(rawValue: 1), worker: "w1", Self.hello))
            _ = try await loop.ask { $0.nodes.count }
            let before = links.sent.count
            let feed = loop.makeFeed()
            loop.submit(Sample.idle(), owner: "ada", key: "", to: feed)
            await Self.waitForCommit(journal)
            #expect(feed.isEmpty())
            #expect(links.sent.count == before)

            journal.letThrough(1)
            #expect(await feed.next()?.count == 1)
            _ = try await loop.ask { $0.nodes.count }
            #expect(links.sent.count == before + 1)
        }
    }

    @Test func `what a session is told in one turn leaves in one write`() async throws {
        let journal = MemoryJournal(.gated)
        try await Self.running(journal) { loop, links in
            let feed = loop.makeFeed()
            loop.submit(Sample.idle(), owner: "ada", key: "first", to: feed)
            await Self.waitForCommit(journal)
            loop.post(.connected(SessionNumber(rawValue: 1), worker: "w1", Self.hello))
            loop.submit(Sample.idle(), owner: "ada", key: "second", to: feed)
            journal.letThrough(2)
            _ = try await loop.ask { $0.nodes.count }

            #expect(links.sent.count == 1)
            #expect((links.sent.first?.messages.count ?? 0) > 1)
        }
    }

    @Test func `links that were paused while only questions waited are read again`() async throws {
        try await Self.running(MemoryJournal()) { loop, links in
            let before = links.reliefs
            // A turn is over when the question of the next one is answered.
            for _ in 1...2 { _ = try await loop.ask { $0.nodes.count } }
            #expect(links.reliefs > before)
        }
    }

    @Test func `a failed commit ends the loop, and who waits hears that`() async throws {
        let journal = MemoryJournal(.failing(JournalError(.failed, "the disk is full")))
        let loop = Self.loop(journal, RecordingLinks())
        async let answer = loop.request {
            .submit(Sample.idle(), owner: "ada", key: "", request: $0)
        }
        await #expect(throws: JournalError.self) {
            try await loop.run(settings: .defaults, revoke: { _ in }) {}
        }
        #expect(await answer == .refused(.stopping))
        await #expect(throws: LoopStopped.self) { try await loop.ask { $0.nodes.count } }
    }

    @Test func `a loop that has ended answers nobody with silence`() async throws {
        let loop = Self.loop(MemoryJournal(), RecordingLinks())
        loop.stop()
        try await loop.run(settings: .defaults, revoke: { _ in }) {}

        let feed = loop.makeFeed()
        #expect(await loop.watch(JobID(1), feed) == .notLive)
        #expect(await feed.next() == nil)
        #expect(
            await loop.request { .cancel(JobID(1), reason: "", request: $0) }
                == .refused(.stopping))
    }

    @Test func `replay and the live loop end in the same jobs`() async throws {
        let journal = MemoryJournal()
        let live = try await Self.running(journal) { loop, _ in
            for number in 1...5 {
                _ = await loop.request {
                    .submit(Sample.idle(), owner: "ada", key: "\(number)", request: $0)
                }
            }
            _ = await loop.request { .cancel(JobID(3), reason: "enough", request: $0) }
            return try await loop.ask { $0.jobs }
        }
        let replayed = try await Self.running(journal) { loop, _ in try await loop.ask { $0.jobs } }
        #expect(live == replayed)
        #expect(live.map(\.id.number) == [1, 2, 4, 5])
    }

    // MARK: Support

    private static let hello = Hello(
        protocolVersion: LinkVersion.current, version: "test",
        capacity: Capacity(slots: 4, memoryBytes: 1 << 30), held: [], blobs: [],
        environmentClass: "test")

    private static func loop(_ journal: MemoryJournal, _ links: RecordingLinks) -> CoordinatorLoop {
        let clock = HeadClock()
        return CoordinatorLoop(
            journal: journal, links: links, archive: Archive(journal: journal, clock: clock),
            clock: clock, log: Logger(label: "loop"))
    }

    private static func waitForCommit(_ journal: MemoryJournal) async {
        var commits = journal.begun.makeAsyncIterator()
        await commits.next()
    }

    private static func running<Answer: Sendable>(
        _ journal: MemoryJournal,
        _ body: @escaping @Sendable (CoordinatorLoop, RecordingLinks) async throws -> Answer
    ) async throws -> Answer {
        let links = RecordingLinks()
        let loop = Self.loop(journal, links)
        var settings = Settings.defaults
        settings.leases.reattachWait = .zero
        let chosen = settings
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await loop.run(settings: chosen, revoke: { _ in }) {} }
            defer {
                journal.letThrough(1000)
                loop.stop()
            }
            return try await body(loop, links)
        }
    }
}
