import Foundation
import Glibc
import Host
import LiveCluster
package import Wire

@testable import WorkerShell

/// Runs programs as commands of a job, by the worker's own machinery but without a worker.
package struct SandboxRig: Sendable {
    private let launch: CommandLaunch

    /// - Parameter withGroups: Whether control groups are used where this host lets us.
    package init(withGroups: Bool = true, shown: [String] = []) throws {
        var settings = WorkerSettings.Commands.defaults
        settings.policy = CommandPolicy(users: .everybody, allowsNetwork: true)
        settings.shown = shown
        self.launch = CommandLaunch(
            program: Binaries.assay,
            user: geteuid() == 0 ? try Privileges.User(named: "nobody") : nil,
            settings: settings, outputBytesMax: 16 << 20,
            groups: withGroups ? .prepare() : .none)
    }

    /// Whether this host can bound what all processes of a command use together.
    package var boundsMemory: Bool { self.launch.groups.places[.memory] != nil }

    package var countsProcessorTime: Bool { self.launch.groups.places[.cpuacct] != nil }

    /// Says aloud what stays unproved here.
    package static var isPossible: Bool {
        let isPossible = access(WorkerSettings.Commands.defaults.sandbox, X_OK) == 0
        if !isPossible { print("SKIPPED: bubblewrap is not installed; no command was run") }
        return isPossible
    }

    /// A command job's one trial.
    package struct Job: Sendable {
        package var arguments: [String]
        /// By name.
        package var files: [String: String]
        package var environment: [String: String] = [:]
        package var outputs: [String] = []
        package var parameters: [(CommandParameter, Double)] = []
        package var memoryBytes: UInt64 = 512 << 20
        package var cpuTime: Duration = .seconds(60)
        package var scratchBytes: UInt64 = 32 << 20
        package var processes: UInt32 = 32
        package var network = CommandNetwork.none

        /// A program in Python, with the interpreter of this host.
        package init(python program: String, _ arguments: [String] = []) {
            self.arguments = ["/usr/bin/python3", "-B", "main.py"] + arguments
            self.files = ["main.py": program]
        }

        package init(arguments: [String]) {
            self.arguments = arguments
            self.files = [:]
        }
    }

    package enum End: Sendable {
        case scored([String: Double], outputs: [String: [UInt8]], Cost)
        case failed(Failure, Cost)
        case lost(Loss)
        case killed
    }

    /// What a test may do with a command that runs.
    package struct Hand: Sendable {
        fileprivate let process: CommandProcess

        package func answer(_ ruling: Verdict.Ruling) { self.process.answer(ruling) }
        package func kill() { self.process.kill() }
    }

    /// Runs it to its end.
    ///
    /// - Parameter report: is told of intermediate scores, and has to answer.
    package func run(
        _ job: Job,
        _ report: @escaping @Sendable (Wire.Progress, Hand) -> Void = { $1.answer(.continue) }
    ) async throws -> End {
        let process = try CommandProcess(self.launch, try Self.work(job))
        let judgement = await process.run { report($0, Hand(process: process)) }
        switch judgement {
        case nil: return .killed
        case .loss(let loss): return .lost(loss)
        case .outcome(let outcome, let memory):
            switch outcome.result {
            case .failed(let failure): return .failed(failure, outcome.cost)
            case .scored(let scores, let outputs):
                let bytes = memory.map { $0.withBytes { Array($0) } }
                return .scored(
                    Dictionary(uniqueKeysWithValues: scores.map { ($0.metric, $0.value) }),
                    outputs: Dictionary(
                        uniqueKeysWithValues: zip(outputs.map(\.name), bytes)), outcome.cost)
            }
        }
    }

    private static func work(_ job: Job) throws -> CommandLaunch.Work {
        var memory: [String: SealedMemory] = [:]
        for (name, text) in job.files {
            var draft = try SealedMemory.Draft(named: "test")
            try draft.append(Array(text.utf8))
            memory[name] = try draft.sealed()
        }
        let command = Command(
            arguments: job.arguments,
            environment: job.environment.map { EnvironmentVariable($0.key, $0.value) },
            files: memory.map {
                CommandFile(
                    name: $0.key, blob: $0.value.blob, isExecutable: $0.key.hasSuffix(".sh"))
            },
            outputs: job.outputs, parameters: job.parameters.map(\.0), metric: "score",
            resources: CommandResources(
                memoryBytes: job.memoryBytes, cpuTime: job.cpuTime, wallTime: .seconds(120),
                scratchBytes: job.scratchBytes, processes: job.processes),
            network: job.network)
        let recipe = Recipe(
            family: Command.family,
            parameters: job.parameters.map { Parameter($0.0.name, $0.1) }, seed: 7)
        return CommandLaunch.Work(
            command: command,
            trial: try CommandTrial(
                TrialID(JobID(3), 4), command, TrialSpec(step: .tuning, recipe: recipe)),
            files: command.files.compactMap { memory[$0.name] })
    }
}

/// What runs on this host.
package enum HostProcesses {
    /// Processes that have the mark as their last argument.
    package static func count(with mark: String) -> Int {
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return numbers.count { number in
            guard Int32(number) != nil,
                let line = FileManager.default.contents(atPath: "/proc/\(number)/cmdline")
            else { return false }
            return String(decoding: line, as: UTF8.self).hasSuffix(mark + "\0")
        }
    }
}
