import CHost
import Dispatch
import Glibc
import Synchronization

/// What people and service managers ask of a process by signals.
///
/// One object per process. The handler only writes the signal's number to a pipe, which a dispatch
/// source reads: no thread waits, no signal is blocked (a blocked one would stay blocked in every
/// child that we start), and none is lost between two reads.
package final class TerminationSignals: Sendable {
    package enum Request: Equatable, Sendable {
        /// SIGHUP: read the certificate again, for new connections.
        case reload
        /// The first SIGTERM or SIGINT: finish what is under way.
        case stop
        /// Every further one: leave at once what is under way.
        case stopNow
    }

    /// Ends with the object's life only; read it once.
    package let requests: AsyncStream<Request>

    private static let signals: [CInt] = [SIGTERM, SIGINT, SIGHUP]
    /// Nobody sends so many in earnest. Beyond that the newest are dropped.
    private static let waitingMax = 64

    // Sound: a dispatch source may be used from any thread; its module does not say so.
    private nonisolated(unsafe) let source: any DispatchSourceRead
    private let pipe: (reader: Descriptor, writer: Descriptor)

    package init() throws(HostError) {
        let pipe = try Descriptor.pipe()
        let (requests, sink) = AsyncStream.makeStream(
            of: Request.self, bufferingPolicy: .bufferingOldest(Self.waitingMax))
        self.requests = requests
        self.pipe = pipe
        self.source = DispatchSource.makeReadSource(fileDescriptor: pipe.reader.number)

        let stops = Mutex(0)
        self.source.setEventHandler {
            for signal in Self.drain(pipe.reader) {
                guard signal != SIGHUP else {
                    sink.yield(.reload)
                    continue
                }
                let count = stops.withLock { stops in
                    stops += 1
                    return stops
                }
                sink.yield(count == 1 ? .stop : .stopNow)
            }
        }
        self.source.setCancelHandler {
            sink.finish()
            withExtendedLifetime(pipe) {}
        }
        self.source.activate()
        _ = try kernel("handle signals") {
            assay_signals_to(pipe.writer.number, Self.signals, Self.signals.count)
        }
    }

    deinit {
        assay_signals_restore(Self.signals, Self.signals.count)
        self.source.cancel()
    }

    private static func drain(_ reader: Descriptor) -> [CInt] {
        var bytes = [UInt8](repeating: 0, count: Self.waitingMax)
        let count = reader.withNumber { read($0, &bytes, Self.waitingMax) }
        return bytes.prefix(max(0, count)).map(CInt.init)
    }
}
