import NIOPosix

/// Threads that may wait for the disk, so that event loops and Swift's own threads need not.
enum FileThreads {
    static func run<Answer: Sendable>(
        _ body: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer {
        try await NIOThreadPool.singleton.runIfActive(body)
    }
}
