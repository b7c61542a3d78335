import Foundation
import Glibc
import Host
import Privacy
import SwiftASN1
import Testing
import Wire

@testable import Transport

/// Invitations as text.
@Suite struct InvitationTests {
    let cluster: TestCluster
    let invitation: Invitation

    init() throws {
        self.cluster = try TestCluster()
        self.invitation = try Self.invitation(of: self.cluster)
    }

    /// One that the authority itself signed, for an hour.
    private static func invitation(
        of cluster: TestCluster, _ role: Role = .joiner
    ) throws -> Invitation {
        let key = try KeyRequest()
        let chain = try cluster.sign(key, as: role, "w1")
        return try Invitation(
            to: HostAndPort(host: "head.example", port: 7443), chain, for: key,
            from: try cluster.credentials(.operator, "olga"))
    }

    @Test func `an invitation is one line, and comes back from it`() throws {
        let text = try self.invitation.text.revealed
        #expect(text.hasPrefix("assay-join-1.") && text.allSatisfy { !$0.isWhitespace })
        #expect(text.count < 4000, "longer than a line that a terminal takes")
        let broken = " " + text.prefix(100) + "\n" + text.dropFirst(100) + "\n"
        let again = try Invitation(text: Private(broken))
        #expect(again.head == self.invitation.head)
        let credentials = try again.credentials(now: Date())
        #expect(credentials.identity.uri == "spiffe://lab/joiner/w1")
        let authority = try self.cluster.authority.certificatePEM
        #expect(again.authorityPEM == authority)
        #expect(try again.text.revealed == text)
    }

    @Test func `what is cut short or altered is refused, and nothing of it repeated`() throws {
        let text = try self.invitation.text.revealed
        var altered = Array(text)
        altered[200] = altered[200] == "A" ? "B" : "A"
        for bad in [
            "", "assay-join-1.", String(text.dropLast(1)), String(text.prefix(50)),
            String(altered), text + "AAAA", text.replacing("assay-join-1.", with: "assay-join-2."),
            text + String(repeating: "A", count: Limits.invitationBytesMax), "assay-join-1.+/==",
        ] {
            let error = #expect(throws: CredentialError.self) { try Invitation(text: Private(bad)) }
            let words = error?.description ?? ""
            #expect(words.contains("invitation") && words.count < 100)
        }
    }

    @Test func `an invitation says when it is over, and what to do`() throws {
        let error = #expect(throws: CredentialError.self) {
            try self.invitation.credentials(now: Date() + 3700)
        }
        #expect(error?.description.hasPrefix("the invitation ended at ") == true)
        #expect(error?.description.hasSuffix("; ask for another one") == true)
    }

    @Test(arguments: [Role.worker, .operator]) func `a certificate of another role invites nobody`(
        role: Role
    ) throws {
        #expect(throws: CredentialError.self) { try Self.invitation(of: self.cluster, role) }
    }

    @Test func `a certificate of another authority, or for another key, invites nobody`() throws {
        let key = try KeyRequest()
        let olga = try self.cluster.credentials(.operator, "olga")
        let place = HostAndPort(host: "head.example", port: 7443)
        let foreign = try TestCluster().sign(key, as: .joiner, "w1")
        let own = try self.cluster.sign(key, as: .joiner, "w1")
        let other = try KeyRequest()
        for (chain, key) in [(foreign, key), (own, other), ([], key), ([[1, 2, 3]], key)] {
            #expect(throws: CredentialError.self) {
                try Invitation(to: place, chain, for: key, from: olga)
            }
        }
    }
}

/// What a node makes of the head's answer, and how it gets into files.
@Suite struct FreshCredentialsTests {
    let cluster: TestCluster

    init() throws { self.cluster = try TestCluster() }

    private func fresh(_ name: String = "w1") throws -> FreshCredentials {
        let key = try KeyRequest()
        return try key.answered(
            by: self.cluster.sign(key, as: .worker, name),
            authorities: self.cluster.authority.certificatePEM
        ) { $0.identity.name == "w1" }
    }

