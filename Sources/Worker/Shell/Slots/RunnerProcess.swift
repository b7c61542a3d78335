import Glibc
import Host
import Synchronization

/// A runner's process, from before its start until it has been reaped.
///
/// The thread that starts it waits for it, for two reasons: the kernel's death signal means the
/// *thread* that started a child, and a child that somebody always waits for is never a zombie.
final class RunnerProcess: Sendable {
    private let launch: RunnerLaunch
    private let state: Mutex<State>

    private enum State {
        case prepared(TheirEnds)
        case running(pid_t)
        case over
    }

    /// The child's ends of the sockets. They live until it runs, so that it alone holds them then
    /// and its end is the end of the stream.
    private struct TheirEnds {
        let frames: Descriptor
        let descriptors: Descriptor
        let words: Descriptor
    }

    /// Our ends of the sockets that the conversation uses.
    struct Ends {
        let frames: Descriptor
        let descriptors: Descriptor
    }

    private let words: Descriptor

    private init(_ launch: RunnerLaunch, words: Descriptor, _ theirs: TheirEnds) {
        self.launch = launch
        self.words = words
        self.state = Mutex(.prepared(theirs))
    }

    /// A process that `run` will start, and our ends of the sockets to it.
    static func prepare(_ launch: RunnerLaunch) throws(HostError) -> (RunnerProcess, Ends) {
        let frames = try Descriptor.socketPair()
        let descriptors = try Descriptor.socketPair()
        let words = try Descriptor.socketPair()
        let theirs = TheirEnds(
            frames: frames.theirs, descriptors: descriptors.theirs, words: words.theirs)
        let process = RunnerProcess(launch, words: words.ours, theirs)
        return (process, Ends(frames: frames.ours, descriptors: descriptors.ours))
    }

    /// Starts the process and returns when it has ended and been reaped.
    func run() async -> RunnerEnd {
        do {
            return try await DedicatedThread.run(named: "runner keeper") { try self.keep() }
        } catch {
            self.state.withLock { $0 = .over }
            return .notStarted(reason: "\(error)")
        }
    }

    /// Ends the process at once, whatever it does; a process that has not begun never begins.
    func kill() {
        self.state.withLock { state in
            switch state {
            case .prepared: state = .over
            // Not reaped yet, so the number is still its own.
            case .running(let process): _ = Glibc.kill(process, SIGKILL)
            case .over: break
            }
        }
    }

    /// Blocks for the life of the process.
    private func keep() throws(HostError) -> RunnerEnd {
        let killsBefore = OutOfMemoryKills.count()
        guard let process = try self.start() else {
            return .notStarted(reason: "it was no longer wanted")
        }
        // What it says before it is confined; the end comes when it lets go of the socket.
        let words = self.readWords()

        var information = siginfo_t()
        while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        var status: CInt = 0
        self.state.withLock { state in
            while wait4(process, &status, 0, nil) == -1, errno == EINTR {}
            state = .over
        }
        let limit = self.launch.settings.memoryBytesMax
        let memory: RunnerEnd.Memory =
            OutOfMemoryKills.count() > killsBefore
            ? .ranOut : limit.map { .limited($0) } ?? .sufficed
        return RunnerEnd(status: status, words: words, memory: memory)
    }

    private func start() throws(HostError) -> pid_t? {
        try self.state.withLock { (state) throws(HostError) -> pid_t? in
            guard case .prepared(let ends) = state else { return nil }
            state = .over
            let process = try self.launch.start(
                frames: ends.frames, descriptors: ends.descriptors, words: ends.words)
            state = .running(process)
            return process
        }
    }

    private func readWords() -> String {
        let bytes = try? self.words.read(upTo: Self.wordsBytesMax, from: "a runner's words")
        return LogText.escaped(String(decoding: (bytes ?? []).dropLast(), as: UTF8.self))
    }

    /// One sentence, or a page of the dynamic linker's.
    private static let wordsBytesMax = 4096
}
