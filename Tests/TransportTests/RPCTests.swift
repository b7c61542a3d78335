import CertificateAuthority
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import Testing
import Wire

@testable import Transport

@Suite struct RPCTests {
    @Test func `a handler knows who calls`() async throws {
        try await TestHead.with { head in
            for name in ["uma", "ugo"] {
                let credentials = try head.cluster.store(.user, name)
                let seen = try await head.asking(credentials) {
                    try await Assay_V1_Nodes.Client(wrapping: $0).list(.init())
                }
                #expect(seen.nodes.first?.name == "spiffe://lab/user/\(name)")
            }
        }
    }

    @Test func `a name is dialled as well as an address`() async throws {
        try await TestHead.with { head in
            let credentials = try head.cluster.store(.viewer, "vera")
            let place = HostAndPort(host: "localhost", port: head.place.port)
            let answer = try await TestHead.asking(of: place, credentials) {
                try await Grpc_Health_V1_Health.Client(wrapping: $0).check(.init())
            }
            #expect(answer.status == .serving)
        }
    }

    @Test func `a caller that sends our own header is not believed`() async throws {
        try await TestHead.with { head in
            // Somebody else is connected, whose number could be guessed.
            let other = try head.cluster.store(.operator, "otto")
            try await head.asking(other) { ottos in
                _ = try await Assay_V1_Nodes.Client(wrapping: ottos).list(.init())
                let victim = try #require(head.server.connections.all.first)

                let credentials = try head.cluster.store(.user, "uma")
                try await head.asking(credentials) { client in
                    let spoofed: Metadata = [Stamp.header: "\(victim.id.rawValue)", "x": "y"]
                    let seen = try await Assay_V1_Nodes.Client(wrapping: client)
                        .list(.init(), metadata: spoofed)
                    #expect(seen.nodes.first?.name == "spiffe://lab/user/uma")

                    _ = try await Assay_V1_Models.Client(wrapping: client)
                        .list(.init(), metadata: spoofed)
                    let metadata = try #require(head.service.seen.first)
                    #expect(Array(metadata[stringValues: Stamp.header]).isEmpty)
                    #expect(Array(metadata[stringValues: "x"]) == ["y"])
                }
            }
        }
    }

    @Test func `a call without a stamp is refused`() async throws {
        let interceptor = PeerInterceptor(
            table: ConnectionTable(pendingMax: 1), witness: NoWitness())
        let method = Assay_V1_Nodes.Method.List.descriptor
        for metadata: Metadata in [[:], [Stamp.header: "1"], [Stamp.header: "x"]] {
            let error = await #expect(throws: RPCError.self) {
                try await withServerContextRPCCancellationHandle { handle in
                    _ = try await interceptor.intercept(
                        request: StreamingServerRequest<Int>(
                            metadata: metadata, messages: RPCAsyncSequence(wrapping: Empty())),
                        context: ServerContext(
                            descriptor: method, remotePeer: "", localPeer: "", cancellation: handle)
                    ) { _, _ -> StreamingServerResponse<Int> in
                        Issue.record("the handler was reached")
                        return StreamingServerResponse(single: ServerResponse(message: 1))
                    }
                }
            }
            #expect(error?.code == .unauthenticated)
        }
    }

    private struct Empty: AsyncSequence, Sendable {
        struct AsyncIterator: AsyncIteratorProtocol {
            mutating func next() async throws -> Int? { nil }
        }
        func makeAsyncIterator() -> AsyncIterator { AsyncIterator() }
    }

    @Test func `what a role can never do is refused before the handler`() async throws {
        try await TestHead.with { head in
            let credentials = try head.cluster.store(.viewer, "vera")
            let error = await #expect(throws: RPCError.self) {
                try await head.asking(credentials) {
                    _ = try await Assay_V1_Nodes.Client(wrapping: $0).drain(.init())
                }
            }
            #expect(error?.code == .permissionDenied)
            #expect(error?.message == "a viewer may not drain or resume nodes")
        }
    }

    @Test func `every method of every service has a rule`() {
        let methods =
            Assay_V1_Jobs.Method.descriptors + Assay_V1_Blobs.Method.descriptors
            + Assay_V1_Models.Method.descriptors + Assay_V1_Nodes.Method.descriptors
            + Assay_V1_Revocations.Method.descriptors + Assay_V1_Enrollment.Method.descriptors
            + Assay_V1_Taints.Method.descriptors + Grpc_Health_V1_Health.Method.descriptors
        for method in methods {
            #expect(CallRule.byMethod[method.fullyQualifiedMethod] != nil, "\(method)")
        }
        #expect(CallRule.byMethod.count == methods.count)
    }

    @Test(arguments: [(Role.worker, "a worker may not list nodes"), (.joiner, "a joiner may not")])
    func `who has calls of their own makes no others`(role: Role, words: String) async throws {
        try await TestHead.with { head in
            let credentials = try head.cluster.store(role, "anna")
            let error = await #expect(throws: RPCError.self) {
                try await head.asking(credentials) {
                    _ = try await Assay_V1_Nodes.Client(wrapping: $0).list(.init())
                }
            }
            #expect(error?.code == .permissionDenied)
            #expect(error?.message.hasPrefix(words) == true)
        }
    }

    @Test func `a head's certificate makes no calls, and is told so`() async throws {
        try await TestHead.with { head in
            let credentials = try head.cluster.store(.head, "other")
            let error = await #expect(throws: HeadError.self) {
                try await head.asking(credentials) {
                    _ = try await Assay_V1_Nodes.Client(wrapping: $0).list(.init())
                }
            }
            #expect(
                error
                    == .refused(
                        head.place,
                        reason: """
                            the head refused the connection: a head may not speak h2, only: \
                            operator, user, viewer, probe, worker, joiner
                            """))
        }
    }

    @Test func `a certificate of another authority is a refusal in words`() async throws {
        try await TestHead.with { head in
            let foreign = try TestCluster()
            let issued = try foreign.issue(.user, "uma")
            let credentials = CredentialStore(
                try Credentials(
                    authority: foreign.authority.certificatePEM
                        + head.cluster.authority.certificatePEM,
                    certificate: issued.certificatePEM, key: issued.keyPEM))
            let error = await #expect(throws: HeadError.self) {
                try await head.asking(credentials) {
                    _ = try await Assay_V1_Nodes.Client(wrapping: $0).list(.init())
                }
            }
            #expect(
                error
                    == .refused(
                        head.place,
                        reason: "the head refused our certificate: another authority issued it"))
        }
    }

    @Test func `nobody there and nobody whom we trust are told apart`() async throws {
        let cluster = try TestCluster()
        let credentials = try cluster.store(.user, "uma")
        try await TestHead.with(cluster: cluster) { head in
            let other = try TestCluster().store(.user, "uma")
            let error = await #expect(throws: HeadError.self) {
                try await head.asking(other) {
                    _ = try await Assay_V1_Nodes.Client(wrapping: $0).list(.init())
                }
            }
            #expect(error?.description.contains("not issued by this cluster's authority") == true)
        }
        let silent = try SilentPort()
        let error = await #expect(throws: HeadError.self) {
            try await TestHead.asking(of: silent.place, credentials) {
                _ = try await Assay_V1_Nodes.Client(wrapping: $0).list(.init())
            }
        }
        #expect(error == .unreachable(silent.place, reason: "Connection refused"))
    }
}
