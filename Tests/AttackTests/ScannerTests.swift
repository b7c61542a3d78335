import Foundation
import Glibc
import LiveCluster
import Testing

/// What scanners of TLS servers find out about a live head. They look for what a stranger could
/// use, and know more ways than we do.
@Suite(.serialized) struct ScannerTests {
    private static let sslscan = "/usr/bin/sslscan"
    private static let sslyze = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: ".build/scanners/bin/sslyze").path

    private static func isInstalled(_ path: String) -> ConditionTrait {
        .enabled(
            if: FileManager.default.isExecutableFile(atPath: path),
            "\(path) is not installed (make clients): the head was not scanned by it")
    }

    /// All that TLS 1.3 has in use.
    private static let ciphers = [
        "TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256",
    ]

    /// Scans a head that nobody else talks to, without a certificate; answers standard output.
    private static func scan(_ program: String, _ arguments: [String]) async throws -> String {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let scanner = try cluster.start(
            "/usr/bin/env", ["timeout", "120", program] + arguments + [cluster.address])
        #expect(await scanner.status == 0, "\(scanner.errors)")
        #expect(try await cluster.ask(["health"], as: "olga")["ready"] as? Bool == true)
        return scanner.output
    }

    @Test(isInstalled(sslscan)) func `sslscan sees TLS 1.3 and nothing else`() async throws {
        let report = try SSLScan(await Self.scan(Self.sslscan, ["--xml=-"]))
        #expect(
            report.protocols == [
                "ssl 2": "0", "ssl 3": "0", "tls 1.0": "0", "tls 1.1": "0", "tls 1.2": "0",
                "tls 1.3": "1",
            ])
        #expect(report.values("renegotiation", "supported") == ["0"])
        #expect(report.values("heartbleed", "vulnerable") == ["0"])
        #expect(report.values("cipher", "cipher").sorted() == Self.ciphers)
        #expect(Set(report.values("cipher", "sslversion")) == ["TLSv1.3"])
        let groups = report.values("group", "bits").compactMap { Int($0) }
        #expect(groups.count >= 2 && groups.allSatisfy { $0 >= 128 })
    }

    @Test(isInstalled(sslyze))
    func `sslyze is asked for a certificate, and finds nothing to use`() async throws {
        let looks = [
            "sslv2", "sslv3", "tlsv1", "tlsv1_1", "tlsv1_2", "tlsv1_3", "reneg", "heartbleed",
            "openssl_ccs", "robot", "compression", "elliptic_curves",
        ]
        let report = try SSLyze(
            await Self.scan(
                Self.sslyze,
                looks.map { "--\($0)" } + ["--mozilla_config=disable", "--json_out=-"]))
        #expect(try report.fact("client_auth_requirement") == "REQUIRED")
        #expect(try report.fact("highest_tls_version_supported") == "TLS_1_3")
        for version in ["ssl_2_0", "ssl_3_0", "tls_1_0", "tls_1_1", "tls_1_2"] {
            let found = try report.look("\(version)_cipher_suites")
            #expect(found["is_tls_version_supported"] as? Bool == false, "\(version)")
        }
        let suites = try report.look("tls_1_3_cipher_suites")["accepted_cipher_suites"]
        let names = (suites as? [[String: Any]] ?? [])
            .compactMap { ($0["cipher_suite"] as? [String: Any])?["name"] as? String }
        #expect(names.sorted() == Self.ciphers)
        let curves = try report.look("elliptic_curves")["supported_curves"]
        let known = Set((curves as? [[String: Any]] ?? []).compactMap { $0["name"] as? String })
        #expect(known.isSubset(of: ["X25519", "secp256r1", "prime256v1", "secp384r1"]))
        for (look, weakness) in [
            ("session_renegotiation", "is_vulnerable_to_client_renegotiation_dos"),
            ("heartbleed", "is_vulnerable_to_heartbleed"),
            ("openssl_ccs_injection", "is_vulnerable_to_ccs_injection"),
            ("tls_compression", "supports_compression"),
        ] {
            #expect(try report.look(look)[weakness] as? Bool == false, "\(look)")
        }
        #expect(
            try report.look("robot")["robot_result"] as? String
                == "NOT_VULNERABLE_RSA_NOT_SUPPORTED")
    }
}

/// What `sslscan --xml=-` prints: its elements, of which only attributes count.
private struct SSLScan {
    private let elements: [(name: String, attributes: [String: String])]

    init(_ xml: String) throws {
        self.elements = xml.matches(of: /<([a-z-]+)((?: [A-Za-z]+="[^"]*")+)/).map { element in
            var attributes: [String: String] = [:]
            for match in element.output.2.matches(of: #/ ([A-Za-z]+)="([^"]*)"/#) {
                attributes[String(match.output.1)] = String(match.output.2)
            }
            return (String(element.output.1), attributes)
        }
        try #require(!self.elements.isEmpty, "sslscan printed no report: \(xml)")
    }

    var protocols: [String: String] {
        var found: [String: String] = [:]
        for (name, attributes) in self.elements where name == "protocol" {
            let version = "\(attributes["type"] ?? "") \(attributes["version"] ?? "")"
            found[version] = attributes["enabled"]
        }
        return found
    }

    func values(_ element: String, _ attribute: String) -> [String] {
        self.elements.filter { $0.name == element }.compactMap { $0.attributes[attribute] }
    }
}

/// What `sslyze --json_out=-` prints of one server.
private struct SSLyze {
    private let server: [String: Any]

    init(_ json: String) throws {
        let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
        let servers = object?["server_scan_results"] as? [[String: Any]]
        self.server = try #require(servers?.first, "sslyze printed no report: \(json)")
    }

    /// What it noticed when it first connected.
    func fact(_ name: String) throws -> String {
        let facts = self.server["connectivity_result"] as? [String: Any]
        return try #require(facts?[name] as? String, "sslyze did not say \(name)")
    }

    /// The result of one look, which must have been completed.
    func look(_ name: String) throws -> [String: Any] {
        let looks = self.server["scan_result"] as? [String: Any]
        let look = try #require(looks?[name] as? [String: Any], "sslyze did not look for \(name)")
        return try #require(look["result"] as? [String: Any], "\(name): \(look["status"] ?? "")")
    }
}
