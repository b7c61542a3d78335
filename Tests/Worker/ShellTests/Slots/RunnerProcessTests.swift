import Glibc
import Host
import Testing

@testable import WorkerShell

@Suite struct RunnerProcessTests {
    private static let settings = RunnerSettings(
        parent: getpid(), user: nil, memoryBytesMax: nil, outputBytesMax: 1 << 20)

    @Test func `a program that is not there is no crash of ours`() async throws {
        let launch = RunnerLaunch(program: "/nowhere/assay", settings: Self.settings)
        let (process, _) = try RunnerProcess.prepare(launch)
        guard case .notStarted(let reason) = await process.run() else {
            Issue.record("it ran")
            return
        }
        #expect(reason.contains("/nowhere/assay"))
    }

    @Test func `the exit code and the last words of a runner are told`() async throws {
        // `cat runner …` finds no such file, says so, and fails.
        let launch = RunnerLaunch(program: "/bin/cat", settings: Self.settings)
        let (process, _) = try RunnerProcess.prepare(launch)
        guard case .exited(1, let words) = await process.run() else {
            Issue.record("it ended otherwise")
            return
        }
        #expect(!words.isEmpty)
    }

    @Test func `a runner that was killed before its start never starts`() async throws {
        let launch = RunnerLaunch(program: "/bin/cat", settings: Self.settings)
        let (process, _) = try RunnerProcess.prepare(launch)
        process.kill()
        #expect(await process.run() == .notStarted(reason: "it was no longer wanted"))
    }

    @Test func `the end of a runner is the end of our stream`() async throws {
        let launch = RunnerLaunch(program: "/bin/cat", settings: Self.settings)
        let (process, ends) = try RunnerProcess.prepare(launch)
        _ = await process.run()
        // Nobody else holds the child's end any more, or this would wait for ever.
        let more = try DescriptorPassing.receive(upTo: 1, from: ends.frames)
        #expect(more?.bytes == nil)
    }

    @Test func `runners get no variables but those that they need`() {
        let own = Environment(["SECRET": "1", "LD_LIBRARY_PATH": "/lib", "OPENBLAS_CORETYPE": "X"])
        #expect(
            RunnerLaunch.environment(own) == [
                "OPENBLAS_NUM_THREADS=1", "SWIFT_BACKTRACE=enable=no", "LD_LIBRARY_PATH=/lib",
                "OPENBLAS_CORETYPE=X",
            ])
    }
}
