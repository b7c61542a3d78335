import Foundation
import Glibc
import LiveCluster
import Testing

/// Programs of a user on a live cluster: their scores, what they leave, and the taint of it.
@Suite(.enabled(if: CommandPrograms.areInstalled, "bubblewrap or python3 is not installed"))
struct CommandTests {
    /// Reaches its parameter in three steps, and leaves a table and what it was told.
    static let program = """
        import json, os, socket
        talk = socket.socket(fileno=int(os.environ["ASSAY_SCORES_FD"])).makefile("rw")
        told = json.load(open(os.environ["ASSAY_PARAMETERS"]))
        score = told["height"] + (1 if told["kind"] == "good" else 0)
        for step in (1, 2, 3):
            print(json.dumps({"step": step, "scores": {"height": score}}), file=talk, flush=True)
            if talk.readline() == "stop\\n":
                break
        with open(os.environ["ASSAY_OUTPUT"] + "/table.csv", "w") as file:
            file.write("x,y\\n" + "".join(f"{i},{2 * i + i % 3}\\n" for i in range(60)))
        with open(os.environ["ASSAY_OUTPUT"] + "/told.json", "w") as file:
            json.dump(told, file)
        print(json.dumps({"scores": {"height": score}}), file=talk, flush=True)
        """

    static let job = """
        name: climb
        task: command
        command: [python3, climb.py]
        files: { climb.py: climb.py }
        parameters:
          height: { low: 0.0, high: 1.0 }
          kind: [good, bad]
        metric: height
        direction: maximise
        budget: { trials: 24 }
        resources: { memory: 128MiB, wall_time: 30s, scratch: 4MiB, processes: 8 }
        outputs: [table.csv, told.json]
        early_stopping: median
        seed: 3
        output: climb.out
        """

    private struct Live {
        let cluster: Cluster
        let head: Program
        let worker: Program

        /// A cluster whose one worker runs ute's commands and nobody else's.
        init() async throws {
            self.cluster = try await Cluster()
            let policy = try self.cluster.write("users: [ute]\n", to: "policy.yaml")
            self.head = try await self.cluster.startHead()
            self.worker = try await self.cluster.startWorker(
                "w1", slots: 2, ["--commands", policy])
            _ = try self.cluster.write(CommandTests.program, to: "climb.py")
        }

        func end() { for program in [self.worker, self.head] { program.send(SIGKILL) } }
    }

