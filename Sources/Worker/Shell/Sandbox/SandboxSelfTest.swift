import CHost
import CSeccomp
import Glibc

/// `assay runner --self-test`: confines itself as a runner does, then tries what it must not do.
///
/// Prints one JSON object and exits with 0 when nothing was let that should not be:
///
/// ```
/// {"missing_protections":[],"allowed":[],"denied":["open a file","open a socket",…]}
/// ```
///
/// What a missing protection would have denied, another one may deny still: the file system is
/// closed by Landlock *and* by the filter.
enum SandboxSelfTest {
    /// A name for people and a deed that answers 0 or more when it was let.
    private typealias Attempt = (name: String, deed: @Sendable () -> CInt)

    static func main() -> Never {
        Self.becomeSingleThreaded()
        let missing: [Protection]
        do {
            missing = try Sandbox.apply(Self.settings()) {}
        } catch {
            Self.say("\(error)", to: STDERR_FILENO)
            exit(RunnerExit.notConfined.rawValue)
        }
        var allowed: [String] = []
        var denied: [String] = []
        for attempt in Self.attempts {
            if attempt.deed() >= 0 {
                allowed.append(attempt.name)
            } else {
                denied.append(attempt.name)
            }
        }
        let report = """
            {"missing_protections":\(Self.list(missing.map(\.rawValue))),\
            "allowed":\(Self.list(allowed)),"denied":\(Self.list(denied))}
            """
        Self.say(report, to: STDOUT_FILENO)
        exit(allowed.isEmpty ? 0 : 1)
    }

    /// OpenBLAS starts its threads before `main`, unless it is told not to, as runners are.
    private static func becomeSingleThreaded() {
        guard getenv("OPENBLAS_NUM_THREADS") == nil else { return }
        setenv("OPENBLAS_NUM_THREADS", "1", 1)
        CStrings.with(["assay", "runner", "--self-test"]) { arguments in
            _ = execv(RunnerLaunch.ownProgram, arguments)
        }
    }

    private static func settings() throws -> RunnerSettings {
        let user = geteuid() == 0 ? try Privileges.User(named: "nobody") : nil
        return RunnerSettings(
            parent: getppid(), user: user, memoryBytesMax: nil, outputBytesMax: 1 << 20)
    }

    private static let attempts: [Attempt] = [
        ("open a file", { open("/etc/hostname", O_RDONLY) }),
        ("list a directory", { open("/", O_RDONLY | O_DIRECTORY) }),
        ("write a file", { open("/tmp/assay-self-test", O_WRONLY | O_CREAT, 0o600) }),
        ("open a socket", { socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0) }),
        ("open a local socket", { socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0) }),
        ("start a process", { assay_try_fork() }),
        ("start a thread", { assay_start_thread({ _ in nil }, nil, 128 << 10) }),
        ("trace the parent", { assay_try_trace(getppid()) }),
        ("signal the parent", { kill(getppid(), 0) }),
        ("become root", { setuid(0) == 0 && geteuid() == 0 ? 0 : -1 }),
        ("leave its namespaces", { assay_unshare(CInt(ASSAY_CLONE_NEWUSER)) }),
        ("make memory executable", { mapCode() }),
        ("raise a limit", { raiseLimit() }),
        // Last, since nothing follows it where it succeeds.
        ("execute a program", { assay_try_execute("/bin/true") }),
    ]

    private static func mapCode() -> CInt {
        let flags = MAP_PRIVATE | MAP_ANONYMOUS
        return mmap(nil, 4096, PROT_READ | PROT_EXEC, flags, -1, 0) == MAP_FAILED ? -1 : 0
    }

    private static func raiseLimit() -> CInt {
        var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
        return setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// The names are ours: nothing in them needs escaping.
    private static func list(_ names: [String]) -> String {
        "[" + names.map { "\"\($0)\"" }.joined(separator: ",") + "]"
    }

    private static func say(_ sentence: String, to descriptor: CInt) {
        let line = sentence + "\n"
        _ = write(descriptor, line, line.utf8.count)
    }
}