    @Test func `an answer that names another, or another key, or comes from elsewhere, is refused`()
        throws
    {
        let error = #expect(throws: CredentialError.self) { try self.fresh("w2") }
        #expect(error?.description.contains("names spiffe://lab/worker/w2 instead of us") == true)
        let key = try KeyRequest()
        let other = try KeyRequest()
        let ours = try self.cluster.authority.certificatePEM
        for chain in [
            try self.cluster.sign(other, as: .worker, "w1"),
            try TestCluster().sign(key, as: .worker, "w1"), [], [[0x30]],
        ] {
            #expect(throws: CredentialError.self) {
                try key.answered(by: chain, authorities: ours) { _ in true }
            }
        }
    }

    @Test func `a directory is made whole, with the modes that its readers need`() async throws {
        try await withDirectory { root in
            let fresh = try self.fresh()
            let path = "\(root)/certs"
            try FreshCredentials.demandRoom(at: path)
            try fresh.writeDirectory(at: path + "/")
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: path).sorted()
                    == ["ca.pem", "cert.pem", "key.pem"])
            #expect(try FileManager.default.contentsOfDirectory(atPath: root) == ["certs"])
            for (name, mode) in [("", 0o700), ("/key.pem", 0o600), ("/cert.pem", 0o644)] {
                var status = stat()
                #expect(stat(path + name, &status) == 0 && status.st_mode & 0o7777 == mode)
            }
            #expect(try Credentials(directory: path).serial == fresh.credentials.serial)
            #expect(throws: HostError(.exists, "")) { try fresh.writeDirectory(at: path) }
            #expect(throws: HostError(.exists, "")) {
                try FreshCredentials.demandRoom(at: path)
            }
        }
    }

    @Test func `what a killed writer left is no obstacle, what others put there is`() async throws {
        try await withDirectory { root in
            let path = "\(root)/certs"
            let draft = "\(root)/.certs.draft"
            try FileManager.default.createDirectory(
                atPath: draft, withIntermediateDirectories: false)
            try "half".write(toFile: "\(draft)/key.pem", atomically: false, encoding: .utf8)
            #expect(mkdir(path, 0o755) == 0)
            try self.fresh().writeDirectory(at: path)
            #expect(access(draft, F_OK) != 0)
            _ = try Credentials(directory: path)

            try FileManager.default.createDirectory(
                atPath: draft, withIntermediateDirectories: false)
            try "theirs".write(toFile: "\(draft)/note", atomically: false, encoding: .utf8)
            #expect(throws: HostError(.exists, "")) {
                try self.fresh().writeDirectory(at: "\(root)/certs")
            }
            #expect(access("\(draft)/note", F_OK) == 0)

            // A link to somebody's keys is not followed to clear them away.
            let other = "\(root)/other"
            #expect(symlink(path, "\(root)/.other.draft") == 0)
            #expect(throws: HostError(.exists, "")) { try self.fresh().writeDirectory(at: other) }
            _ = try Credentials(directory: path)
        }
    }

    @Test func `a renewal killed at any moment leaves a pair that fits`() async throws {
        try await withDirectory { root in
            let path = "\(root)/certs"
            let first = try self.fresh()
            try first.writeDirectory(at: path)
            let second = try self.fresh()
            // Killed after the key was written.
            try SecretFile.write(
                Private(Array(second.keyPEM.revealed.utf8)), to: "\(path)/next-key.pem")
            #expect(try Credentials(directory: path).serial == first.credentials.serial)
            // Killed after the certificate was, too.
            try AtomicFile.write(
                Array(second.certificatePEM.utf8), to: "\(path)/cert.pem", readers: .everyone,
                existing: .replaced)
            #expect(try Credentials(directory: path).serial == second.credentials.serial)
            // The next renewal must not take the key away before it has a certificate for another.
            let store = try CredentialStore(directory: path)
            let third = try self.fresh()
            try store.adopt(third)
            #expect(try Credentials(directory: path).serial == third.credentials.serial)
            #expect(store.current.serial == third.credentials.serial)
            #expect(
                try FileManager.default.contentsOfDirectory(atPath: path).sorted()
                    == ["ca.pem", "cert.pem", "key.pem"])
        }
    }

    @Test func `half of a life is counted from when the certificate was made`() throws {
        let credentials = try self.fresh().credentials
        let life = credentials.expiresAt.timeIntervalSinceNow
        let due = credentials.renewalDue.timeIntervalSinceNow
        #expect(abs(due - life / 2) < 30)
    }
}

/// Connections and the certificates that replace those that they stand on.
@Suite struct SuccessorTests {
    @Test func `a link outlives its certificate when that was renewed, and ends with the new one`()
        async throws
    {
        try await TestHead.with { head in
            let end = RecordingEnd()
            _ = try await head.dialer(.worker, "anna").connect(to: head.place, delegate: end)
            let peer = try #require(await head.links.opened.next()).peer
            // Both last an hour; the second was made half an hour later.
            let next = try head.cluster.issue(.worker, "anna", now: Date() + 1800)
            let facts = try CertificateFacts(
                der: PEMDocument(pemString: next.certificatePEM).derBytes)
            head.server.connections.extend(peer, to: facts)

            head.server.cutExpired(now: peer.expiresAt + 60)
            #expect(head.server.connections.all.count == 1)
            head.server.cutExpired(now: facts.notAfter + 60)
            #expect(await end.closure() == .refused(reason: "the certificate has expired"))
        }
    }

    @Test(arguments: [true, false]) func `revoking either certificate cuts the link`(
        isOld: Bool
    ) async throws {
        try await TestHead.with { head in
            let end = RecordingEnd()
            _ = try await head.dialer(.worker, "anna").connect(to: head.place, delegate: end)
            let other = RecordingEnd()
            _ = try await head.dialer(.worker, "bert").connect(to: head.place, delegate: other)
            let peers = [await head.links.opened.next(), await head.links.opened.next()]
                .compactMap { $0?.peer }
            let peer = try #require(peers.first { $0.name == "anna" })
            let next = try head.cluster.issue(.worker, "anna")
            let facts = try CertificateFacts(
                der: PEMDocument(pemString: next.certificatePEM).derBytes)
            head.server.connections.extend(peer, to: facts)
            let serial = isOld ? peer.serial : facts.serial
            head.server.revocations.insert(.certificate(serial), at: Date())
            #expect(head.server.expel().map { $0.peer?.name } == ["anna"])
            let reason = "its certificate \(serial) is revoked"
            #expect(await end.closure() == .refused(reason: reason))
        }
    }
}
