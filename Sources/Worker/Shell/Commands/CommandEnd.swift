import Glibc
import Host
import Wire

/// What became of one run of a command, before it is judged.
struct CommandEnd: Sendable {
    /// What the attendant said; empty when the sandbox never stood.
    var reports: [AttendantReport] = []
    /// Of those outputs that came and can be trusted, by their index.
    var outputs: [UInt8: SealedMemory] = [:]
    /// The result, or the last intermediate scores after `stop`.
    var scores: [Score]?
    /// What the program did wrong with its scores.
    var fault: CommandFault?
    /// What bubblewrap or whoever became it said before the sandbox stood.
    var words = ""
    /// The worker ended it for using more processor time than its job was given.
    var isOutOfProcessorTime = false
    /// Kills for want of memory: in the command's control group, or of the host where it has none.
    var outOfMemoryKills: OutOfMemoryKills = .none
    var cost = Cost.none

    enum OutOfMemoryKills: Sendable { case none, ofTheCommand, ofTheHost }

    enum Judgement: Sendable {
        case outcome(Outcome, [SealedMemory])
        case loss(Loss)
    }

    /// What the head hears of it.
    func judged(_ command: Command) -> Judgement {
        if self.outOfMemoryKills == .ofTheCommand {
            let bytes = command.resources.memoryBytes
            return self.failed(
                .memoryLimit, "it wanted more memory than the \(bytes) bytes that it was given")
        }
        if self.isOutOfProcessorTime { return self.failed(.timeLimit, Self.tooMuchTime(command)) }
        guard self.reports.first == .began else {
            return .loss(
                Loss(.crashed, "the sandbox could not be made: \(Limits.reason(self.words))"))
        }
        // Before its exit, which may be a consequence: whoever is refused often gives up.
        if let fault { return self.failed(.command, fault.description) }
        switch self.reports.dropFirst().first {
        case .exited(0): return self.succeeded(command)
        case .exited(let code): return self.failed(.command, "it ended with exit code \(code)")
        case .notStarted(let number):
            let reason = String(cString: strerror(CInt(number)))
            return self.failed(.command, "its program cannot be started: \(reason)")
        case .signalled(UInt8(SIGXCPU)):
            return self.failed(.timeLimit, Self.tooMuchTime(command))
        case .signalled(UInt8(SIGKILL)) where self.outOfMemoryKills == .ofTheHost, nil:
            return .loss(self.vanished)
        case .signalled(let signal):
            let meaning = RunnerEnd.meaning(CInt(signal))
            return self.failed(.command, "it was ended by signal \(signal) (\(meaning))")
        default: return .loss(Loss(.crashed, "its attendant made no sense"))
        }
    }

    private static func tooMuchTime(_ command: Command) -> String {
        "it used more processor time than its limit of \(command.resources.cpuTime)"
    }

    private var vanished: Loss {
        self.outOfMemoryKills == .ofTheHost
            ? Loss(.outOfMemory, "the kernel killed the command: the host was out of memory")
            : Loss(.crashed, "the command's sandbox was ended by somebody")
    }

    private func failed(_ code: Failure.Code, _ reason: String) -> Judgement {
        .outcome(Outcome(.failed(Failure(code, reason)), cost: self.cost), [])
    }

    private func succeeded(_ command: Command) -> Judgement {
        guard let scores, scores.contains(where: { $0.metric == command.metric }) else {
            return self.failed(.command, "it left no score named \(command.metric)")
        }
        var outputs: [Output] = []
        var memory: [SealedMemory] = []
        for (index, name) in command.outputs.enumerated() {
            guard let bytes = self.outputs[UInt8(index)] else {
                return self.failed(.command, "output \(name): \(self.absence(of: index).sentence)")
            }
            outputs.append(Output(name: name, blob: bytes.blob))
            memory.append(bytes)
        }
        return .outcome(
            Outcome(.scored(scores: scores, outputs: outputs), cost: self.cost), memory)
    }

    private func absence(of index: Int) -> AttendantReport.Absence {
        for case .noOutput(UInt8(index), let absence) in self.reports { return absence }
        return .notReadable
    }
}
