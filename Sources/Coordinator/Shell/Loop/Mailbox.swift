import Dispatch
import Synchronization
import Wire

/// What waits for a thread: anybody puts in, one thread takes out all there is.
///
/// The thread sleeps on a semaphore that is signalled only when the box was empty: under load
/// putting in costs a lock and nothing else.
final class Mailbox<Item: Sendable>: Sendable {
    private let content = Mutex(Content())
    private let arrival = DispatchSemaphore(value: 0)

    private struct Content {
        var items: [Item] = []
        var isClosed = false
    }

    enum Reception { case taken, closed }

    func put(_ item: Item) -> Reception {
        let (reception, wasEmpty) = self.content.withLock { content -> (Reception, Bool) in
            guard !content.isClosed else { return (.closed, false) }
            content.items.append(item)
            return (.taken, content.items.count == 1)
        }
        if wasEmpty { self.arrival.signal() }
        return reception
    }

    /// How much waits.
    var count: Int { self.content.withLock { $0.items.count } }

    /// Takes out everything, in the order in which it was put in; waits while there is nothing.
    ///
    /// - Parameter patience: how long to wait at most; nil is for ever. Nothing is answered when it
    ///   has run out.
    func takeAll(waitingUpTo patience: Duration?) -> [Item] {
        // A signal may be left over from what was taken after a time-out; then this answers nothing
        // at once, and the caller comes again.
        switch patience {
        case nil: self.arrival.wait()
        case let patience?:
            let nanoseconds = Int(clamping: max(.zero, patience).nanoseconds)
            _ = self.arrival.wait(timeout: .now() + .nanoseconds(nanoseconds))
        }
        return self.takeWhatIsThere()
    }

    /// Nothing more is taken in; answers what nobody took out.
    func close() -> [Item] {
        self.content.withLock { $0.isClosed = true }
        return self.takeWhatIsThere()
    }

    private func takeWhatIsThere() -> [Item] {
        self.content.withLock { content in
            // The buffer is handed on, not copied.
            let items = content.items
            content.items = []
            return items
        }
    }
}
