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
        try Self.spawn(
            self.program, ["assay", "runner"] + self.settings.arguments,
            environment: Self.environment(),
            descriptors: [
                (frames, Runner.framesDescriptor), (words, STDERR_FILENO),
                (descriptors, Runner.descriptorsDescriptor),
            ],
            nothing: [STDOUT_FILENO])
    }

    /// Starts a program with these descriptors and no others but what is left open on purpose.
    ///
    /// - Parameters:
    ///   - descriptors: Ours, each with its number in the child.
    ///   - nothing: Numbers that lead nowhere in the child.
    static func spawn(
        _ program: String, _ arguments: [String], environment: [String],
        descriptors: [(ours: Descriptor, theirs: CInt)], nothing: [CInt]
    ) throws(HostError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Above the numbers that they get in the child, so that none overwrites another.
        let above = (descriptors.map(\.theirs) + nothing).reduce(STDERR_FILENO, max) + 1
        var sources: [Descriptor] = []
        for descriptor in descriptors {
            let number = descriptor.ours.withNumber { fcntl($0, F_DUPFD_CLOEXEC, above) }
            guard number >= 0 else { throw HostError(failedTo: "duplicate a descriptor", errno) }
            let source = Descriptor(adopting: number)
            posix_spawn_file_actions_adddup2(&actions, number, descriptor.theirs)
            sources.append(source)
        }
        defer { withExtendedLifetime(sources) {} }
        for number in nothing {
            posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDWR, 0)
        }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        Self.resetSignals(&attributes)

        var process: pid_t = 0
        let answer = CStrings.with(arguments) { arguments in
            CStrings.with(environment) { environment in
                posix_spawn(&process, program, &actions, &attributes, arguments, environment)
            }
        }
        guard answer == 0 else { throw HostError(failedTo: "start \(program)", answer) }
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
