import Glibc
import Wire
import WorkerCore

/// How a runner's process ended.
enum RunnerEnd: Equatable, Sendable {
    case notStarted(reason: String)
    /// With what it said before it was confined.
    case exited(code: CInt, words: String)
    case signalled(CInt, memory: Memory)

    /// What is known of memory, which decides what a signal means.
    enum Memory: Equatable, Sendable {
        /// The kernel killed somebody for want of memory while the runner lived.
        case ranOut
        /// The runner had a limit of its own, in bytes.
        case limited(UInt64)
        case sufficed
    }

    /// Reads a status of `wait4`.
    init(status: CInt, words: String, memory: Memory) {
        let signal = status & 0x7F
        self =
            signal == 0
            ? .exited(code: (status >> 8) & 0xFF, words: words)
            : .signalled(signal, memory: memory)
    }

    /// What that means for the trial that was computed.
    var loss: Loss {
        switch self {
        case .notStarted(let reason):
            Loss(.crashed, "the runner could not be started: \(reason)")
        case .exited(RunnerExit.notConfined.rawValue, let words):
            Loss(.crashed, "the runner could not be confined: \(words)")
        case .exited(let code, let words):
            Loss(
                .crashed,
                "the runner ended with exit code \(code)" + (words.isEmpty ? "" : ": \(words)"))
        case .signalled(SIGKILL, memory: .ranOut):
            Loss(.outOfMemory, "the kernel killed the runner: the host was out of memory")
        case .signalled(SIGABRT, memory: .limited(let bytes)):
            // Swift's runtime ends a process like this when it is refused memory.
            Loss(.outOfMemory, "the runner gave up: it may use no more than \(bytes) bytes")
        case .signalled(let signal, _):
            Loss(.crashed, "the runner was ended by signal \(signal) (\(Self.meaning(signal)))")
        }
    }

    static func meaning(_ signal: CInt) -> String {
        switch signal {
        case SIGILL, SIGTRAP: "a check of its own failed, or memory was refused"
        case SIGABRT: "it gave up"
        case SIGSEGV, SIGBUS: "it touched memory that it does not have"
        case SIGXFSZ: "an output was larger than its limit"
        case SIGSYS: "it made a system call of a foreign architecture"
        case SIGKILL: "somebody killed it"
        default: "somebody sent it"
        }
    }
}

/// How often this host's kernel has killed a process for want of memory, since it booted.
enum OutOfMemoryKills {
    static func count() -> UInt64 {
        let file = open("/proc/vmstat", O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return 0 }
        defer { close(file) }
        var bytes = [UInt8](repeating: 0, count: 32 << 10)
        let count = read(file, &bytes, bytes.count)
        return Self.count(in: String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
    }

    static func count(in text: String) -> UInt64 {
        for line in text.split(separator: "\n") where line.hasPrefix("oom_kill ") {
            return UInt64(line.dropFirst("oom_kill ".count)) ?? 0
        }
        return 0
    }
}
