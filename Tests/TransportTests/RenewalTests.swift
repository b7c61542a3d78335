import CertificateAuthority
import Foundation
import GRPCCore
import Glibc
import Host
import NIOCore
import Testing
import Wire

@testable import Transport

/// Certificates change while connections stand.
@Suite struct RenewalTests {
    @Test func `new connections see the new certificate, old ones go on`() async throws {
        try await TestHead.with { head in
            let dialer = try head.dialer(.worker, "anna")
            let end = RecordingEnd()
            let old = try await dialer.connect(to: head.place, delegate: end)

            try head.credentials.replace(with: try head.cluster.credentials(.head, "main"))

            let new = try await dialer.connect(to: head.place, delegate: RecordingEnd())
            #expect(new.peer.serial == head.credentials.current.serial)
            #expect(old.peer.serial != new.peer.serial)
            old.send([.drain])
            #expect(await end.messages() == [.drain])
        }
    }

    @Test func `a link does not outlive its certificate`() async throws {
        try await TestHead.with { head in
            let end = RecordingEnd()
            _ = try await head.dialer(.worker, "anna").connect(to: head.place, delegate: end)
            _ = await head.links.opened.next()
            head.server.cutExpired(now: Date())
            head.server.cutExpired(now: Date() + 7200)
            #expect(await end.closure() == .refused(reason: "the certificate has expired"))
        }
    }

    @Test func `revoking cuts what stands and refuses what comes`() async throws {
        try await TestHead.with { head in
            let dialer = try head.dialer(.worker, "anna")
            let end = RecordingEnd()
            _ = try await dialer.connect(to: head.place, delegate: end)
            let peer = try #require(await head.links.opened.next()).peer

            head.server.revocations.insert(.certificate(peer.serial), at: Date())
            #expect(head.server.expel().map(\.peer) == [peer])

            let reason = "its certificate \(peer.serial) is revoked"
            #expect(await end.closure() == .refused(reason: reason))
            let again = RecordingEnd()
            _ = try await dialer.connect(to: head.place, delegate: again)
            #expect(await again.closure() == .refused(reason: reason))
        }
    }

    @Test func `a call on a connection that was expelled is refused, and one in flight is cut`()
        async throws
    {
        try await TestHead.with { head in
            try await head.asking(try head.cluster.store(.operator, "olga")) { client in
                let nodes = Assay_V1_Nodes.Client(wrapping: client)
                _ = try await nodes.list(.init())
                let peer = try #require(head.server.connections.all.first?.peer)
                head.service.gate.close()
                defer { head.service.gate.open() }
                try await withThrowingTaskGroup(of: RPCError?.self) { group in
                    group.addTask {
                        await #expect(throws: RPCError.self) { try await nodes.drain(.init()) }
                    }
                    _ = await head.service.gate.arrivals.next()
                    head.server.revocations.insert(.certificate(peer.serial), at: Date())
                    #expect(head.server.expel().count == 1)
                    let late = await #expect(throws: RPCError.self) {
                        try await nodes.list(.init())
                    }
                    #expect([.unauthenticated, .unavailable].contains(late?.code))
                    for try await cut in group { #expect(cut != nil) }
                }
            }
        }
    }

    @Test func `the authority's list is read with the certificate, and again`() async throws {
        try await withDirectory { directory in
            let cluster = try TestCluster()
            try cluster.write(try cluster.issue(.head, "main"), to: directory)
            let store = try CredentialStore(directory: directory)
            #expect(store.current.revoked.isEmpty)

            let serial = try SerialNumber(text: "0c3f")
            let (_, list) = try cluster.authority.revoke([serial], after: nil, now: Date())
            try list.write(toFile: "\(directory)/crl.pem", atomically: true, encoding: .utf8)
            try store.reload()
            #expect(store.current.revoked == [serial])

            let unchanged = store.current.revoked
            try "".write(toFile: "\(directory)/crl.pem", atomically: true, encoding: .utf8)
            #expect(throws: CredentialError.self) { try store.reload() }
            #expect(store.current.revoked == unchanged)
            try "none\n".write(toFile: "\(directory)/crl.pem", atomically: true, encoding: .utf8)
            try store.reload()
            #expect(store.current.revoked.isEmpty)
            try list.write(toFile: "\(directory)/crl.pem", atomically: true, encoding: .utf8)
            try store.reload()

            let stranger = try TestCluster().authority
            let (_, foreign) = try stranger.revoke([serial], after: nil, now: Date())
            try foreign.write(toFile: "\(directory)/crl.pem", atomically: true, encoding: .utf8)
            let error = #expect(throws: CredentialError.self) { try store.reload() }
            #expect(
                error?.description
                    == "\(directory)/crl.pem: the revocation list was not signed by the authority")
            #expect(store.current.revoked == [serial])
        }
    }

    /// openssl as the client, since ours never resumes.
    @Test func `a resumed session is judged like a new one`() async throws {
        try await withDirectory { directory in
            try await TestHead.with { head in
                let issued = try head.cluster.issue(.worker, "anna")
                try head.cluster.write(issued, to: directory)

                let first = try await Self.openssl(head.place, directory, "-sess_out")
                #expect(first.contains("New, TLSv1.3"))
                let peer = try #require(await head.links.opened.next()).peer
                let second = try await Self.openssl(head.place, directory, "-sess_in")
                #expect(second.contains("Reused, TLSv1.3"))
                #expect(await head.links.opened.next()?.peer == peer)

                head.server.revocations.insert(.certificate(peer.serial), at: Date())
                let third = try await Self.openssl(head.place, directory, "-sess_in")
                #expect(third.contains("Reused, TLSv1.3"))
                #expect(third.contains("is revoked"))
            }
        }
    }

    @Test func `an inherited socket serves as well`() async throws {
        let socket = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        #expect(bound == 0)
        #expect(listen(socket, 16) == 0)
        var settings = TestHead.settings
        settings.address = .inherited(Descriptor(adopting: socket))
        try await TestHead.with(settings) { head in
            let end = RecordingEnd()
            let link = try await head.dialer(.worker, "anna").connect(to: head.place, delegate: end)
            link.send([.drain])
            #expect(await end.messages() == [.drain])
        }
    }

    /// Says a heartbeat, hears the answer, and leaves.
    private static func openssl(
        _ place: HostAndPort, _ directory: String, _ session: String
    ) async throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "s_client", "-connect", place.description, "-alpn", "assay-link/1", "-ign_eof",
            "-CAfile", "\(directory)/ca.pem", "-cert", "\(directory)/cert.pem",
            "-key", "\(directory)/key.pem", session, "\(directory)/session",
        ]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        process.standardError = output
        // A frame with a heartbeat, then one that breaks the protocol: the head closes the link.
        var frames = ByteBuffer()
        FrameEncoder.encode(.heartbeat, into: &frames)
        frames.writeBytes([0, 0, 0, 0])
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data(frames.readableBytesView))
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
