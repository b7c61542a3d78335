import CoordinatorShell
import Host
import Synchronization
import Testing
import Transport
import Wire

/// A head that drains when the test says so, and must then end by itself.
enum DrainingHead {
    /// - Parameter body: given the head, and what makes it drain; called again it does nothing.
    static func run(
        _ scratch: ScratchDirectory? = nil,
        _ body:
            @escaping @Sendable (
                TestHead, _ drain: @escaping @Sendable () -> Void
            ) async throws -> Void
    ) async throws {
        let scratch = try scratch ?? ScratchDirectory()
        let cluster = try TestCluster()
        let (requests, wish) = AsyncStream.makeStream(of: TerminationSignals.Request.self)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        let settings = HeadSettings(
            listener: ListenerSettings(.bind(HostAndPort(host: "127.0.0.1", port: 0))),
            state: .directory(scratch.file("state")), blobKeyFile: TestHead.blobKeyFile,
            session: .init(temporaryDirectory: scratch.path, ending: .removed))
        // The second request would be the order to stop at once.
        let once = Once { wish.yield(.stop) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                try await CoordinatorDaemon.run(
                    settings, credentials: try cluster.issue(.head, "head"), requests: requests,
                    service: nil, log: .silent
                ) { port.yield($0) }
            }
            let port = try #require(await ports.first { _ in true })
            let place = HostAndPort(host: "127.0.0.1", port: port)
            try await body(TestHead(cluster: cluster, place: place)) { once.run() }
            try await group.waitForAll()
        }
    }

    private final class Once: Sendable {
        private let action: Mutex<(@Sendable () -> Void)?>

        init(_ action: @escaping @Sendable () -> Void) { self.action = Mutex(action) }

        func run() { self.action.withLock { $0.take() }?() }
    }
}
