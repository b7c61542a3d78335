import Glibc
import Host

/// Starts `assay runner` with exactly the descriptors and variables that it needs.
struct RunnerLaunch: Sendable {
    /// Ours, as a child sees it too: also after the file was replaced by an upgrade.
    static let ownProgram = "/proc/self/exe"

    /// The program whose verb `runner` is the runner.
    let program: String
    let settings: RunnerSettings

    /// - Parameters:
    ///   - frames, descriptors, words: The child's ends: its descriptors 0, 3 and 2.
    /// - Returns: the process, to be waited for by the caller.
    func start(
        frames: Descriptor, descriptors: Descriptor, words: Descriptor
    ) throws(HostError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Above the numbers that they get in the child, so that none overwrites another.
        let sources = try [frames, descriptors, words].map { (descriptor) throws(HostError) in
            let number = descriptor.withNumber { fcntl($0, F_DUPFD_CLOEXEC, 4) }
            guard number >= 0 else { throw HostError(failedTo: "duplicate a descriptor", errno) }
            return Descriptor(adopting: number)
        }
        defer { withExtendedLifetime(sources) {} }
        posix_spawn_file_actions_adddup2(&actions, sources[0].number, Runner.framesDescriptor)
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, sources[2].number, STDERR_FILENO)
        posix_spawn_file_actions_adddup2(&actions, sources[1].number, Runner.descriptorsDescriptor)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        Self.resetSignals(&attributes)

        var process: pid_t = 0
        let answer = CStrings.with(["assay", "runner"] + self.settings.arguments) { arguments in
            CStrings.with(Self.environment()) { environment in
                posix_spawn(&process, self.program, &actions, &attributes, arguments, environment)
            }
        }
        guard answer == 0 else { throw HostError(failedTo: "start \(self.program)", answer) }
        return process
    }

    /// Nothing blocked, nothing ignored, whatever the worker does with its own signals; and a group
    /// of its own, so that a terminal's Ctrl-C reaches the worker alone, which ends it in order.
    private static func resetSignals(_ attributes: inout posix_spawnattr_t) {
        var none = sigset_t()
        sigemptyset(&none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(flags))
    }

    /// One thread, no debugger at a crash, the same libraries, the kernel that the operator pinned.
    static func environment(_ own: Environment = .process) -> [String] {
        let inherited = ["LD_LIBRARY_PATH", "OPENBLAS_CORETYPE"].compactMap { name in
            own[name].map { "\(name)=\($0)" }
        }
        return ["OPENBLAS_NUM_THREADS=1", "SWIFT_BACKTRACE=enable=no"] + inherited
    }
}

/// Strings as C takes lists of them: an array of pointers that ends with a null.
enum CStrings {
    static func with<Answer>(
        _ strings: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Answer
    ) -> Answer {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
