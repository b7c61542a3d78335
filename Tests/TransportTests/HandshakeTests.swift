import CertificateAuthority
import Foundation
import NIOCore
import NIOSSL
import Testing
import Transport
import Wire
import X509

/// Who is turned away before it is served: the head logs the reason, the peer is told.
@Suite struct HandshakeTests {
    @Test func `without a certificate nobody comes in`() async throws {
        try await TestHead.with { head in
            let raw = try await RawPeer.connect(to: head.place, .init())
            #expect(await raw.errorsUntilClosed().joined().contains("CERTIFICATE_REQUIRED"))
            #expect(await head.log.line(with: "reason=it shows no certificate") != nil)
        }
    }

    @Test func `an authority of the same name is not ours`() async throws {
        try await TestHead.with { head in
            let foreign = try TestCluster()
            let pair = try head.cluster.issue(.init(signer: foreign))
            let raw = try await RawPeer.connect(to: head.place, .init(pair))
            #expect(await raw.errorsUntilClosed().joined().contains("ALERT"))
            let reason = "reason=its certificate was not issued by this cluster's authority"
            let line = try #require(await head.log.line(with: reason))
            #expect(line.contains("(it names spiffe://lab/worker/odd)"))
        }
    }

    @Test func `an expired certificate is refused, and its owner learns why`() async throws {
        try await TestHead.with { head in
            let pair = try head.cluster.issue(.init(begin: Date() - 90, end: Date() - 60))
            let raw = try await RawPeer.connect(to: head.place, .init(pair))
            #expect(await raw.errorsUntilClosed().joined().contains("CERTIFICATE_EXPIRED"))
            let line = try #require(await head.log.line(with: "reason=its certificate expired at"))
            #expect(line.contains("(it names spiffe://lab/worker/odd)"))
        }
    }

    @Test(arguments: [["spiffe://lab/worker/\u{1B}[2J"], ["https://lab/"], []])
    func `what is no identity is not repeated in the log`(uris: [String]) async throws {
        try await TestHead.with { head in
            let pair = try head.cluster.issue(
                .init(uris: uris, begin: Date() - 90, end: Date() - 60))
            let raw = try await RawPeer.connect(to: head.place, .init(pair))
            #expect(await raw.errorsUntilClosed().joined().contains("CERTIFICATE_EXPIRED"))
            let line = try #require(await head.log.line(with: "reason=its certificate expired at"))
            #expect(!line.contains("it names"))
        }
    }

    @Test func `a certificate for servers opens no link`() async throws {
        try await TestHead.with { head in
            let pair = try head.cluster.issue(.init(usages: [.serverAuth]))
            let raw = try await RawPeer.connect(to: head.place, .init(pair))
            #expect(await raw.errorsUntilClosed().joined().contains("UNSUPPORTED_CERTIFICATE"))
            #expect(await head.log.line(with: "does not allow it to be a client") != nil)
        }
    }

    @Test func `TLS 1.2 and plaintext are refused`() async throws {
        try await TestHead.with { head in
            var style = RawPeer.Style(try head.cluster.issue(.init()))
            style.newest = .tlsv12
            let old = try await RawPeer.connect(to: head.place, style)
            #expect(await old.errorsUntilClosed().joined().contains("PROTOCOL_VERSION"))
            #expect(await head.log.line(with: "reason=it does not speak TLS 1.3") != nil)

            style.usesTLS = false
            let plain = try await RawPeer.connect(to: head.place, style)
            plain.write(Array("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n".utf8))
            _ = await plain.errorsUntilClosed()
            #expect(await head.log.line(with: "reason=it speaks plain HTTP") != nil)
        }
    }

    @Test(arguments: [[], ["gopher"]]) func `a protocol that we do not speak ends at once`(
        protocols: [String]
    ) async throws {
        try await TestHead.with { head in
            var style = RawPeer.Style(try head.cluster.issue(.init()))
            style.protocols = protocols
            let raw = try await RawPeer.connect(to: head.place, style)
            _ = await raw.errorsUntilClosed()
            #expect(await head.log.line(with: "reason=it offers none of the protocols") != nil)
        }
    }

    @Test(arguments: [
        (["spiffe://other/worker/a"], "of another cluster than lab"),
        (["spiffe://lab/user/a"], "a user may not speak assay-link/1"),
        ([], "0 URI names"),
    ]) func `a link of somebody else ends with a last frame that says why`(
        uris: [String], reason: String
    ) async throws {
        try await TestHead.with { head in
            let raw = try await RawPeer.connect(
                to: head.place, .init(try head.cluster.issue(.init(uris: uris))))
            #expect(await raw.text(with: reason) != nil)
            _ = await raw.errorsUntilClosed()
            #expect(await head.log.line(with: reason) != nil)
            #expect(head.server.connections.tally[.identity] == 1)
        }
    }

    @Test func `our own dialer puts a refusal into words`() async throws {
        try await TestHead.with { head in
            let user = RecordingEnd()
            _ = try await head.dialer(.user, "uma").connect(to: head.place, delegate: user)
            #expect(
                await user.closure()
                    == .refused(reason: "a user may not speak assay-link/1, only: worker"))

            // Its own CA file holds ours too, or it would not trust us and never get so far.
            let stranger = RecordingEnd()
            let dialer = Dialer(credentials: try Self.stranger(of: head.cluster))
            _ = try await dialer.connect(to: head.place, delegate: stranger)
            #expect(
                await stranger.closure()
                    == .refused(
                        reason: "the head refused our certificate: another authority issued it"))
        }
    }

    @Test func `a dialer wants a head of its own cluster behind the name`() async throws {
        var settings = TestHead.settings
        settings.address = .bind(HostAndPort(host: "0.0.0.0", port: 0))
        try await TestHead.with(settings) { head in
            let other = Dialer(credentials: try TestCluster("lab").store(.worker, "anna"))
            await Self.expect("was not issued by this cluster's authority") {
                try await other.connect(to: head.place, delegate: RecordingEnd())
            }
            // 127.0.0.2 is this machine too, but no name of this head.
            let dialer = try head.dialer(.worker, "anna")
            let alias = HostAndPort(host: "127.0.0.2", port: head.place.port)
            await Self.expect("for another host name or address") {
                try await dialer.connect(to: alias, delegate: RecordingEnd())
            }
        }
    }

    @Test func `a name with several addresses is dialled until one answers`() async throws {
        try await TestHead.with { head in
            let end = RecordingEnd()
            let link = try await head.dialer(.worker, "anna").connect(
                to: HostAndPort(host: "localhost", port: head.place.port), delegate: end)
            link.send([.drain])
            #expect(await end.messages() == [.drain])
        }
    }

    @Test func `nobody there is said so`() async throws {
        let dialer = Dialer(credentials: try TestCluster().store(.worker, "anna"))
        let gone = try await TestHead.with { head in head.place }
        await Self.expect("cannot reach the head at \(gone): Connection refused") {
            try await dialer.connect(to: gone, delegate: RecordingEnd())
        }
    }

    private static func stranger(of cluster: TestCluster) throws -> CredentialStore {
        let foreign = try TestCluster()
        let issued = try foreign.issue(.worker, "anna")
        return CredentialStore(
            try Credentials(
                authority: foreign.authority.certificatePEM + cluster.authority.certificatePEM,
                certificate: issued.certificatePEM, key: issued.keyPEM))
    }

    private static func expect(
        _ words: String, _ dial: () async throws -> LinkConnection
    ) async {
        do {
            _ = try await dial()
            Issue.record("the connection was opened")
        } catch {
            #expect(String(describing: error).contains(words), "\(error)")
        }
    }
}
