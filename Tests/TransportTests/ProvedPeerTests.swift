import CertificateAuthority
import Foundation
import SwiftASN1
import Testing
import Transport
import Wire
import X509

@Suite struct ProvedPeerTests {
    let cluster: TestCluster
    let ours: Credentials
    let revocations = Revocations()

    init() throws {
        self.cluster = try TestCluster()
        self.ours = try self.cluster.credentials(.head, "main")
    }

    @Test func `a worker's certificate proves a worker`() throws {
        let issued = try self.cluster.issue(.worker, "anna")

        let peer = try self.judge(issued.certificatePEM, .link)

        #expect(peer.identity.uri == "spiffe://lab/worker/anna")
        #expect(peer.role == .worker)
        let report = try CertificateReport(pem: issued.certificatePEM, now: Date())
        #expect(peer.serial == (try SerialNumber(text: report.serial)))
        #expect(peer.expiresAt > Date())
    }

    @Test func `no certificate proves nobody`() {
        #expect(self.refusal { try self.judge(der: nil) } == "it shows no certificate")
        #expect(
            self.refusal { try self.judge(der: [1, 2, 3]) } == "its certificate cannot be read")
    }

    @Test(arguments: [
        (["spiffe://lab/worker/a", "spiffe://lab/worker/b"], "2 URI names"),
        ([], "0 URI names"),
        (["spiffe://lab/king/a"], "names nobody: the identity's role is none of"),
        (["spiffe://lab/worker/A"], "names nobody: the name must be"),
        (["https://lab/worker/a"], "names nobody: the identity is not of the form"),
        (["spiffe://other/worker/a"], "of another cluster than lab"),
        (["spiffe://lab/head/a"], "a head may not speak assay-link/1, only: worker"),
        (["spiffe://lab/operator/a"], "an operator may not speak assay-link/1, only: worker"),
    ]) func `a name that is not a worker's of this cluster is refused`(
        uris: [String], reason: String
    ) throws {
        let pair = try self.cluster.issue(.init(uris: uris))
        #expect(
            self.refusal { try self.judge(pair.certificatePEM, .link) }?.contains(reason) == true)
    }

    @Test func `dates and key usage count`() throws {
        let old = try self.cluster.issue(.init(begin: Date() - 90, end: Date() - 60))
        #expect(
            self.refusal { try self.judge(old.certificatePEM, .link) }?
                .contains("its certificate expired at") == true)
        let young = try self.cluster.issue(.init(begin: Date() + 60, end: Date() + 90))
        #expect(
            self.refusal { try self.judge(young.certificatePEM, .link) }?
                .contains("is not valid before") == true)
        let server = try self.cluster.issue(.init(usages: [.serverAuth]))
        #expect(
            self.refusal { try self.judge(server.certificatePEM, .link) }?
                .contains("does not allow it to be a client") == true)
    }

    @Test func `a revoked serial is refused from then on`() throws {
        let issued = try self.cluster.issue(.worker, "anna")
        let peer = try self.judge(issued.certificatePEM, .link)

        self.revocations.insert(.certificate(peer.serial), at: Date())

        #expect(
            self.refusal { try self.judge(issued.certificatePEM, .link) }
                == "its certificate \(peer.serial) is revoked")
    }

    @Test func `a revoked holder is refused with what it was issued up to then, and no other`()
        throws
    {
        let now = Date()
        let old = try self.cluster.issue(.worker, "anna", now: now)
        let peer = try self.judge(old.certificatePEM, .link)
        let moment = now + 3600
        self.revocations.insert(.holder(Holder(peer.identity)), at: moment)

        // Nobody has to have seen the certificate before.
        let unseen = try self.cluster.issue(.init(uris: ["spiffe://lab/worker/anna"]))
        for pem in [old.certificatePEM, unseen.certificatePEM] {
            let refusal = self.refusal { try self.judge(pem, .link) }
            #expect(refusal?.hasPrefix("worker/anna was revoked at") == true)
        }
        // The clock of this judgement is later than that of the new certificate.
        let new = try self.cluster.issue(
            .init(
                uris: ["spiffe://lab/worker/anna"], begin: moment + 1, end: moment + 600))
        let later = moment + 60
        #expect(self.refusal { try self.judge(new.certificatePEM, .link, now: later) } == nil)
        let other = try self.cluster.issue(.worker, "anna2", now: now)
        #expect(self.refusal { try self.judge(other.certificatePEM, .link) } == nil)
        let user = try self.cluster.issue(.user, "anna", now: now)
        #expect(self.refusal { try self.judge(user.certificatePEM, .rpc) } == nil)
    }

    @Test func `an earlier revocation of a holder does not weaken a later one`() throws {
        let peer = try self.judge(try self.cluster.issue(.worker, "anna").certificatePEM, .link)
        let holder = Revocation.holder(Holder(peer.identity))
        self.revocations.insert(holder, at: peer.notBefore + 10)
        self.revocations.insert(holder, at: peer.notBefore - 10)
        #expect(self.revocations.reason(refusing: peer) != nil)
    }

    @Test func `what an authority listed stays refused when its list goes back`() throws {
        let peer = try self.judge(try self.cluster.issue(.worker, "anna").certificatePEM, .link)
        self.revocations.insert(listed: [peer.serial])
        self.revocations.insert(listed: [])
        #expect(self.revocations.reason(refusing: peer.serial) != nil)
        #expect(self.revocations.listed == [peer.serial])
    }

    @Test func `workers open links, people and probes the rest, and a head is dialled`() throws {
        for role in Role.allCases {
            let issued = try self.cluster.issue(role, "x")
            let welcome = ApplicationProtocol.allCases.filter { application in
                self.refusal { try self.judge(issued.certificatePEM, application) } == nil
            }
            let expected: [ApplicationProtocol] =
                switch role {
                case .worker: [.link, .rpc]
                case .joiner: [.rpc]
                case .head: []
                case .operator, .user, .viewer, .probe: [.rpc, .pages]
                }
            #expect(welcome == expected, "\(role)")
        }
    }

    @Test(arguments: Role.allCases) func `an issuer names workers and joiners only`(
        role: Role
    ) throws {
        let issued = try self.cluster.issueThroughIssuer(role, "x")
        for application in [ApplicationProtocol.link, .rpc] where application.roles.contains(role) {
            let reason = self.refusal { try self.judge(issued.certificatePEM, application) }
            if role == .worker || role == .joiner {
                #expect(reason == nil)
            } else {
                #expect(reason?.contains("an issuer names workers only") == true)
            }
        }
    }

    @Test func `a head that an issuer signed is no head, to itself and to who dials it`() throws {
        let issued = try self.cluster.issueThroughIssuer(.head, "main")
        let policy = PeerPolicy(of: self.ours, judging: .server, revocations: self.revocations)
        let der = try PEMDocument.parseMultiple(pemString: issued.certificatePEM)[0].derBytes
        #expect(throws: PeerRefusal.self) {
            try UnprovedPeer(der: der).proved(by: policy, now: Date())
        }
        let error = #expect(throws: CredentialError.self) {
            try Credentials(
                authority: self.cluster.authority.certificatePEM,
                certificate: issued.certificatePEM, key: issued.keyPEM)
        }
        #expect(error?.description.contains("an issuer names workers only") == true)
    }

    /// The names in a certificate are its signer's to choose; the signature is not.
    @Test func `an issuer that takes the authority's name is found out`() throws {
        let issued = try self.cluster.issueThroughIssuer(
            .operator, "x", issuerName: self.cluster.authority.certificate.subject)
        #expect(
            self.refusal { try self.judge(issued.certificatePEM, .rpc) }?
                .contains("an issuer names workers only") == true)
    }

    private func judge(
        _ pem: String, _ application: ApplicationProtocol, now: Date = Date()
    ) throws -> ProvedPeer {
        let der = try PEMDocument.parseMultiple(pemString: pem)[0].derBytes
        return try self.judge(der: der, application, now: now)
    }

    private func judge(
        der: [UInt8]?, _ application: ApplicationProtocol = .link, now: Date = Date()
    ) throws -> ProvedPeer {
        try UnprovedPeer(der: der).proved(
            by: PeerPolicy(
                of: self.ours, judging: .client(of: application), revocations: self.revocations),
            now: now)
    }

    private func refusal(_ body: () throws -> ProvedPeer) -> String? {
        do {
            _ = try body()
            return nil
        } catch {
            return String(describing: error)
        }
    }
}
