import NIOCore
import Testing
import Wire

@testable import Transport

@Suite struct LinkTests {
    @Test func `what is said is echoed in order, from any thread`() async throws {
        try await TestHead.with { head in
            let end = RecordingEnd()
            let link = try await head.dialer(.worker, "anna")
                .connect(to: head.place, delegate: end)
            #expect(link.peer.identity.uri == "spiffe://lab/head/main")

            for index in 0..<1000 {
                link.send([.blobStored(Self.digest(index)), .drain])
            }
            var heard: [LinkMessage] = []
            while heard.count < 2000, let more = await end.messages() { heard += more }

            let expected = (0..<1000).flatMap { [LinkMessage.blobStored(Self.digest($0)), .drain] }
            #expect(heard == expected)
            let peer = try #require(await head.links.opened.next()).peer
            #expect(peer.identity.uri == "spiffe://lab/worker/anna")
        }
    }

    @Test func `many things said at once arrive as few bursts`() async throws {
        try await TestHead.with { head in
            let link = try await head.dialer(.worker, "anna")
                .connect(to: head.place, delegate: RecordingEnd())
            let theirs = try #require(await head.links.opened.next()).end

            try await link.channel.eventLoop.submit {
                for index in 0..<500 { link.send([.blobStored(Self.digest(index))]) }
            }.get()

            var bursts = 0
            var count = 0
            while count < 500, let burst = await theirs.messages() {
                count += burst.count
                bursts += 1
            }
            #expect(count == 500)
            #expect(bursts < 20)
        }
    }

    @Test func `each end hears why the other closed`() async throws {
        try await TestHead.with { head in
            let end = RecordingEnd()
            let dialer = try head.dialer(.worker, "anna")
            _ = try await dialer.connect(to: head.place, delegate: end)
            let first = try #require(await head.links.opened.next())
            first.link.refuse("another link of anna replaced this one")
            #expect(
                await end.closure() == .refused(reason: "another link of anna replaced this one"))
            #expect(
                await first.end.closure() == .cut(reason: "another link of anna replaced this one"))

            let link = try await dialer.connect(to: head.place, delegate: RecordingEnd())
            let second = try #require(await head.links.opened.next())
            link.send([.drain])
            link.close()
            #expect(await second.end.messages() == [.drain])
            #expect(await second.end.closure() == .ended)
        }
    }

    @Test func `garbage ends its own link, with a sentence, and no other`() async throws {
        try await TestHead.with { head in
            let good = RecordingEnd()
            let link = try await head.dialer(.worker, "good").connect(
                to: head.place, delegate: good)
            _ = await head.links.opened.next()
            let pair = try head.cluster.issue(.init(uris: ["spiffe://lab/worker/bad"]))

            for bytes: [UInt8] in [[0xFF, 0xFF, 0xFF, 0xFF, 0, 1], [0, 0, 0, 3, 0, 0xFF, 0xFF]] {
                let bad = try await RawPeer.connect(to: head.place, .init(pair))
                bad.write(bytes)
                #expect(await bad.text(with: "the other end broke the protocol: frame") != nil)
                _ = await bad.errorsUntilClosed()
                let theirs = try #require(await head.links.opened.next())
                guard case .garbage = await theirs.end.closure() else {
                    Issue.record("the head did not see garbage")
                    return
                }
            }
            link.send([.drain])
            #expect(await good.messages() == [.drain])
        }
    }

    @Test func `quiet ends are told to say something`() async throws {
        var settings = TestHead.settings
        settings.link.heartbeatInterval = .milliseconds(20)
        try await TestHead.with(settings) { head in
            _ = try await head.dialer(.worker, "anna").connect(
                to: head.place, delegate: RecordingEnd())
            let theirs = try #require(await head.links.opened.next()).end
            #expect(await theirs.happenings.first { $0.isQuiet ? $0 : nil } != nil)
        }
    }

    @Test func `a silent link is cut`() async throws {
        var settings = TestHead.settings
        settings.link.heartbeatInterval = .milliseconds(20)
        settings.link.silenceMax = .milliseconds(100)
        try await TestHead.with(settings) { head in
            let end = RecordingEnd()
            // This end's clockwork is slow, so it says nothing of itself.
            _ = try await head.dialer(.worker, "anna").connect(to: head.place, delegate: end)
            let theirs = try #require(await head.links.opened.next()).end

            #expect(await theirs.closure() == .silent(.milliseconds(100)))
            #expect(await end.closure() == .ended)
        }
    }

    @Test func `heartbeats keep a link that has nothing else to say`() async throws {
        struct Beating: LinkDelegate {
            let beats = Happenings<Void>()
            func received(_ burst: [LinkFrame], on link: LinkConnection) {
                for frame in burst where frame == .message(.heartbeat) { self.beats.append(()) }
            }
            func closed(_ link: LinkConnection, _ closure: LinkClosure) {}
        }
        try await TestHead.with { head in
            var settings = DialSettings()
            settings.link.heartbeatInterval = .milliseconds(10)
            let dialer = Dialer(
                credentials: try head.cluster.store(.worker, "anna"), settings: settings)
            let beating = Beating()
            _ = try await dialer.connect(to: head.place, delegate: beating)
            // The head echoes them.
            for _ in 0..<3 { #expect(await beating.beats.next() != nil) }
        }
    }

    @Test func `who reads nothing holds up the writer, not the memory`() async throws {
        try await TestHead.with { head in
            let end = RecordingEnd()
            let link = try await head.dialer(.worker, "anna").connect(to: head.place, delegate: end)
            let theirs = try #require(await head.links.opened.next())
            theirs.link.pauseReading()

            let page = [LinkMessage](
                repeating: .blobMissing(Self.digest(1), reason: String(repeating: "x", count: 999)),
                count: 100)
            var count = 0
            while link.isWritable, count < 10_000 {
                link.send(page)
                count += 1
            }
            #expect(!link.isWritable)

            theirs.link.resumeReading()
            #expect(await end.happenings.first { $0.isWritable ? $0 : nil } != nil)
            #expect(link.isWritable)
        }
    }

    @Test func `who goes on all the same loses the link`() async throws {
        try await TestHead.with { head in
            let end = RecordingEnd()
            var settings = DialSettings()
            settings.link.outboxBytesMax = 64 * 1024
            let dialer = Dialer(
                credentials: try head.cluster.store(.worker, "anna"), settings: settings)
            let link = try await dialer.connect(to: head.place, delegate: end)
            let burst = [LinkMessage](
                repeating: .blobMissing(Self.digest(1), reason: String(repeating: "x", count: 999)),
                count: 1000)
            link.send(burst)
            #expect(await end.closure() == .overflowed)
        }
    }

    static func digest(_ index: Int) -> Wire.Digest {
        Digest(sha256: (0..<32).map { $0 < 8 ? UInt8(truncatingIfNeeded: index >> ($0 * 8)) : 0 })
    }
}
