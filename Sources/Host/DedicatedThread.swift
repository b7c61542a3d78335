import CHost
import Glibc
import Synchronization

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
                _ = try Self.start(work, .detached)
            } catch {
                continuation.resume(throwing: error)
            }
        }
    }

    /// Runs `body` on this thread and on new ones at once, and returns when all of them have ended.
    ///
    /// For work that is claimed piece by piece: where the system grants no more threads, those that
    /// there are do all of it.
    ///
    /// - Parameters:
    ///   - count: how many threads there may be, with this one.
    ///   - name: what `top -H` shows of the new ones, at most 15 bytes.
    /// - Returns: what each of them answers; this one comes first.
    package static func together<Answer: Sendable>(
        upTo count: Int, named name: String, _ body: @escaping @Sendable () -> Answer
    ) -> [Answer] {
        precondition(name.utf8.count <= 15, "the kernel cuts the name \(name) after 15 bytes")
        let answers = Answers<Answer>()
        var threads: [pthread_t] = []
        let work = Work {
            Self.nameThisThread(name)
            answers.add(body())
        }
        for _ in 1..<max(1, count) {
            guard let thread = try? Self.start(work, .joinable) else { break }
            threads.append(thread)
        }
        let own = body()
        for thread in threads { pthread_join(thread, nil) }
        return [own] + answers.all
    }

    /// What threads that run together have answered.
    private final class Answers<Answer: Sendable>: Sendable {
        private let kept = Mutex<[Answer]>([])

        func add(_ answer: Answer) { self.kept.withLock { $0.append(answer) } }

        var all: [Answer] { self.kept.withLock { $0 } }
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

    private enum Ending {
        /// Nobody waits for it.
        case detached
        /// Somebody must.
        case joinable
    }

    private static func start(_ work: Work, _ ending: Ending) throws(HostError) -> pthread_t {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, Self.stackBytes)
        let state = ending == .detached ? PTHREAD_CREATE_DETACHED : PTHREAD_CREATE_JOINABLE
        pthread_attr_setdetachstate(&attributes, CInt(state))

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
        return thread
    }
}
