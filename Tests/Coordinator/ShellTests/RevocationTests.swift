import CoordinatorShell
import Foundation
import GRPCCore
import Testing
import Transport
import Wire

/// Revoking against a live head: refused at once, everywhere, for ever.
@Suite struct RevocationTests {
    static func revoke(
        _ what: String, at head: TestHead
    ) async throws -> Assay_V1_RevokeResponse {
        try await head.asking(as: .operator, "olga") { client in
            var request = Assay_V1_RevokeRequest()
            if what.contains("/") { request.holder = what } else { request.serial = what }
            return try await Assay_V1_Revocations.Client(wrapping: client).revoke(request)
        }
    }

    static func list(_ head: TestHead) async throws -> [Assay_V1_Revocation] {
        try await head.asking(as: .viewer) { client in
            try await Assay_V1_Revocations.Client(wrapping: client)
                .list(Assay_V1_ListRevocationsRequest()).revocations
        }
    }

    /// Why somebody with these credentials is not answered; nil when they are.
    static func refusal(of credentials: CredentialStore, by head: TestHead) async -> String? {
        do {
            try await ControlClient.with(head: head.place, credentials: credentials) { client in
                _ = try await Assay_V1_Nodes.Client(wrapping: client).list(.init())
            }
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func `a revoked worker is cut and its trial is another's within the lease's grace`()
        async throws
    {
        try await TestHead.with { head in
            let stolen = TestWorker(.byHand)
            let link = try await stolen.connect(to: head, as: "w1", slots: 1)
            try await head.asking(as: .user) { client in
                _ = try await Assay_V1_Jobs.Client(wrapping: client)
                    .submit(TestHead.submission(Sample.idle(trials: 1)))
            }
            let lease = await stolen.first { message -> Lease? in
                guard case .assignments(let groups) = message else { return nil }
                return groups.first?.assignments.first?.lease
            }
            let honest = TestWorker(.byHand)
            _ = try await honest.connect(to: head, as: "w2", slots: 1)

            let began = ContinuousClock.now
            let response = try await Self.revoke("worker/w1", at: head)
            #expect(response.connections == 1)
            let serial = try #require(response.revocations.last?.serial)
            #expect(response.revocations.map(\.holder) == ["worker/w1", ""])
            // What it says from the answer on is not heard, whether or not it still gets through.
            link.send([.reports([TestWorker.score(try #require(lease))])])
            let moved = await honest.first { message -> Lease? in
                guard case .assignments(let groups) = message else { return nil }
                return groups.first?.assignments.first?.lease
            }
            #expect(moved?.trial == lease?.trial)
            // The grace of a worker that is merely away is ten seconds.
            #expect(ContinuousClock.now - began < .seconds(5))
            let reason = await stolen.first { message -> String? in
                if case .refused(let reason) = message { reason } else { nil }
            }
            #expect(reason?.contains("revoked") == true)
            let listed = try await Self.list(head)
            #expect(listed.map(\.holder) == ["worker/w1", ""])
            #expect(listed.map(\.serial) == ["", serial])
            #expect(listed.map(\.by) == ["operator/olga", "operator/olga"])
        }
    }

    @Test func `a person's certificate is revoked by serial, and only that one`() async throws {
        try await TestHead.with { head in
            let stolen = try head.cluster.issue(.user, "ada")
            let other = try head.cluster.issue(.user, "ada")
            #expect(await Self.refusal(of: stolen, by: head) == nil)
            // As openssl prints it.
            let spelled = stolen.current.serial.description.uppercased()
            _ = try await Self.revoke(spelled, at: head)
            let serial = stolen.current.serial
            #expect(
                await Self.refusal(of: stolen, by: head)?
                    .contains("its certificate \(serial) is revoked") == true)
            #expect(await Self.refusal(of: other, by: head) == nil)
        }
    }

    @Test func `a restarted head refuses from its first connection on`() async throws {
        let scratch = try ScratchDirectory()
        let cluster = try TestCluster()
        let stolen = try cluster.issue(.operator, "olaf")
        try await TestHead.with(state: scratch.path, cluster: cluster) { head in
            _ = try await Self.revoke("operator/olaf", at: head)
            #expect(await Self.refusal(of: stolen, by: head)?.contains("revoked") == true)
        }
        try await TestHead.with(state: scratch.path, cluster: cluster) { head in
            #expect(await Self.refusal(of: stolen, by: head)?.contains("revoked") == true)
            let listed = try await Self.list(head)
            #expect(listed.map(\.holder) == ["operator/olaf"])
        }
    }

    @Test(.timeLimit(.minutes(2)))
    func `no connection slips through between its handshake and a revocation`() async throws {
        try await TestHead.with { head in
            let stolen = try head.cluster.issue(.worker, "w1")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for _ in 0..<24 {
                    group.addTask {
                        let worker = TestWorker(.byHand)
                        // Refused before or cut after: either way it ends.
                        guard (try? await worker.connect(to: head, with: stolen)) != nil else {
                            return
                        }
                        for await _ in worker.heard {}
                    }
                }
                group.addTask { _ = try await Self.revoke("worker/w1", at: head) }
                try await group.waitForAll()
            }
            let nodes = try await head.asking(as: .viewer) {
                try await Assay_V1_Nodes.Client(wrapping: $0).list(.init()).nodes
            }
            #expect(nodes.isEmpty)
        }
    }

    @Test func `an operator who revokes herself is answered first`() async throws {
        try await TestHead.with { head in
            let mine = try head.cluster.issue(.operator, "olga")
            let response = try await ControlClient.with(head: head.place, credentials: mine) {
                var request = Assay_V1_RevokeRequest()
                request.serial = mine.current.serial.description
                return try await Assay_V1_Revocations.Client(wrapping: $0).revoke(request)
            }
            #expect(response.connections == 1)
            #expect(await Self.refusal(of: mine, by: head)?.contains("revoked") == true)
        }
    }

    @Test(arguments: ["worker/W1", "w1/", "king/w1", "zz", "", "worker/w1/x"])
    func `what names nobody is refused, not revoked in vain`(what: String) async throws {
        try await TestHead.with { head in
            let error = await #expect(throws: RPCError.self) {
                try await Self.revoke(what, at: head)
            }
            #expect(error?.code == .invalidArgument)
            let listed = try await Self.list(head)
            #expect(listed.isEmpty)
        }
    }
}
