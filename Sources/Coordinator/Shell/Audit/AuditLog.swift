package import Host
import Synchronization
package import Transport
import Wire

/// What peers did and were refused, in a chain of lines that only grows.
///
/// ```
/// note, record ──▶ mailbox ──▶ ┌────────────── one round ──────────────┐ ──▶ again
///                              │ 1. gather what waits                  │
///                              │ 2. chain, append, make durable (once) │
///                              │ 3. the tip                            │
///                              │ 4. tell who waits                     │
///                              └───────────────────────────────────────┘
/// ```
///
/// It has a thread of its own, so that no trial waits for it. Acts that change something wait for
/// step 4 before they are carried out. When a line cannot be written `run` ends, and with it the
/// process, as it is with the journal: a head that cannot say what was done does nothing.
package final class AuditLog: Witness {
    private let directory: AuditDirectory
    private let clock: HeadClock
    private let mailbox = Mailbox<Entry>()
    private let writer: Mutex<Writer?>

    private enum Entry: Sendable {
        case act(Act, Instant, CheckedContinuation<Void, any Error>?)
        case stop

        /// Somebody waits until it is written.
        var isUrgent: Bool {
            switch self {
            case .act(_, _, let waiter): waiter != nil
            case .stop: true
            }
        }
    }

    /// The verb of the first line after a torn one.
    static let recover = "recover"
    static let start = "start"
    static let stop = "stop"
    static let reload = "reload"

    /// Lines that may wait before those who could wait do. Beyond, a disk that hangs would fill our
    /// memory.
    private static let waitingMax = 1024

    /// Opens the log of a state directory, or makes it.
    ///
    /// - Throws: `HostError`, with code `malformed` when the log does not reach its tip: it was cut
    ///   or altered, and going on would hide that.
    package convenience init(in state: StateDirectory, clock: HeadClock) throws(HostError) {
        try self.init(
            AuditDirectory(path: StateDirectory.auditPath(in: state.path)), clock: clock)
    }

    init(
        _ directory: AuditDirectory, clock: HeadClock,
        segmentBytesMax: Int = AuditDirectory.segmentBytesMax
    ) throws(HostError) {
        self.directory = directory
        self.clock = clock
        let (writer, torn) = try Writer.open(directory, segmentBytesMax: segmentBytesMax)
        self.writer = Mutex(writer)
        if let torn { self.note(Act(by: nil, from: nil, Self.recover, torn)) }
    }

    // MARK: Witness

    package func note(_ act: Act) { self.put(act, nil) }

    package func record(_ act: Act) async throws {
        try await withCheckedThrowingContinuation { self.put(act, $0) }
    }

    /// Whether reading acts should wait too.
    package var isCongested: Bool { self.mailbox.count > Self.waitingMax }

    private func put(_ act: Act, _ waiter: CheckedContinuation<Void, any Error>?) {
        if self.mailbox.put(.act(act, self.clock.now, waiter)) == .closed {
            waiter?.resume(throwing: LoopStopped())
        }
    }

    // MARK: The thread

    /// Writes until `finish`, which is the last to be called.
    package func run() async throws {
        try await DedicatedThread.run(named: "audit") {
            guard var writer = self.writer.withLock({ $0.take() }) else {
                preconditionFailure("an audit log is run once")
            }
            defer { self.turnAway(self.mailbox.close()) }
            while try self.round(&writer) == .goOn {}
        }
    }

    /// Ends `run` once everything before is written.
    package func finish() { _ = self.mailbox.put(.stop) }

    private enum Then { case goOn, stop }

    private func round(_ writer: inout Writer) throws -> Then {
        let entries = self.gather()
        var waiters: [CheckedContinuation<Void, any Error>] = []
        var then = Then.goOn
        do {
            for entry in entries {
                switch entry {
                case .act(let act, let moment, let waiter):
                    if let waiter { waiters.append(waiter) }
                    try writer.append(act, at: moment)
                case .stop: then = .stop
                }
            }
            try writer.commit()
        } catch {
            self.turnAway(entries)
            throw error
        }
        for waiter in waiters { waiter.resume() }
        return then
    }

    /// All that waits. While nobody waits for it, a moment longer: lines that are only noted would
    /// otherwise have the disk write each of them alone, and the journal's commits wait behind.
    private func gather() -> [Entry] {
        var entries: [Entry] = []
        var more = self.mailbox.takeAll(waitingUpTo: nil)
        let end = ContinuousClock.now + Self.gatherMax
        while true {
            entries += more
            let isFull = entries.count >= Self.waitingMax
            let left = ContinuousClock.now.duration(to: end)
            if isFull || left <= .zero || more.contains(where: \.isUrgent) { return entries }
            more = self.mailbox.takeAll(waitingUpTo: left)
        }
    }

    /// A killed head may lose what was noted, and not yet written, for so long.
    private static let gatherMax: Duration = .milliseconds(200)

    private func turnAway(_ entries: [Entry]) {
        for case .act(_, _, let waiter?) in entries { waiter.resume(throwing: LoopStopped()) }
    }
}
