import ArgumentParser
import Host
import WorkerShell

/// The program: finds the command, runs it, and exits as documented.
@main
enum Program {
    static func main() async {
        let arguments = Array(CommandLine.arguments.dropFirst())
        // First of all, while there is one thread: a runner confines that thread.
        if arguments.first == "runner" {
            Runner.main(arguments: Array(arguments.dropFirst()), version: Version.current)
        }
        if arguments.first == "inspector" {
            Inspector.main(arguments: Array(arguments.dropFirst()))
        }
        let exit = await Self.run(arguments)
        Assay.exit(withError: ExitCode(exit.rawValue))
    }

    private static func run(_ arguments: [String]) async -> CommandError.Exit {
        do {
            try Self.guardMemory()
            var command = try Assay.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            return .done
        } catch let error as CommandError {
            Terminal().remark("assay: \(error.description)\n")
            return error.exit
        } catch let error as InputError {
            Terminal().remark("assay: \(error.description)\n")
            return .usage
        } catch {
            return Self.explain(error)
        }
    }

    /// Clients hold a key too.
    private static func guardMemory() throws(CommandError) {
        do {
            try ProcessHardening.guardMemory()
        } catch {
            throw CommandError(.failed, error.description)
        }
    }

    /// Help goes to standard output and is no failure; a mistake in the flags goes to standard
    /// error with the usage.
    private static func explain(_ error: any Error) -> CommandError.Exit {
        let text = Assay.fullMessage(for: error)
        guard Assay.exitCode(for: error).isSuccess else {
            Terminal().remark(text + "\n")
            return .usage
        }
        Terminal().result(text + "\n")
        return .done
    }
}

/// `assay`: the daemons and what people say to them.
struct Assay: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assay",
        abstract: "Runs machine-learning trials on a cluster, over mutually authenticated TLS.",
        discussion: """
            Exit codes: 0 done, 1 failed, 2 usage or bad input (nothing was started), 3 the head \
            cannot be reached, 4 refused.
            """,
        groupedSubcommands: [
            CommandGroup(
                name: "Here:",
                subcommands: [
                    RunCommand.self, PredictCommand.self, ReportCommand.self, VerifyCommand.self,
                    DataCommand.self,
                ]),
            CommandGroup(
                name: "Jobs on a head:",
                subcommands: [
                    SubmitCommand.self, JobsCommand.self, JobCommand.self, TrialsCommand.self,
                    WatchCommand.self, CancelCommand.self, ModelsCommand.self, ModelCommand.self,
                    TaintCommand.self,
                ]),
            CommandGroup(
                name: "Clusters:",
                subcommands: [
                    HeadCommand.self, WorkerCommand.self, JoinCommand.self, NodesCommand.self,
                    NodeCommand.self, RevokeCommand.self, RevocationsCommand.self,
                    AuditCommand.self, HealthCommand.self, PortsCommand.self, DoctorCommand.self,
                    BenchCommand.self, VersionCommand.self,
                ]),
        ])
}
