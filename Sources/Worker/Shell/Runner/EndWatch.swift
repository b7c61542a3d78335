import CSeccomp
import Glibc

/// Ends the process when the worker hangs up, also in the midst of a computation.
///
/// The runner's one thread computes for minutes without reading. The kernel's death signal covers a
/// worker that dies; this covers one that closes the socket and lives on.
enum EndWatch {
    /// Starts the thread that waits for it. It sleeps in the kernel until that moment: what is said
    /// on the socket does not wake it.
    static func start(on socket: CInt) throws(SandboxError) {
        let answer = assay_start_thread(
            { EndWatch.wait(on: CInt(Int(bitPattern: $0))) },
            UnsafeMutableRawPointer(bitPattern: Int(socket)), Self.stackBytes)
        guard answer == 0 else { throw SandboxError(refused: "a thread", -answer) }
    }

    /// A call of `poll` and its way there need a few KiB.
    private static let stackBytes = 128 << 10

    private static func wait(on socket: CInt) -> UnsafeMutableRawPointer? {
        var end = pollfd(fd: socket, events: ASSAY_POLL_PEER_CLOSED, revents: 0)
        while poll(&end, 1, -1) <= 0 {}
        // Nobody is left who wants an answer or an orderly end.
        _exit(RunnerExit.hungUp.rawValue)
    }
}
