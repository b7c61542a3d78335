import CoordinatorCore
import Host
import Search
import Wire

/// Computes which candidates come next, on a thread of its own: milliseconds of arithmetic that
/// the loop must not wait for.
final class Proposals: Sendable {
    private let mailbox = Mailbox<Order>()

    private enum Order: Sendable {
        case propose(JobID, Study, count: Int)
        case stop
    }

    func order(_ job: JobID, _ study: Study, count: Int) {
        // When the box is closed the head ends, and nobody waits for candidates any more.
        _ = self.mailbox.put(.propose(job, study, count: count))
    }

    /// Serves until `stop`; `deliver` is called on the thread.
    func run(_ deliver: @escaping @Sendable (Event) -> Void) async throws {
        try await DedicatedThread.run(named: "proposals") {
            while true {
                for order in self.mailbox.takeAll(waitingUpTo: nil) {
                    switch order {
                    case .propose(let job, let study, let count):
                        deliver(.proposed(job, study.propose(count)))
                    case .stop:
                        _ = self.mailbox.close()
                        return
                    }
                }
            }
        }
    }

    func stop() { _ = self.mailbox.put(.stop) }
}