    @Test func `a search over a program brings the best trial's files, and stops those behind`()
        async throws
    {
        let live = try await Live()
        defer { live.end() }
        let job = try live.cluster.write(Self.job, to: "climb.yaml")
        let ended = try await live.cluster.ask(["submit", job, "--follow"])
        #expect(ended["state"] as? String == "succeeded")
        #expect(ended["task"] as? String == "command")
        #expect(ended["tainted"] as? Bool == true)
        let best = try #require(ended["best"] as? [String: Any])
        let parameters = try #require(best["parameters"] as? [String: Any])
        #expect(parameters["kind"] as? String == "good")

        // The files are the best trial's, and nobody else may read them.
        let directory = live.cluster.path("climb.out")
        #expect(ended["output"] as? String == directory)
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        #expect(names.sorted() == ["table.csv", "told.json"])
        let told = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(filePath: "\(directory)/told.json")))
        let values = try #require(told as? [String: Any])
        #expect(values["height"] as? Double == parameters["height"] as? Double)
        let mode = try FileManager.default.attributesOfItem(atPath: directory)
        #expect(mode[.posixPermissions] as? Int == 0o700)

        let id = try #require(ended["id"] as? String)
        let trials = try await live.cluster.trials(of: id)
        #expect(trials.count == 24)
        let stopped = trials.filter { $0["stopped"] as? Bool == true }
        #expect(!stopped.isEmpty)
        let score = try #require(ended["best_score"] as? Double)
        for trial in stopped {
            let reached = (trial["progress"] as? [String: Any])?["scores"] as? [String: Double]
            #expect(try #require(reached?["height"]) < score)
        }
    }

    @Test func `taint follows the bytes into a model until somebody answers for it`() async throws {
        let live = try await Live()
        defer { live.end() }
        let cluster = live.cluster
        let command = Self.job.replacing("trials: 24", with: "trials: 2")
        _ = try await cluster.ask(
            ["submit", try cluster.write(command, to: "climb.yaml"), "--follow"])
        // Another user trains on it, and does not know where it comes from.
        try await cluster.issue("user", "eve")
        let learning = try cluster.write(
            """
            task: regression
            data: { train: climb.out/table.csv, target: y }
            metric: rmse
            budget: { trials: 3 }
            model_list: [ridge]
            output: line.model
            """, to: "line.yaml")
        let ended = try await cluster.ask(["submit", learning, "--follow"], as: "eve")
        #expect(ended["state"] as? String == "succeeded")
        #expect(ended["tainted"] as? Bool == true)
        let sources = try #require(ended["tainted_by"] as? [String])
        #expect(sources.count == 1)

        let id = try #require(ended["id"] as? String)
        let model = try await cluster.ask(["model", id], as: "eve")
        #expect(model["tainted_by"] as? [String] == sources)
        let bundle = cluster.path("line.model")
        #expect(try await cluster.ask(["verify", bundle])["tainted_by"] as? [String] == sources)
        let table = cluster.path("climb.out/table.csv")
        let refused = try cluster.client(["predict", bundle, table, "--score"], as: "eve")
        #expect(await refused.status == 4)
        #expect(refused.errors.contains("is tainted"))
        let taken = try cluster.client(
            ["predict", bundle, table, "--score", "--allow-tainted"], as: "eve")
        #expect(await taken.status == 0, "\(taken.errors)")

        // Clearing the data clears no model that learned from it before.
        let files = try #require(model["files"] as? [[String: Any]])
        let digests = files.compactMap { $0["digest"] as? String }
        let reason = ["--reason", "every line was read"]
        let own = try cluster.client(["taint", "clear"] + digests + reason, as: "eve")
        #expect(await own.status == 4)
        _ = try await cluster.ask(["taint", "clear"] + sources + reason, as: "olga")
        #expect(
            try await cluster.ask(["model", id], as: "eve")["tainted"] as? Bool == true)
        _ = try await cluster.ask(["taint", "clear"] + digests + reason, as: "olga")
        _ = try await cluster.ask(["model", id, "--output", bundle], as: "eve")
        let clean = try cluster.client(["predict", bundle, table, "--score"], as: "eve")
        #expect(await clean.status == 0, "\(clean.errors)")

        let listed = try await cluster.ask(["taint", "list"], as: "olga")
        let taints = try #require(listed["taints"] as? [[String: Any]])
        let cleared = taints.filter { $0["cleared_by"] as? String == "operator/olga" }
        #expect(cleared.count == digests.count + sources.count)
        #expect(cleared.allSatisfy { $0["reason"] as? String == "every line was read" })
        let verify = try cluster.start(
            Binaries.assay, ["audit", "verify", "--state", cluster.path("state")])
        #expect(await verify.status == 0)
        let log = try String(
            contentsOfFile: cluster.path("state/audit/00000001.jsonl"), encoding: .utf8)
        for digest in digests + sources { #expect(log.contains("blob/\(digest)")) }
    }

    @Test func `a command of somebody whom no worker admits waits, and says why`() async throws {
        let live = try await Live()
        defer { live.end() }
        try await live.cluster.issue("user", "eve")
        let job = try live.cluster.write(Self.job, to: "climb.yaml")
        let accepted = try await live.cluster.ask(["submit", job], as: "eve")
        let id = try #require(accepted["id"] as? String)
        let waiting = try await live.cluster.ask(["job", id], as: "eve")
        #expect(waiting["state"] as? String == "running")
        #expect(waiting["waiting"] as? String == "no connected worker runs commands of user/eve")
        _ = try await live.cluster.ask(["cancel", id], as: "eve")
    }

    @Test func `a program runs here without a cluster, and leaves its files and nothing else`()
        async throws
    {
        let cluster = try await Cluster()
        try cluster.makeDirectory("work")
        _ = try cluster.write(Self.program, to: "work/climb.py")
        let command = Self.job.replacing("trials: 24", with: "trials: 2")
            .replacing("output: climb.out", with: "")
        let job = try cluster.write(command, to: "work/climb.yaml")
        let run = try cluster.start(Binaries.assay, ["run", job, "--json"])
        #expect(await run.status == 0, "\(run.errors)")
        let left = try FileManager.default.subpathsOfDirectory(atPath: cluster.path("work"))
        #expect(
            left.sorted() == [
                "climb.out", "climb.out/table.csv", "climb.out/told.json", "climb.py",
                "climb.yaml",
            ])
    }
}

/// What these tests run beside ours.
private enum CommandPrograms {
    static let areInstalled = ["/usr/bin/bwrap", "/usr/bin/python3"].allSatisfy {
        FileManager.default.isExecutableFile(atPath: $0)
    }
}
