import Foundation
import SandboxRig
import Synchronization
import Testing
import Wire

/// Programs of users, run for real in their sandbox.
@Suite(.enabled(if: SandboxRig.isPossible, "bubblewrap is not installed"))
struct CommandTests {
    let rig: SandboxRig

    init() throws { self.rig = try SandboxRig() }

    /// What every program here begins with: how it reports.
    static let prelude = """
        import json, os, socket, sys
        talk = socket.socket(fileno=int(os.environ["ASSAY_SCORES_FD"])).makefile("rw")
        def report(scores, step=None):
            line = {"scores": scores} if step is None else {"step": step, "scores": scores}
            print(json.dumps(line), file=talk, flush=True)
            return talk.readline().strip() if step is not None else None

        """

    private func scored(
        _ end: SandboxRig.End, _ comment: Comment? = nil
    ) throws -> (scores: [String: Double], outputs: [String: [UInt8]]) {
        guard case .scored(let scores, let outputs, _) = end else {
            Issue.record("it ended otherwise: \(end) \(comment ?? "")")
            return ([:], [:])
        }
        return (scores, outputs)
    }

    private func failure(_ end: SandboxRig.End) -> Failure? {
        guard case .failed(let failure, _) = end else {
            Issue.record("it ended otherwise: \(end)")
            return nil
        }
        return failure
    }

