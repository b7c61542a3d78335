import Foundation
import Glibc
import LiveCluster
import Testing

/// `assay-certs` as a script meets it.
@Suite struct CertificateToolTests {
    private func run(_ cluster: Cluster, _ arguments: [String]) async throws -> Program {
        let program = try cluster.start(Binaries.certs, arguments)
        _ = await program.status
        return program
    }

    @Test func `a mistake of the caller is one sentence and exit code 2`() async throws {
        let cluster = try await Cluster()
        let (ca, out, none) = (cluster.path("ca"), cluster.path("out"), cluster.path("none"))
        let text = try cluster.write("text", to: "text")
        let mistakes: [(arguments: [String], words: String)] = [
            (["inspect", text, "--frobnicate"], "--frobnicate"),
            (["inspect", none], "No such file"),
            (["inspect", cluster.directory], "Is a directory"),
            (["inspect", text], "there is no certificate"),
            (["init", ca, "--cluster", "e2e"], "is there already"),
            (["init", "\(none)/ca", "--cluster", "e2e"], "No such file"),
            (["init", out, "--cluster", "E2E"], "a-z"),
            (["issue", "worker", "w1", "--ca", none, "--out", out], "No such file"),
            (["issue", "king", "w1", "--ca", ca, "--out", out], "a role is one of"),
            (["issue", "head", "h1", "--ca", ca, "--out", out], "add --dns"),
            (["issue", "user", "ute", "--ca", ca, "--out", cluster.certs("ute")], "already"),
        ]
        for (arguments, words) in mistakes {
            let program = try await self.run(cluster, arguments)
            #expect(await program.status == 2, "\(arguments)")
            #expect(program.errors.hasPrefix("assay-certs: "), "\(arguments)")
            #expect(program.errors.contains(words), "\(arguments): \(program.errors)")
            #expect(program.errors.count { $0.isNewline } == 1, "\(arguments)")
            #expect(program.output == "", "\(arguments)")
        }
        #expect(!FileManager.default.fileExists(atPath: out))
    }

    @Test func `a key of the authority that others can reach is a mistake`() async throws {
        let cluster = try await Cluster()
        chmod(cluster.path("ca/ca-key.pem"), 0o640)
        let program = try await self.run(
            cluster,
            ["issue", "user", "uwe", "--ca", cluster.path("ca"), "--out", cluster.path("uwe")])
        #expect(await program.status == 2)
        #expect(program.errors.contains("has mode 0640"))
        #expect(program.errors.contains("chmod 600"))
    }

    @Test func `what was made is printed as inspect prints it, when asked for`() async throws {
        let cluster = try await Cluster()
        try cluster.makeDirectory("more")
        let (ca, w1) = (cluster.path("more/ca"), cluster.path("more/w1"))
        for (arguments, file, identity) in [
            (["init", ca, "--cluster", "north"], "\(ca)/ca.pem", "spiffe://north"),
            (
                ["issue", "worker", "w1", "--ca", ca, "--out", w1], "\(w1)/cert.pem",
                "spiffe://north/worker/w1"
            ),
        ] {
            let made = try await self.run(cluster, arguments + ["--json"])
            #expect(await made.status == 0, "\(made.errors)")
            let inspected = try await self.run(cluster, ["inspect", file, "--json"])
            #expect(made.output == inspected.output)
            let object = try JSONSerialization.jsonObject(with: Data(made.output.utf8))
            let report = try #require(object as? [String: Any])
            #expect(report["identity"] as? String == identity)
            #expect(report["standing"] as? String == "valid")
        }
        let silent = try await self.run(
            cluster, ["issue", "user", "ute", "--ca", ca, "--out", cluster.path("more/ute")])
        #expect(await silent.status == 0)
        #expect(silent.output + silent.errors == "")
    }

    @Test func `a key for blobs is made once, and a newer one before it`() async throws {
        let cluster = try await Cluster()
        let path = cluster.path("blob.key")
        for (arguments, status) in [([path], 0), ([path], 2), ([path, "--rotate"], 0)] {
            let program = try await self.run(cluster, ["blob-key", "--json"] + arguments)
            #expect(await program.status == status, "\(program.errors)")
            // What it prints names the key, and is not the key.
            #expect(program.output.isEmpty == (status != 0))
            #expect(!program.output.contains(#/[0-9a-f]{17}/#))
            if status == 0 { #expect(program.output.hasPrefix(#"{"file":"\#(path)","key":""#)) }
        }
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines.count { $0.hasPrefix("assay-key-1 ") } == 2)
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
    }

    /// A process of ours lets nobody but root open its own memory, itself included.
    private static let opensMemory = ConditionTrait.enabled(
        if: geteuid() == 0, "not root: a file that opens and cannot be read was not tried")

    @Test(opensMemory) func `what the host fails to read is no mistake`() async throws {
        let cluster = try await Cluster()
        // There is nothing at address 0 of any process, so that the kernel fails the read.
        let program = try await self.run(cluster, ["inspect", "/proc/self/mem"])
        #expect(await program.status == 1)
        #expect(program.errors.hasPrefix("assay-certs: cannot read /proc/self/mem"))
    }
}
