import CertificateAuthority
import Foundation
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

            #expect(head.server.revoke(serial: peer.serial) == 1)

            #expect(await end.closure() == .refused(reason: "the certificate is revoked"))
            let again = RecordingEnd()
            _ = try await dialer.connect(to: head.place, delegate: again)
            #expect(
                await again.closure()
                    == .refused(reason: "its certificate \(peer.serial) is revoked"))
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

                head.server.revoke(serial: peer.serial)
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
