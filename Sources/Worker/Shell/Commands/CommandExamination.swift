import CHost
import Glibc
import Host
import Wire

/// Whether users' commands can be confined on this host, found out by running one.
package struct CommandExamination: Equatable, Sendable {
    /// Why no command can run here; nil when one did.
    package let problem: String?
    /// What is not enforced here, in the words of `ControlGroups` and `Protection`.
    package let missingProtections: [String]
    /// `version 2`, `version 1` or `none`.
    package let controlGroups: String

    package init(problem: String?, missingProtections: [String], controlGroups: String) {
        self.problem = problem
        self.missingProtections = missingProtections
        self.controlGroups = controlGroups
    }

    /// Runs a program that does nothing in a sandbox like any command's, and looks which control
    /// groups a worker of this user could have.
    ///
    /// - Parameter program: whose verb `runner` enters the sandbox.
    package static func ofThisHost(
        program: String = RunnerLaunch.ownProgram, user: String = "nobody"
    ) async -> CommandExamination {
        do throws(SandboxError) {
            let launch = CommandLaunch(
                program: program, user: geteuid() == 0 ? try Privileges.User(named: user) : nil,
                settings: .defaults, outputBytesMax: 1 << 20, groups: .none)
            return await Self.examine(launch, .atAGlance())
        } catch {
            return CommandExamination(
                problem: error.description, missingProtections: [], controlGroups: "none")
        }
    }

    static func examine(
        _ launch: CommandLaunch, _ groups: ControlGroups
    ) async -> CommandExamination {
        var missing = groups.missing.map(\.protects)
        let abi = assay_landlock_abi()
        if abi < 1 { missing.append(Protection.landlockFiles.rawValue) }
        if abi < 6 { missing.append(Protection.landlockScopes.rawValue) }
        return CommandExamination(
            problem: await Self.problem(launch), missingProtections: missing,
            controlGroups: groups.places.isEmpty
                ? "none" : groups.isUnified ? "version 2" : "version 1")
    }

    private static func problem(_ launch: CommandLaunch) async -> String? {
        let sandbox = launch.settings.sandbox
        guard access(sandbox, X_OK) == 0 else {
            return "\(sandbox) is not there; install the package bubblewrap"
        }
        let command = Command(
            arguments: ["true"], environment: [], files: [], outputs: [], parameters: [],
            metric: "none",
            resources: CommandResources(
                memoryBytes: 64 << 20, cpuTime: .seconds(10), wallTime: .seconds(10),
                scratchBytes: 1 << 20, processes: 4),
            network: .none)
        let recipe = Recipe(family: Command.family, parameters: [], seed: 0)
        do {
            let trial = try CommandTrial(
                TrialID(JobID(0), 0), command, TrialSpec(step: .tuning, recipe: recipe))
            let process = try CommandProcess(
                launch, CommandLaunch.Work(command: command, trial: trial, files: []))
            switch await process.run({ _ in process.answer(.continue) }) {
            case .loss(let loss): return loss.reason
            case .outcome(let outcome, _): return Self.problem(outcome, command)
            case nil: return "it was killed"
            }
        } catch {
            return "\(error)"
        }
    }

    /// A program that does nothing leaves no score, and that is all that may be wrong with it.
    private static func problem(_ outcome: Outcome, _ command: Command) -> String? {
        guard case .failed(let failure) = outcome.result else { return nil }
        let expected = "it left no score named \(command.metric)"
        return failure.reason == expected ? nil : failure.reason
    }
}
