import Foundation
import Glibc
import LiveCluster
import Testing

/// The page that Prometheus reads, of a live head.
@Suite struct MetricsTests {
    private static let promtool = "/usr/bin/promtool"

    /// Debian has it in a package whose installation starts a server: nobody is made to.
    @Test(
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: promtool),
            "promtool (Debian: prometheus) is not installed: the metrics were not judged by it"))
    func `promtool finds nothing wrong with the names of metrics`() async throws {
        let page = try await Self.page()
        let cluster = try await Cluster()
        let file = try cluster.write(page.joined(separator: "\n") + "\n", to: "metrics")
        let promtool = try cluster.start(
            "/bin/sh", ["-c", "exec \"$1\" check metrics <\"$2\"", "sh", Self.promtool, file])
        #expect(await promtool.status == 0, "\(promtool.output)\(promtool.errors)")
        #expect(promtool.errors.isEmpty, "\(promtool.errors)")
    }

    @Test func `whatever is cut or refused has a counter before it happens the first time`()
        async throws
    {
        let page = try await Self.page()
        for (metric, label, values) in [
            (
                "assay_connections_refused_total", "cause",
                ["handshake", "identity", "quota", "crowd", "room", "silence"]
            ),
            ("assay_connections_cut_total", "cause", ["http2", "pages", "revoked", "expired"]),
            ("assay_links_cut_total", "cause", ["rules", "silence", "unread"]),
            ("assay_calls_total", "code", ["OK", "RESOURCE_EXHAUSTED", "PERMISSION_DENIED"]),
        ] {
            for value in values {
                let start = "\(metric){\(label)=\"\(value)\"} "
                #expect(page.contains { $0.hasPrefix(start) }, "\(start)")
            }
        }
    }

    @Test func `what is refused is counted by its cause`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let openssl = OpenSSL(cluster: cluster)
        _ = try await openssl.connect(["-tls1_3", "-alpn", "h2"], as: nil)
        try await cluster.issue("worker", "wanda")
        _ = try await openssl.connect(["-alpn", "http/1.1"], as: "wanda")
        #expect(await (try cluster.client(["nodes", "--json"], as: "wanda")).status == 4)
        let page = try await cluster.fetch("/metrics", as: "olga").body.split(separator: "\n")
        #expect(page.contains(#"assay_connections_refused_total{cause="handshake"} 1.0"#))
        #expect(page.contains(#"assay_connections_refused_total{cause="identity"} 1.0"#))
        #expect(page.contains(#"assay_calls_total{code="PERMISSION_DENIED"} 1.0"#))
    }

    private static func page() async throws -> [Substring] {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let page = try await cluster.fetch("/metrics", as: "olga")
        #expect(page.code == 200)
        return page.body.split(separator: "\n")
    }
}
