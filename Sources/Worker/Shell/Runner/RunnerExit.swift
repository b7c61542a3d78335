/// How a runner ends by its own will; every other end is a crash.
enum RunnerExit: CInt, Sendable {
    /// The worker closed the socket.
    case hungUp = 0
    /// Somebody else than a worker started it.
    case misused = 2
    /// It could not be confined, and said why on its standard error.
    case notConfined = 10
    /// It could not understand the worker.
    case confused = 11
}
