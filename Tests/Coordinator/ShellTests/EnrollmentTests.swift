import CertificateAuthority
import CoordinatorShell
import Foundation
import GRPCCore
import Testing
import Transport
import Wire

/// Joining and renewing against a live head, in this process.
@Suite struct EnrollmentTests {
    let scratch: ScratchDirectory
    let cluster: TestCluster

    init() throws {
        self.scratch = try ScratchDirectory()
        self.cluster = try TestCluster(begun: Date() - 86_400)
    }

    private var enrollment: HeadSettings.Enrollment {
        .init(directory: self.scratch.path, lifetime: .seconds(3600))
    }

    /// Runs a head with an issuer.
    private func withHead<Answer: Sendable>(
        state: String? = nil, _ body: @escaping @Sendable (TestHead) async throws -> Answer
    ) async throws -> Answer {
        if !FileManager.default.fileExists(atPath: self.scratch.file("issuer.pem")) {
            try self.cluster.writeIssuer(to: self.scratch.path)
        }
        return try await TestHead.with(
            state: state, cluster: self.cluster, enrollment: self.enrollment, body)
    }

    private static func invite(
        _ head: TestHead, _ name: String = "w1", seconds: UInt32 = 900, as role: Role = .operator
    ) async throws -> Invitation {
        let key = try KeyRequest()
        let chain = try await head.asking(as: role) { client in
            var request = Assay_V1_InviteRequest()
            request.name = name
            request.seconds = seconds
            request.request = Data(key.der)
            return try await Assay_V1_Enrollment.Client(wrapping: client).invite(request)
        }
        let ours = try head.cluster.issue(.operator, "ada").current
        return try Invitation(
            to: head.place, chain.certificates.map(Array.init), for: key, from: ours)
    }

