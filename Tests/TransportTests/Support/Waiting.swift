import Logging
import Synchronization

/// Things happen; somebody waits for the next of them, in order.
final class Happenings<Event: Sendable>: Sendable {
    private let stream: AsyncStream<Event>
    private let continuation: AsyncStream<Event>.Continuation
    private let passed = Mutex<[Event]>([])

    init() { (self.stream, self.continuation) = AsyncStream.makeStream() }

    func append(_ event: Event) {
        self.passed.withLock { $0.append(event) }
        self.continuation.yield(event)
    }

    /// Nothing more will happen: nobody need wait.
    func finish() { self.continuation.finish() }

    /// One waiter at a time; nil at the end.
    func next() async -> Event? {
        var iterator = self.stream.makeAsyncIterator()
        return await iterator.next()
    }

    func first<Found>(_ pick: (Event) -> Found?) async -> Found? {
        while let event = await self.next() {
            if let found = pick(event) { return found }
        }
        return nil
    }

    /// All that ever happened.
    var all: [Event] { self.passed.withLock { $0 } }
}

/// Holds up who passes until it is opened, and tells when somebody waits.
final class Gate: Sendable {
    private let state = Mutex((isOpen: true, waiting: [CheckedContinuation<Void, Never>]()))
    let arrivals = Happenings<Void>()

    func close() { self.state.withLock { $0.isOpen = false } }

    func open() {
        let waiting = self.state.withLock { state in
            state.isOpen = true
            defer { state.waiting = [] }
            return state.waiting
        }
        for waiter in waiting { waiter.resume() }
    }

    func pass() async {
        await withCheckedContinuation { continuation in
            let isOpen = self.state.withLock { state in
                if !state.isOpen { state.waiting.append(continuation) }
                return state.isOpen
            }
            self.arrivals.append(())
            if isOpen { continuation.resume() }
        }
    }
}

/// Waits until its task is cancelled.
enum Forever {
    static func wait() async {
        let (stream, continuation) = AsyncStream.makeStream(of: Never.self)
        for await _ in stream {}
        continuation.finish()
    }
}

/// What was logged, to be read and waited for.
final class LogCapture: Sendable {
    let lines = Happenings<String>()

    var logger: Logger { Logger(label: "test") { _ in Handler(capture: self) } }

    /// Waits for a line that holds `text`.
    func line(with text: String) async -> String? {
        await self.lines.first { $0.contains(text) ? $0 : nil }
    }

    private struct Handler: LogHandler {
        let capture: LogCapture
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.debug

        init(capture: LogCapture) { self.capture = capture }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { self.metadata[key] }
            set { self.metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let fields = (event.metadata ?? [:]).sorted { $0.key < $1.key }
                .map { "\($0.key)=\($0.value)" }
            self.capture.lines.append(([event.message.description] + fields).joined(separator: " "))
        }
    }
}