    @Test func `a program scores, and what it leaves is kept`() async throws {
        var job = SandboxRig.Job(
            python: Self.prelude + """
                with open(os.environ["ASSAY_OUTPUT"] + "/model.bin", "wb") as file:
                    file.write(b"weights" * 1000)
                report({"score": 0.5, "other": -1})
                report({"score": 0.75})
                """)
        job.outputs = ["model.bin"]
        let (scores, outputs) = try self.scored(try await self.rig.run(job))
        #expect(scores == ["score": 0.75])
        #expect(
            outputs["model.bin"].map { String(decoding: $0, as: UTF8.self) }
                == String(repeating: "weights", count: 1000))
    }

    @Test func `a program finds its parameters, its seed and its files`() async throws {
        var job = SandboxRig.Job(
            python: Self.prelude + """
                found = json.load(open(os.environ["ASSAY_PARAMETERS"]))
                assert found == {"rate": 0.25, "layers": 3, "kind": "deep", "bias": True}, found
                assert os.environ["ASSAY_PARAM_rate"] == "0.25"
                assert os.environ["ASSAY_PARAM_layers"] == "3"
                assert os.environ["ASSAY_PARAM_kind"] == "deep"
                assert os.environ["ASSAY_PARAM_bias"] == "true"
                assert os.environ["ASSAY_SEED"] == "7" and os.environ["ASSAY_TRIAL"] == "j3/4"
                assert os.environ["COLOUR"] == "green" and os.environ["HOME"] == "/trial/home"
                assert open("data/a.csv").read() == "x\\n1\\n"
                assert os.getcwd() == "/trial/work" and sys.argv[1:] == ["--deep", ""]
                assert os.listdir("/trial/output") == []
                report({"score": 1})
                """, ["--deep", ""])
        job.files["data/a.csv"] = "x\n1\n"
        job.environment = ["COLOUR": "green"]
        job.parameters = [
            (CommandParameter("rate", .real(0...1, .linear)), 0.25),
            (CommandParameter("layers", .whole(1...9, .linear)), 3),
            (CommandParameter("kind", .choice([.text("flat"), .text("deep")])), 1),
            (CommandParameter("bias", .choice([.boolean(false), .boolean(true)])), 1),
        ]
        #expect(try self.scored(try await self.rig.run(job)).scores == ["score": 1])
    }

    @Test func `a program that is told to stop may end without a result`() async throws {
        let job = SandboxRig.Job(
            python: Self.prelude + """
                for step in range(100):
                    if report({"score": step / 100}, step) != "continue":
                        sys.exit(0)
                sys.exit(9)
                """)
        let steps = Mutex<[UInt32]>([])
        let end = try await self.rig.run(job) { progress, hand in
            steps.withLock { $0.append(progress.step) }
            hand.answer(progress.step < 3 ? .continue : .stop)
        }
        #expect(try self.scored(end).scores == ["score": 0.03])
        #expect(steps.withLock { $0 } == [0, 1, 2, 3])
    }

    @Test func `two steps in one breath have two answers`() async throws {
        let job = SandboxRig.Job(
            python: Self.prelude + """
                for step in range(2):
                    print(json.dumps({"step": step, "scores": {"score": step}}), file=talk)
                talk.flush()
                assert [talk.readline(), talk.readline()] == ["continue\\n", "continue\\n"]
                report({"score": 1})
                """)
        #expect(try self.scored(try await self.rig.run(job)).scores == ["score": 1])
    }

    @Test func `a program that reads no answers goes no faster than its head`() async throws {
        let job = SandboxRig.Job(
            python: Self.prelude + """
                for step in range(50):
                    print(json.dumps({"step": step, "scores": {"score": step}}), file=talk)
                print(json.dumps({"scores": {"score": 1}}), file=talk, flush=True)
                """)
        let unanswered = Mutex(0)
        let end = try await self.rig.run(job) { _, hand in
            #expect(unanswered.withLock { $0 } == 0)
            unanswered.withLock { $0 += 1 }
            unanswered.withLock { $0 -= 1 }
            hand.answer(.continue)
        }
        #expect(try self.scored(end).scores == ["score": 1])
    }

    @Test(arguments: [
        ("sys.exit(3)", "exit code 3"),
        ("os.kill(os.getpid(), 11)", "signal 11"),
        ("pass", "no score named score"),
        (#"report({"accuracy": 1})"#, "no score named score"),
        (#"print('{"scores":{"score":NaN}}', file=talk, flush=True); talk.readline()"#, "line 1"),
        (#"print('x' * 20000, file=talk, flush=True); talk.readline()"#, "longer than"),
        (#"report({"score": 1}, 5); report({"score": 1}, 5)"#, "line 2 of its scores: its step"),
        (#"report({"score": 1})"#, "output model.bin: it left no such file"),
    ]) func `a program that goes wrong is a failure with a sentence`(
        program: String, words: String
    ) async throws {
        var job = SandboxRig.Job(python: Self.prelude + program)
        if words.contains("model.bin") { job.outputs = ["model.bin"] }
        let failure = self.failure(try await self.rig.run(job))
        #expect(failure?.code == .command)
        #expect(failure?.reason.contains(words) == true, "\(failure?.reason ?? "")")
    }

    @Test func `a program that is not there is a failure`() async throws {
        let end = try await self.rig.run(SandboxRig.Job(arguments: ["no-such-program"]))
        #expect(self.failure(end)?.reason.contains("No such file") == true)
    }

    @Test func `what a program prints reaches nobody`() async throws {
        let job = SandboxRig.Job(
            python: Self.prelude + """
                print("row 17 is 4711"); print("4711", file=sys.stderr)
                raise ValueError("4711")
                """)
        let failure = self.failure(try await self.rig.run(job))
        #expect(failure?.reason == "it ended with exit code 1")
    }

    @Test func `a program of a folder runs by its own name`() async throws {
        var job = SandboxRig.Job(arguments: ["./run.sh"])
        job.files = ["run.sh": "#!/bin/sh\necho '{\"scores\":{\"score\":2}}' >&3\n"]
        #expect(try self.scored(try await self.rig.run(job)).scores == ["score": 2])
    }

    @Test func `a program is killed with all that it started`() async throws {
        let mark = "assay-mark-\(UUID().uuidString)"
        let job = SandboxRig.Job(
            python: Self.prelude + """
                import subprocess, time
                child = "import os, time; os.setsid(); print(flush=True); time.sleep(1000)"
                argv = [sys.executable, "-c", child, "\(mark)"]
                children = [subprocess.Popen(argv, stdout=subprocess.PIPE) for _ in range(3)]
                # Only when it has run a while has a child its own arguments for all to see.
                for child in children: child.stdout.readline()
                report({"score": 1}, 1)
                time.sleep(1000)
                """)
        let end = try await self.rig.run(job) { _, hand in
            #expect(HostProcesses.count(with: mark) == 3)
            hand.kill()
        }
        guard case .killed = end else {
            Issue.record("\(end)")
            return
        }
        #expect(HostProcesses.count(with: mark) == 0)
    }

    @Test func `nothing outlives a program that ends`() async throws {
        let mark = "assay-mark-\(UUID().uuidString)"
        let job = SandboxRig.Job(
            python: Self.prelude + """
                import subprocess
                child = "import os, time; os.fork() and os._exit(0); os.setsid(); time.sleep(1000)"
                subprocess.run([sys.executable, "-c", child, "\(mark)"])
                report({"score": 1})
                """)
        #expect(try self.scored(try await self.rig.run(job)).scores == ["score": 1])
        #expect(HostProcesses.count(with: mark) == 0)
    }
}
