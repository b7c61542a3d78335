import Engine
import Glibc
import Host

/// The child process that computes in a slot: `assay runner`.
///
/// It is started by a worker only, with a socket for frames as descriptor 0, one for descriptors as
/// 3, and a standard error that reaches the worker until the runner is confined. From then on it
/// leads nowhere: the standard library's last words may hold a value of the data set.
package enum Runner {
    static let framesDescriptor: CInt = 0
    static let descriptorsDescriptor: CInt = 3

    /// Runs until the worker hangs up.
    ///
    /// Call it first of all, before anything starts a thread: what follows confines one thread.
    ///
    /// - Parameters:
    ///   - arguments: What follows `runner` on the command line.
    ///   - version: Of the program; part of the class of environments.
    package static func main(arguments: [String], version: String) -> Never {
        if arguments == ["--self-test"] { SandboxSelfTest.main() }
        if arguments.first == SandboxEntry.verb { SandboxEntry.main(arguments) }
        if arguments == [Attendant.verb] { Attendant.main() }
        guard let settings = RunnerSettings(arguments: arguments), Self.isSocket(0),
            Self.isSocket(3)
        else {
            Self.say("assay runner is started by a worker, not by people; see assay worker --help")
            exit(RunnerExit.misused.rawValue)
        }
        let missing: [Protection]
        do {
            missing = try Self.confine(settings)
        } catch {
            Self.say("\(error)")
            exit(RunnerExit.notConfined.rawValue)
        }
        let environmentClass = EnvironmentClass.current(version: version)
        var conversation = RunnerConversation(
            frames: Descriptor(adopting: Self.framesDescriptor),
            descriptors: Descriptor(adopting: Self.descriptorsDescriptor),
            computer: TrialComputer(environmentClass: environmentClass))
        do {
            try conversation.run(environmentClass: environmentClass, missing: missing)
            exit(RunnerExit.hungUp.rawValue)
        } catch {
            exit(RunnerExit.confused.rawValue)
        }
    }

    private static func confine(_ settings: RunnerSettings) throws -> [Protection] {
        ArithmeticKernel.useOneThread()
        let missing = try Sandbox.apply(settings) {
            try EndWatch.start(on: Self.framesDescriptor)
        }
        // Standard output leads nowhere already.
        guard dup2(STDOUT_FILENO, STDERR_FILENO) >= 0 else {
            throw SandboxError(refused: "to silence standard error", errno)
        }
        return missing
    }

    private static func isSocket(_ descriptor: CInt) -> Bool {
        var kind: CInt = 0
        var size = socklen_t(MemoryLayout<CInt>.size)
        return getsockopt(descriptor, SOL_SOCKET, SO_TYPE, &kind, &size) == 0
    }

    private static func say(_ sentence: String) {
        let line = sentence + "\n"
        _ = write(STDERR_FILENO, line, line.utf8.count)
    }
}
