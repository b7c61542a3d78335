import Clients
import Foundation
import LiveCluster
import Testing

/// What a gRPC client of another language sees; grpcio is installed by `make clients`.
@Suite struct ClientTests {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    static var isInstalled: Bool {
        let isThere = Python.has("grpc")
        if !isThere { print("SKIPPED: grpcio is not installed; run make clients") }
        return isThere
    }

    private func check(
        _ cluster: Cluster, as name: String, _ service: String = ""
    ) async throws -> String {
        let client = try cluster.start(
            Python.path,
            [
                Self.folder.appending(path: "Clients/health.py").path, cluster.address,
                cluster.certs(name), service,
            ])
        guard await client.status == 0 else { throw EndToEndError(client.errors) }
        return client.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    @Test(.enabled(if: isInstalled)) func `a ready head serves, by every service's name`()
        async throws
    {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        try await cluster.issue("probe", "kubelet")
        #expect(try await self.check(cluster, as: "kubelet") == "SERVING")
        #expect(try await self.check(cluster, as: "olga", "assay.v1.Jobs") == "SERVING")
        #expect(try await self.check(cluster, as: "olga", "nobody").hasPrefix("NOT_FOUND"))
    }

    @Test(.enabled(if: isInstalled)) func `whoever is not proved gets no answer but a reason`()
        async throws
    {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }

        try cluster.makeDirectory("certs-nobody")
        try FileManager.default.copyItem(
            atPath: cluster.certs("ute") + "/ca.pem", toPath: cluster.certs("nobody") + "/ca.pem")
        #expect(try await self.check(cluster, as: "nobody").hasPrefix("UNAVAILABLE"))

        try await OpenSSL(cluster: cluster).sign(
            "expired", uri: "spiffe://e2e/user/ute", to: "20210101000000Z")
        #expect(try await self.check(cluster, as: "expired").hasPrefix("UNAVAILABLE"))

        try await cluster.issue("worker", "wanda")
        let wrongRole = try await self.check(cluster, as: "wanda")
        #expect(wrongRole.contains("a worker may not"), "\(wrongRole)")
        try await OpenSSL(cluster: cluster).sign("nameless", uri: nil)
        let nameless = try await self.check(cluster, as: "nameless")
        #expect(nameless.hasPrefix("UNAUTHENTICATED") || nameless.hasPrefix("PERMISSION_DENIED"))
    }
}
