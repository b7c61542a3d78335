import CHost
import Glibc
import Host

/// `assay runner --attend`: process 1 of a command's sandbox.
///
/// ```
/// worker ── bwrap ══╤══ attendant, process 1 ── the user's program ── whatever that starts
///                sandbox
/// ```
///
/// It starts the program with its limits, waits for its end, ends what the program left running,
/// and hands the outputs to the worker as sealed memory. That way the worker never walks a
/// directory in which a stranger's links and pipes lie: whoever looks there can reach no more than
/// the stranger could, and by then nothing is left running that could swap one for another.
///
/// As process 1 it cannot be signalled by the program, nor, being undumpable, be traced or looked
/// into. When it ends, the kernel ends everything else in the sandbox.
enum Attendant {
    static let verb = "--attend"

    static func main() -> Never {
        let closed = assay_close_range(CUnsignedInt(CommandDescriptor.order) + 1, .max)
        let control = Descriptor(adopting: CommandDescriptor.control)
        guard closed == 0, getpid() == 1 else {
            Self.end("the attendant of a command is started by a worker, not by people", .misused)
        }
        do {
            let order = try Self.order()
            try Privileges.requireOneThread()
            try Privileges.forbidDumps()
            let start = try CommandStart(order, scores: CommandDescriptor.scores)
            try Self.keepForOurselves()
            try Self.say(.began, over: control)
            try Self.carryOut(order, start, control)
            exit(0)
        } catch {
            Self.end("\(error)", .notConfined)
        }
    }

    private static func order() throws -> CommandOrder {
        let file = Descriptor(adopting: CommandDescriptor.order)
        let bytes = try file.read(upTo: CommandOrder.bytesMax, from: "a command's order")
        guard let order = CommandOrder(decoding: bytes) else {
            throw SandboxError("the worker is of another version; it has to be started again")
        }
        return order
    }

    /// From here on nothing that is written by accident reaches the worker, since a library's last
    /// words may hold a value of the data; and the program inherits no socket but its own.
    private static func keepForOurselves() throws(SandboxError) {
        try SandboxError.check("to silence standard error") { dup2(STDOUT_FILENO, STDERR_FILENO) }
        for number in [CommandDescriptor.control, CommandDescriptor.scores] {
            try SandboxError.check("to keep a socket") { fcntl(number, F_SETFD, FD_CLOEXEC) }
        }
    }

    private static func carryOut(
        _ order: CommandOrder, _ start: CommandStart, _ control: Descriptor
    ) throws {
        let program = start.run()
        // The program's own now, and whoever inherits it: its end is theirs.
        close(CommandDescriptor.scores)
        guard program > 0 else {
            return try Self.say(.notStarted(UInt8(clamping: -program)), over: control)
        }
        let end = Self.wait(for: program)
        try Self.say(end, over: control)
        guard end == .exited(0) else { return }
        for (index, name) in order.outputs.enumerated() {
            let index = UInt8(index)
            switch CommandOutput.read(name, upTo: order.outputBytesMax) {
            case .memory(let memory):
                try Self.say(.output(index), with: [memory.descriptor], over: control)
            case .absent(let absence): try Self.say(.noOutput(index, absence), over: control)
            }
        }
    }

    /// Waits for the program, then ends whatever else runs in the sandbox and waits for that.
    private static func wait(for program: pid_t) -> AttendantReport {
        var end = AttendantReport.signalled(UInt8(SIGKILL))
        var status: CInt = 0
        while true {
            let child = assay_wait_any(&status)
            // Of strangers that the program left to process 1, only that they are gone counts.
            guard child > 0 else { return end }
            guard child == program else { continue }
            let signal = UInt8(status & 0x7F)
            end = signal == 0 ? .exited(UInt8(status >> 8 & 0xFF)) : .signalled(signal)
            // All but ourselves.
            kill(-1, SIGKILL)
        }
    }

    private static func say(
        _ report: AttendantReport, with descriptors: [Descriptor] = [], over control: Descriptor
    ) throws(HostError) {
        try DescriptorPassing.send(report.bytes, with: descriptors, over: control)
    }

    private static func end(_ sentence: String, _ code: RunnerExit) -> Never {
        let line = sentence + "\n"
        _ = write(STDERR_FILENO, line, line.utf8.count)
        _exit(code.rawValue)
    }
}