    private static func code(_ body: () async throws -> Void) async -> RPCError.Code? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? RPCError)?.code
        }
    }

    // MARK: Joining

    @Test func `who is invited becomes that worker, and the head takes it for one`() async throws {
        try await self.withHead { head in
            let invitation = try await Self.invite(head)
            let sent = try Invitation(text: try invitation.text)
            let fresh = try await Enrollment.join(by: sent)
            #expect(fresh.credentials.identity.uri == "spiffe://lab/worker/w1")
            let life = fresh.credentials.expiresAt.timeIntervalSinceNow
            #expect(life > 3000 && life <= 3600)
            // Over TLS, with a chain of two and an authority that never signed the first.
            let again = try await Enrollment.renew(
                CredentialStore(fresh.credentials), at: head.place)
            #expect(again.credentials.identity == fresh.credentials.identity)
            #expect(again.credentials.serial != fresh.credentials.serial)
        }
    }

    @Test func `an invitation is good once, also for a head that starts again`() async throws {
        let state = try ScratchDirectory()
        let invitation = try await self.withHead(state: state.path) { head in
            let invitation = try await Self.invite(head)
            _ = try await Enrollment.join(by: invitation)
            let replay = await Self.code { _ = try await Enrollment.join(by: invitation) }
            #expect(replay == .permissionDenied)
            return invitation
        }
        try await self.withHead(state: state.path) { head in
            let replay = await Self.code {
                _ = try await Enrollment.join(by: invitation, at: head.place)
            }
            #expect(replay == .permissionDenied)
        }
    }

    @Test func `an invitation opens nothing but the door`() async throws {
        try await self.withHead { head in
            let shown = try await Self.invite(head).credentials(now: Date())
            let calls: [@Sendable (ControlClient.Client) async throws -> Void] = [
                { _ = try await Assay_V1_Nodes.Client(wrapping: $0).list(.init()) },
                { _ = try await Assay_V1_Jobs.Client(wrapping: $0).list(.init()) },
                { _ = try await Assay_V1_Enrollment.Client(wrapping: $0).renew(.init()) },
                { _ = try await Assay_V1_Enrollment.Client(wrapping: $0).invite(.init()) },
                { _ = try await Grpc_Health_V1_Health.Client(wrapping: $0).check(.init()) },
            ]
            for call in calls {
                let code = await Self.code {
                    try await ControlClient.with(
                        head: head.place, credentials: CredentialStore(shown)
                    ) { try await call($0) }
                }
                #expect(code == .permissionDenied)
            }
            let end = BulkEnd()
            let link = try await Dialer(credentials: CredentialStore(shown))
                .connect(to: head.place, delegate: end)
            try await link.ended.get()
        }
    }

    @Test func `a request that is not for a key alone does not spend the invitation`() async throws
    {
        try await self.withHead { head in
            let invitation = try await Self.invite(head)
            let shown = CredentialStore(try invitation.credentials(now: Date()))
            let code = await Self.code {
                try await ControlClient.with(head: head.place, credentials: shown) { client in
                    var request = Assay_V1_SigningRequest()
                    request.request = Data([0x30, 0x03, 1, 2, 3])
                    _ = try await Assay_V1_Enrollment.Client(wrapping: client).join(request)
                }
            }
            #expect(code == .invalidArgument)
            _ = try await Enrollment.join(by: invitation)
        }
    }

    @Test func `an invitation that is over is refused here and there`() async throws {
        try await self.withHead { head in
            let invitation = try await Self.invite(head)
            let here = await #expect(throws: CredentialError.self) {
                try await Enrollment.join(by: invitation, now: Date() + 901)
            }
            #expect(here?.description.contains("the invitation ended at") == true)
            // Who does not look at the dates hears of them from the head. It lasted an hour.
            let old = try head.cluster.issue(.joiner, "w1", now: Date() - 7200)
            let there = await #expect(throws: HeadError.self) {
                try await ControlClient.with(head: head.place, credentials: old) { client in
                    _ = try await Assay_V1_Enrollment.Client(wrapping: client).join(.init())
                }
            }
            #expect(there?.description.contains("has expired") == true)
        }
    }

    @Test func `another cluster's head hears nothing of an invitation`() async throws {
        let other = try TestCluster()
        try await self.withHead { head in
            let invitation = try await Self.invite(head)
            try await TestHead.with(cluster: other) { stranger in
                let error = await #expect(throws: HeadError.self) {
                    try await Enrollment.join(by: invitation, at: stranger.place)
                }
                guard case .unreachable(_, let reason)? = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
                #expect(reason.contains("we refuse the other end"))
            }
            _ = try await Enrollment.join(by: invitation)
        }
    }

    // MARK: Inviting

    @Test(arguments: [Role.user, .viewer, .probe, .worker]) func `only operators invite`(
        role: Role
    ) async throws {
        try await self.withHead { head in
            let code = await Self.code { _ = try await Self.invite(head, as: role) }
            #expect(code == .permissionDenied)
        }
    }

    @Test func `a name or a time that cannot be is refused`() async throws {
        try await self.withHead { head in
            for (name, seconds) in [
                ("W1", 900), ("", 900), ("a/b", 900), ("w1", 0), ("w1", 86_401),
            ] {
                let code = await Self.code {
                    _ = try await Self.invite(head, name, seconds: UInt32(seconds))
                }
                #expect(code == .invalidArgument, "\(name) \(seconds)")
            }
        }
    }

    @Test func `a head without an issuer says what it lacks`() async throws {
        try await TestHead.with(cluster: self.cluster) { head in
            let code = await Self.code { _ = try await Self.invite(head) }
            #expect(code == .failedPrecondition)
        }
    }

    @Test func `an issuer that does not belong to the head's cluster keeps it from starting`()
        async throws
    {
        try TestCluster().writeIssuer(to: self.scratch.path)
        try self.cluster.writeIssuer(to: self.scratch.file("other"))
        try FileManager.default.removeItem(atPath: self.scratch.file("ca.pem"))
        try FileManager.default.moveItem(
            atPath: self.scratch.file("other/ca.pem"), toPath: self.scratch.file("ca.pem"))
        let error = await #expect(throws: IssuanceError.self) {
            try await TestHead.with(cluster: self.cluster, enrollment: self.enrollment) { _ in }
        }
        #expect(error?.reason.contains("no authority in ca.pem has signed") == true)
    }

    // MARK: Renewing

    @Test func `a link stands on over a renewal, and the list of nodes shows the new certificate`()
        async throws
    {
        try await self.withHead { head in
            let fresh = try await Enrollment.join(by: try await Self.invite(head))
            let store = CredentialStore(fresh.credentials)
            let worker = TestWorker()
            let link = try await worker.connect(to: head, with: store)
            for await message in worker.heard { if case .welcome = message { break } }
            let serial: @Sendable () async throws -> String? = {
                try await head.asking(as: .operator) { client in
                    try await Assay_V1_Nodes.Client(wrapping: client).list(.init()).nodes.first?
                        .certificateSerial
                }
            }
            #expect(try await serial() == fresh.credentials.serial.description)
            let next = try await Enrollment.renew(store, at: head.place)
            try store.adopt(next)
            #expect(try await serial() == next.credentials.serial.description)
            #expect(store.current.serial == next.credentials.serial)
            let third = try await Enrollment.renew(store, at: head.place)
            #expect(try await serial() == third.credentials.serial.description)
            // Still the one that it was.
            link.send([.drain])
            let state = try await head.asking(as: .operator) { client in
                try await Assay_V1_Nodes.Client(wrapping: client).list(.init()).nodes.map(\.state)
            }
            #expect(state.count == 1)
        }
    }
}
