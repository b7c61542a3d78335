import Foundation
import Glibc
import LiveCluster
import Testing

/// What somebody with a hand on the head's disk could put there.
@Suite(.serialized) struct StateAttacks {
    private static let job = """
        task: classification
        data: { train: clouds.csv, target: kind }
        metric: accuracy
        budget: { trials: 2 }
        cv: 2
        output: clouds.model
        """

    @Test(arguments: ["journal.sqlite", "blobs", "blobs/sealed", "lock"])
    func `a link in the place of the state's own is not followed`(name: String) async throws {
        let cluster = try await Cluster()
        let first = try await cluster.startHead()
        first.send(SIGTERM)
        #expect(await first.status == 0)
        let place = cluster.path("state/\(name)")
        try FileManager.default.moveItem(atPath: place, toPath: cluster.path("elsewhere"))
        try FileManager.default.createSymbolicLink(
            atPath: place, withDestinationPath: cluster.path("elsewhere"))
        let status = try await Self.start(cluster)
        #expect(status.code != 0)
        #expect(status.errors.contains("state/\(name)"), "\(status.errors)")
    }

    @Test(arguments: ["", "/journal.sqlite", "/blobs"])
    func `a state that others can reach is refused with a sentence`(name: String) async throws {
        let cluster = try await Cluster()
        let first = try await cluster.startHead()
        first.send(SIGTERM)
        #expect(await first.status == 0)
        let place = cluster.path("state\(name)")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place)
        let status = try await Self.start(cluster)
        #expect(status.code != 0)
        #expect(status.errors.contains("others"), "\(status.errors)")
    }

    @Test func `changed bytes of a data set are found before a trial reads them`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let job = try cluster.write(
            job: Self.job, on: Tables.classification(rows: 200, seed: 7), named: "clouds")
        _ = try await cluster.ask(["submit", job])
        try Self.change(try await cluster.blob("clouds.csv"))
        let worker = try await cluster.startWorker("w1")
        defer { worker.send(SIGKILL) }
        try await cluster.waitForEnd(of: "j1")
        let ended = try await cluster.ask(["job", "j1"])
        #expect(ended["state"] as? String == "failed", "\(ended)")
        #expect((ended["reason"] as? String)?.isEmpty == false)
    }

    @Test func `changed bytes of a model are found before it predicts`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1")
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let job = try cluster.write(
            job: Self.job, on: Tables.classification(rows: 200, seed: 7), named: "clouds")
        #expect(
            try await cluster.ask(["submit", job, "--follow"])["state"] as? String == "succeeded")
        try Self.change(try await cluster.blob("clouds.model/weights.safetensors"))
        let predict = try cluster.client(["predict", "j1", cluster.path("clouds.csv"), "--score"])
        #expect(await predict.status == 1, "\(predict.output)")
        #expect(predict.output.isEmpty)
    }

    @Test func `a link or a pipe in the place of a blob is no blob`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        defer { head.send(SIGKILL) }
        let job = try cluster.write(
            job: Self.job, on: Tables.classification(rows: 200, seed: 7), named: "clouds")
        _ = try await cluster.ask(["submit", job])
        let place = try await cluster.blob("clouds.csv")
        for put in [{ symlink("/etc/hostname", place) }, { mkfifo(place, 0o600) }] {
            try FileManager.default.removeItem(atPath: place)
            #expect(put() == 0)
            // The bytes are brought again, since what lies there is none of ours.
            let again = try await cluster.ask(["submit", job])
            #expect(again["id"] as? String != nil)
            var status = stat()
            #expect(lstat(place, &status) == 0 && status.st_mode & S_IFMT == S_IFREG)
        }
    }

    // MARK: Support

    /// Starts a head that should not come up; its end, and what it said.
    private static func start(_ cluster: Cluster) async throws -> (code: Int32, errors: String) {
        let program = try cluster.start(
            "/usr/bin/env",
            [
                "timeout", "20", Binaries.assay, "head", "--listen", "127.0.0.1:0", "--certs",
                cluster.certs("head-1"), "--state", cluster.path("state"), "--temp-dir",
                cluster.path("temp"),
            ])
        let code = await program.status
        // 124: it was still running, so it had come up.
        return (code == 124 ? 0 : code, program.errors)
    }

    /// Turns one bit near the end of a file, whose length stays: before that lies what says how the
    /// rest is sealed, half of which is void.
    private static func change(_ path: String) throws {
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[bytes.count - 20] ^= 1
        try FileManager.default.removeItem(atPath: path)
        try bytes.write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: 0o400], ofItemAtPath: path)
    }
}

extension Cluster {
    /// Where the head keeps the bytes of a file.
    func blob(_ file: String) async throws -> String {
        let digest = try await self.digest(of: file)
        return self.path("state/blobs/sealed/\(digest.prefix(2))/\(digest)")
    }
}
