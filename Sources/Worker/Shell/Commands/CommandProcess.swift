import CHost
import Engine
import Glibc
import Host
import Synchronization
import Wire

/// One run of a command, from before its start until nothing of it lives any more.
///
/// One thread starts it, listens to its two sockets and waits for it, for the reasons of
/// `RunnerProcess`; and what a stranger's program writes is read there, not on the worker's loop.
/// After each intermediate score it hears nothing more of the program until that is answered, so
/// that no program is faster than its head.
final class CommandProcess: Sendable {
    let work: CommandLaunch.Work
    private let launch: CommandLaunch
    /// Of this run among all of this host.
    private let name: String
    private let state = Mutex(State())
    private let wake: (reader: Descriptor, writer: Descriptor)

    private struct State {
        var isKilled = false
        /// The process that becomes bubblewrap, until it is reaped.
        var process: pid_t?
        /// Of process 1 in the sandbox.
        var attendant: Descriptor?
        var answer: Verdict.Ruling?
    }

    /// Runs of this process so far, which may hold several workers.
    private static let count = Atomic<UInt64>(0)

    init(_ launch: CommandLaunch, _ work: CommandLaunch.Work) throws(HostError) {
        self.launch = launch
        self.work = work
        let number = Self.count.add(1, ordering: .relaxed).newValue
        self.name = "\(getpid())-\(number)"
        self.wake = try Descriptor.pipe()
    }

    /// Runs it, and returns when it has ended and nothing of it is left; nil when it was killed.
    ///
    /// - Parameter report: is told of intermediate scores; each has to be answered.
    func run(_ report: @escaping @Sendable (Progress) -> Void) async -> CommandEnd.Judgement? {
        let judgement: CommandEnd.Judgement
        do {
            judgement = try await DedicatedThread.run(named: "command keeper") {
                try self.keep(report).judged(self.work.command)
            }
        } catch {
            judgement = .loss(Loss(.crashed, "the command could not be started: \(error)"))
        }
        return self.state.withLock { $0.isKilled } ? nil : judgement
    }

    /// Ends everything in the sandbox at once; what has not begun never begins.
    func kill() {
        self.state.withLock { state in
            state.isKilled = true
            Self.end(state)
        }
    }

    /// Answers the last intermediate score.
    func answer(_ ruling: Verdict.Ruling) {
        self.state.withLock { $0.answer = ruling }
        _ = self.wake.writer.withNumber { write($0, [0], 1) }
    }

    /// Of process 1, whose end is the end of all; before there is one, of bubblewrap.
    private static func end(_ state: State) {
        if let attendant = state.attendant {
            _ = attendant.withNumber { assay_pidfd_signal($0, SIGKILL) }
        } else if let process = state.process {
            // Not reaped yet, so the number is still its own.
            Glibc.kill(process, SIGKILL)
        }
    }

    // MARK: On the keeper's thread

    private func keep(_ report: @escaping @Sendable (Progress) -> Void) throws(HostError)
        -> CommandEnd
    {
        let group = try ControlGroup(
            self.launch.groups, name: self.name, self.launch.bounds(self.work))
        defer { group.remove() }
        let hostKills = OutOfMemoryKills.count()
        let begun = ContinuousClock.now
        guard let ends = try self.start(group) else { return CommandEnd() }
        var listener = CommandListener(
            ends: ends, command: self.work.command, outputBytesMax: self.launch.outputBytesMax,
            group: group)
        listener.listen(
            wake: self.wake.reader,
            CommandListener.Hands(
                report: report, answer: { self.state.withLock { $0.answer.take() } },
                adopt: { self.adopt($0) }, end: { self.state.withLock { Self.end($0) } }))
        let usage = self.wait()
        listener.drain()
        var end = listener.end
        end.cost = Cost(
            cpu: group.processorTime ?? usage.cpu, wall: begun.duration(to: .now),
            memoryBytes: group.peakMemoryBytes ?? usage.memoryBytes)
        if group.outOfMemoryKills > 0 {
            end.outOfMemoryKills = .ofTheCommand
        } else if OutOfMemoryKills.count() > hostKills {
            end.outOfMemoryKills = .ofTheHost
        }
        return end
    }

    /// Our ends of the sockets; nil when it is no longer wanted.
    private func start(_ group: ControlGroup) throws(HostError) -> CommandLaunch.Ends? {
        let control = try Descriptor.socketPair()
        let scores = try Descriptor.socketPair()
        let words = try Descriptor.socketPair()
        let information = try Descriptor.socketPair()
        let theirs = CommandLaunch.Ends(
            control: control.theirs, scores: scores.theirs, words: words.theirs,
            information: information.theirs)
        let isStarted = try self.state.withLock { (state) throws(HostError) in
            guard !state.isKilled else { return false }
            state.process = try self.launch.start(self.work, theirs, group)
            return true
        }
        guard isStarted else { return nil }
        return CommandLaunch.Ends(
            control: control.ours, scores: scores.ours, words: words.ours,
            information: information.ours)
    }

    /// Takes hold of process 1.
    private func adopt(_ process: pid_t) {
        let number = assay_pidfd_open(process)
        guard number >= 0 else { return }
        let attendant = Descriptor(adopting: number)
        self.state.withLock { state in
            // While it is bubblewrap's child, the number is nobody else's.
            guard let parent = state.process,
                ControlFile.words("/proc/\(parent)/task/\(parent)/children")
                    .contains("\(process)")
            else { return }
            state.attendant = attendant
            // Bubblewrap was killed in its place, and takes it along; but be sure.
            if state.isKilled { Self.end(state) }
        }
    }

    /// Waits for bubblewrap, which waited for process 1, which waited for everybody.
    private func wait() -> (cpu: Duration, memoryBytes: UInt64) {
        let (process, attendant) = self.state.withLock { ($0.process, $0.attendant) }
        guard let process else { return (.zero, 0) }
        if let attendant {
            // Killing bubblewrap alone leaves process 1 dying behind it.
            var end = pollfd(fd: attendant.number, events: Int16(POLLIN), revents: 0)
            while poll(&end, 1, -1) < 0 && errno == EINTR {}
        }
        var information = siginfo_t()
        while waitid(P_PID, id_t(process), &information, WEXITED | WNOWAIT) == -1, errno == EINTR {}
        var usage = rusage()
        var status: CInt = 0
        self.state.withLock { state in
            while wait4(process, &status, 0, &usage) == -1, errno == EINTR {}
            state.process = nil
            state.attendant = nil
        }
        return (
            Duration(usage.ru_utime) + Duration(usage.ru_stime),
            UInt64(clamping: usage.ru_maxrss) << 10
        )
    }
}

extension Duration {
    init(_ time: timeval) {
        self = .seconds(Int64(time.tv_sec)) + .microseconds(Int64(time.tv_usec))
    }
}
