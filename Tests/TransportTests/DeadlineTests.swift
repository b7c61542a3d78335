import Glibc
import NIOCore
import NIOPosix
import Testing
import Wire

@testable import Transport

/// Who says nothing is not waited for.
@Suite struct DeadlineTests {
    static var impatient: ListenerSettings {
        var settings = TestHead.settings
        settings.firstWordsTimeout = .milliseconds(150)
        return settings
    }

    @Test func `silence and half a handshake are cut at the deadline`() async throws {
        try await TestHead.with(Self.impatient) { head in
            var style = RawPeer.Style()
            style.usesTLS = false
            let silent = try await RawPeer.connect(to: head.place, style)
            let half = try await RawPeer.connect(to: head.place, style)
            // The beginning of a ClientHello of 512 bytes.
            half.write([22, 3, 1, 2, 0, 1, 0, 1, 0xFC, 3, 3])
            _ = await silent.errorsUntilClosed()
            _ = await half.errorsUntilClosed()
            #expect(await head.log.line(with: "reason=it said nothing useful in time") != nil)
            #expect(head.server.connections.tally[.silence] == 2)
        }
    }

    @Test(arguments: ["h2", "http/1.1", "assay-link/1"])
    func `a proved peer that says nothing is cut too`(application: String) async throws {
        try await TestHead.with(Self.impatient) { head in
            let role = application == "assay-link/1" ? "worker" : "user"
            let pair = try head.cluster.issue(.init(uris: ["spiffe://lab/\(role)/a"]))
            var style = RawPeer.Style(pair)
            style.protocols = [application]
            let raw = try await RawPeer.connect(to: head.place, style)
            _ = await raw.errorsUntilClosed()
            #expect(head.server.connections.tally[.silence] == 1)
        }
    }

    @Test func `words keep a connection beyond the deadline`() async throws {
        try await TestHead.with(Self.impatient) { head in
            // On a busy machine the words themselves may come too late: once more, then.
            var kept: (link: LinkConnection, end: RecordingEnd)?
            while kept == nil {
                let end = RecordingEnd()
                let link = try? await head.dialer(.worker, "anna").connect(
                    to: head.place, delegate: end)
                link?.send([.drain])
                if let link, await end.happenings.first({ $0.messages }) != nil {
                    kept = (link, end)
                }
            }
            // A connection that came later has run into its deadline meanwhile.
            var style = RawPeer.Style()
            style.usesTLS = false
            _ = await (try RawPeer.connect(to: head.place, style)).errorsUntilClosed()

            kept?.link.send([.drain])
            #expect(await kept?.end.messages() == [.drain])
        }
    }

    @Test func `a crowd in its handshake loses its oldest, and nobody else`() async throws {
        var settings = TestHead.settings
        settings.pendingMax = 8
        try await TestHead.with(settings) { head in
            let end = RecordingEnd()
            let link = try await head.dialer(.worker, "anna").connect(to: head.place, delegate: end)
            link.send([.drain])
            #expect(await end.messages() == [.drain])

            var style = RawPeer.Style()
            style.usesTLS = false
            let first = try await RawPeer.connect(to: head.place, style)
            // Enough of them, since two event loops do not take them in strictly in order.
            for _ in 0..<32 { _ = try await RawPeer.connect(to: head.place, style) }
            _ = await first.errorsUntilClosed()
            #expect(head.server.connections.tally[.crowd] >= 1)

            // A newcomer gets in all the same, and the link goes on.
            let late = RecordingEnd()
            let another = try await head.dialer(.worker, "bela").connect(
                to: head.place, delegate: late)
            another.send([.drain])
            #expect(await late.messages() == [.drain])
            link.send([.drain])
            #expect(await end.messages() == [.drain])
        }
    }

    @Test func `a full house keeps who is in, and makes room from those who are not`()
        async throws
    {
        var settings = TestHead.settings
        settings.connectionsMax = 4
        try await TestHead.with(settings) { head in
            let end = RecordingEnd()
            let link = try await head.dialer(.worker, "anna").connect(to: head.place, delegate: end)
            link.send([.drain])
            #expect(await end.messages() == [.drain])
            var style = RawPeer.Style()
            style.usesTLS = false
            for _ in 0..<32 { _ = try await RawPeer.connect(to: head.place, style) }
            // A newcomer gets in, in the place of somebody who is still in his handshake.
            let late = RecordingEnd()
            let another = try await head.dialer(.worker, "bela").connect(
                to: head.place, delegate: late)
            another.send([.drain])
            #expect(await late.messages() == [.drain])
            link.send([.drain])
            #expect(await end.messages() == [.drain])
        }
    }

    @Test func `where all are in, a newcomer is turned away at once`() async throws {
        var settings = TestHead.settings
        settings.connectionsMax = 2
        try await TestHead.with(settings) { head in
            var ends: [(link: LinkConnection, end: RecordingEnd)] = []
            for name in ["anna", "bela"] {
                let end = RecordingEnd()
                let link = try await head.dialer(.worker, name).connect(
                    to: head.place, delegate: end)
                link.send([.drain])
                #expect(await end.messages() == [.drain])
                ends.append((link, end))
            }
            var style = RawPeer.Style()
            style.usesTLS = false
            let third = try await RawPeer.connect(to: head.place, style)
            _ = await third.errorsUntilClosed()
            #expect(head.server.connections.tally[.room] == 1)
            for (link, end) in ends {
                link.send([.drain])
                #expect(await end.messages() == [.drain])
            }
        }
    }

    @Test func `no more descriptors is no end`() async throws {
        try await TestHead.with { head in
            _ = try await head.dialer(.worker, "anna").connect(
                to: head.place, delegate: RecordingEnd())
            _ = await head.links.opened.next()
            let server = try #require(head.server.connections.all.first?.channel.parent)
            server.pipeline.fireErrorCaught(IOError(errnoCode: EMFILE, reason: "accept"))
            #expect(await head.log.line(with: "accepting failed; trying again") != nil)

            let end = RecordingEnd()
            let link = try await head.dialer(.worker, "bela").connect(to: head.place, delegate: end)
            link.send([.drain])
            #expect(await end.messages() == [.drain])
        }
    }

    @Test func `the table knows who is there, since when and from where`() async throws {
        try await TestHead.with { head in
            _ = try await head.dialer(.worker, "anna").connect(
                to: head.place, delegate: RecordingEnd())
            _ = await head.links.opened.next()

            let connection = try #require(head.server.connections.all.first)
            #expect(connection.peer?.name == "anna")
            #expect(connection.application == .link)
            #expect(connection.address.hasPrefix("127.0.0.1:"))
            #expect(head.server.connections[connection.id]?.peer == connection.peer)
        }
    }
}
