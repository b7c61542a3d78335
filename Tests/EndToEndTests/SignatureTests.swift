import Clients
import Foundation
import LiveCluster
import Testing

/// Models on their way from a head to somebody who trusts its authority and nobody else.
@Suite struct SignatureTests {
    private static let job = """
        name: clouds
        task: classification
        data: { train: clouds.csv, target: kind }
        metric: accuracy
        budget: { trials: 2 }
        cv: 2
        output: clouds.model
        """

    /// A cluster that has made one model, and the head's authority's certificate.
    private struct Made {
        let cluster: Cluster
        let model: String
        let id: String
        let authority: String
        let table: String
    }

    private func withModel(_ body: (Made) async throws -> Void) async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1")
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let job = try cluster.write(
            job: Self.job, on: Tables.classification(rows: 120, seed: 7), named: "clouds")
        let ended = try await cluster.ask(["submit", job, "--follow"])
        try await body(
            Made(
                cluster: cluster, model: cluster.path("clouds.model"),
                id: try #require(ended["id"] as? String),
                authority: cluster.path("ca") + "/ca.pem", table: cluster.path("clouds.csv")))
    }

    /// Runs a verb that asks no head, with no variable that names one.
    private func alone(_ cluster: Cluster, _ arguments: [String]) async throws -> Program {
        let program = try cluster.start(Binaries.assay, arguments)
        _ = await program.status
        return program
    }

    private func change(_ model: String, _ name: String) throws {
        let path = "\(model)/\(name)"
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count / 2] ^= 1
        try bytes.write(to: URL(filePath: path))
    }

    @Test func `a model verifies by the authority alone, and predicts only while it does`()
        async throws
    {
        try await self.withModel { made in
            let cluster = made.cluster
            let trusting = ["--ca", made.authority]
            let verified = try await self.alone(
                cluster, ["verify", made.model, "--json"] + trusting)
            #expect(await verified.status == 0, "\(verified.errors)")
            let object = try JSONSerialization.jsonObject(with: Data(verified.output.utf8))
            let report = try #require(object as? [String: Any])
            #expect(report["signer"] as? String == "spiffe://e2e/head/head-1")
            #expect(report["cluster"] as? String == "e2e")
            #expect(report["id"] as? String == made.id)
            #expect(report["owner"] as? String == "user/ute")
            #expect(report["worker"] as? String == "w1")
            // The same from the head, as whoever may read the model.
            let remote = try await cluster.ask(["verify", made.id])
            #expect(remote["signer"] as? String == "spiffe://e2e/head/head-1")

            // Nobody is trusted: it is said how to trust somebody.
            let predict = ["predict", made.model, made.table, "--score"]
            let untold = try await self.alone(cluster, predict)
            #expect(await untold.status == 2 && untold.errors.contains("--ca"))
            #expect(await (try self.alone(cluster, predict + trusting)).status == 0)

            for name in ["manifest.json", "weights.safetensors"] {
                try self.change(made.model, name)
                let sentence = "does not verify: \(name) differs from what was signed"
                for verb in [["verify", made.model], predict] {
                    let refused = try await self.alone(cluster, verb + trusting)
                    #expect(await refused.status == 4)
                    #expect(refused.errors.contains(sentence), "\(refused.errors)")
                }
                try self.change(made.model, name)
            }
            try FileManager.default.removeItem(atPath: "\(made.model)/model.sig")
            let bare = try await self.alone(cluster, predict + trusting)
            #expect(await bare.status == 4 && bare.errors.contains("is not signed"))
        }
    }

    @Test func `an embedded run signs as the head that it is given, and else does not`()
        async throws
    {
        let cluster = try await Cluster()
        let job = try cluster.write(
            job: Self.job, on: Tables.classification(rows: 120, seed: 7), named: "clouds")
        let model = cluster.path("clouds.model")
        let verify = ["verify", model, "--ca", cluster.path("ca") + "/ca.pem"]

        let plain = try await self.alone(cluster, ["run", job, "--json"])
        #expect(await plain.status == 0, "\(plain.errors)")
        #expect(await (try self.alone(cluster, verify)).status == 4)

        let user = try await self.alone(cluster, ["run", job, "--certs", cluster.certs("ute")])
        #expect(await user.status == 2)
        #expect(user.errors.contains("is of a user"), "\(user.errors)")

        let signed = try await self.alone(
            cluster, ["run", job, "--json", "--certs", cluster.certs("head-1")])
        #expect(await signed.status == 0, "\(signed.errors)")
        let verified = try await self.alone(cluster, verify)
        #expect(await verified.status == 0, "\(verified.errors)")
        #expect(verified.output.contains("signed by spiffe://e2e/head/head-1"))
    }

    // MARK: The format's own tool

    /// `make clients` installs it; a plain reader of the format that shares no code with us.
    static var hasTool: Bool {
        let isThere = Python.has("model_signing", "OpenSSL")
        if !isThere { print("SKIPPED: model-signing is not installed; run make clients") }
        return isThere
    }

    private func tool(_ cluster: Cluster, _ arguments: [String]) async throws -> Program {
        let program = try cluster.start(Python.path, ["-m", "model_signing"] + arguments)
        _ = await program.status
        return program
    }

    private func accepts(_ made: Made, authority: String? = nil) async throws -> Bool {
        let program = try await self.tool(
            made.cluster,
            [
                "verify", "certificate", made.model, "--signature", "\(made.model)/model.sig",
                "--certificate_chain", authority ?? made.authority,
            ])
        // A crash of the tool is no refusal.
        let status = await program.status
        let text = program.output + program.errors
        #expect(text.contains(status == 0 ? "succeeded" : "failed"), "\(text)")
        return status == 0
    }

    @Test(.enabled(if: hasTool))
    func `the format's own tool accepts a head's signature, and nothing altered`()
        async throws
    {
        try await self.withModel { made in
            #expect(try await self.accepts(made))
            let files = FileManager.default
            for name in ["manifest.json", "weights.safetensors"] {
                let path = "\(made.model)/\(name)"
                try self.change(made.model, name)
                #expect(try await !self.accepts(made), "\(name) was altered")
                try self.change(made.model, name)

                try files.moveItem(atPath: path, toPath: path + ".old")
                #expect(try await !self.accepts(made), "\(name) was renamed")
                try files.moveItem(atPath: path + ".old", toPath: made.model + "-away")
                #expect(try await !self.accepts(made), "\(name) was removed")
                try files.moveItem(atPath: made.model + "-away", toPath: path)
            }
            let added = "\(made.model)/hook.py"
            try "import os".write(toFile: added, atomically: true, encoding: .utf8)
            #expect(try await !self.accepts(made), "a file was added")
            try files.removeItem(atPath: added)
            #expect(try await self.accepts(made))

            // Another authority of the same name.
            let other = try await Cluster()
            #expect(
                try await !self.accepts(made, authority: other.path("ca") + "/ca.pem"),
                "another authority's signature")
        }
    }

    /// The tool follows the chain and asks no more; who of the cluster signed is ours to find out.
    @Test(.enabled(if: hasTool)) func `a member who signs with the format's own tool is refused`()
        async throws
    {
        try await self.withModel { made in
            for name in ["w1", "ute", "olga"] {
                try FileManager.default.removeItem(atPath: "\(made.model)/model.sig")
                let certs = made.cluster.certs(name)
                let signing = try await self.tool(
                    made.cluster,
                    [
                        "sign", "certificate", made.model, "--signature",
                        "\(made.model)/model.sig", "--private_key", "\(certs)/key.pem",
                        "--signing_certificate", "\(certs)/cert.pem", "--certificate_chain",
                        made.authority,
                    ])
                #expect(await signing.status == 0, "\(signing.errors)")
                let refused = try await self.alone(
                    made.cluster, ["verify", made.model, "--ca", made.authority])
                #expect(await refused.status == 4)
                #expect(refused.errors.contains("only a head signs models"), "\(refused.errors)")
            }
        }
    }
}
