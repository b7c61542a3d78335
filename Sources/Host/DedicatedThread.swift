import CHost
import Glibc

/// A thread of its own for work that blocks or computes long.
///
/// Swift's own threads are as many as there are cores and must never wait: whoever blocks one of
/// them (a durable commit, a matrix product, a read from a child) stops strangers.
package enum DedicatedThread {
    /// What Swift's own threads have on Linux; deep recursion and BLAS want no less.
    package static let stackBytes = 8 << 20

    /// Runs `body` on a new thread and returns when it has ended.
    ///
    /// Cancelling the task does not end the body: give it something to listen to.
    ///
    /// - Parameter name: what `top -H` shows, at most 15 bytes.
    package static func run<Answer: Sendable>(
        named name: String, _ body: @escaping @Sendable () throws -> Answer
    ) async throws -> Answer {
        precondition(name.utf8.count <= 15, "the kernel cuts the name \(name) after 15 bytes")
        return try await withCheckedThrowingContinuation { continuation in
            let work = Work {
                Self.nameThisThread(name)
                continuation.resume(with: Result(catching: body))
            }
            do throws(HostError) {
                try Self.start(work)
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    private static func nameThisThread(_ name: String) {
        _ = name.withCString {
            assay_prctl(CInt(ASSAY_PR_SET_NAME), UInt(bitPattern: $0), 0, 0, 0)
        }
    }

    /// Carries a closure through a C pointer.
    private final class Work: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    private static func start(_ work: Work) throws(HostError) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, Self.stackBytes)
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))

        let parcel = Unmanaged.passRetained(work)
        var thread = pthread_t()
        let number = pthread_create(
            &thread, &attributes,
            { pointer in
                Unmanaged<Work>.fromOpaque(pointer!).takeRetainedValue().run()
                return nil
            }, parcel.toOpaque())
        guard number == 0 else {
            parcel.release()
            throw HostError(failedTo: "start a thread", number)
        }
    }
}
