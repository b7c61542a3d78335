import Synchronization
package import Wire

/// The events of jobs, on their way from the loop to one caller.
///
/// The loop offers and never waits; the caller takes all there is and waits when there is nothing.
/// Of one job at most one event lies here at a time, and one more that is its last: what happens
/// meanwhile is gathered by the loop into the next, so that a caller who is slow costs no more
/// memory than one who is quick.
package final class JobFeed: Sendable {
    fileprivate typealias Waiter = CheckedContinuation<[Assay_V1_JobEvent]?, Never>

    private let state = Mutex(State())
    /// Tells the loop that there is room again.
    private let wantsMore: @Sendable () -> Void

    fileprivate struct State {
        var ready: [Assay_V1_JobEvent] = []
        var waiter: Waiter?
        /// The loop keeps something back until this feed is emptied.
        var isBehind = false
        var isOver = false
        /// It is over because the caller did not read.
        var isGivenUp = false
    }

    init(wantsMore: @escaping @Sendable () -> Void) { self.wantsMore = wantsMore }

    /// All events that are ready, at least one; nil when the task was cancelled, the head ends or
    /// the loop has given up.
    ///
    /// One caller at a time.
    package func next() async -> [Assay_V1_JobEvent]? {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let (answer, wantsMore) = self.state.withLock { state in
                    state.take(or: continuation)
                }
                switch answer {
                case .wait: break
                case .over: continuation.resume(returning: nil)
                case .events(let events): continuation.resume(returning: events)
                }
                if wantsMore { self.wantsMore() }
            }
        } onCancel: {
            self.end()
        }
    }

    /// Nothing more comes: the loop ends, or the caller has gone.
    package func end() {
        let waiter = self.state.withLock { state in
            state.isOver = true
            return state.waiter.take()
        }
        waiter?.resume(returning: nil)
    }

    // MARK: The loop's side

    enum Reception { case taken, gone }

    func offer(_ event: Assay_V1_JobEvent) -> Reception {
        let (reception, waiter) = self.state.withLock { state -> (Reception, Waiter?) in
            guard !state.isOver else { return (.gone, nil) }
            guard let waiter = state.waiter.take() else {
                state.ready.append(event)
                return (.taken, nil)
            }
            return (.taken, waiter)
        }
        waiter?.resume(returning: [event])
        return reception
    }

    /// Whether the caller has taken everything; if not, `wantsMore` is called once it has.
    func isEmpty() -> Bool {
        self.state.withLock { state in
            state.isBehind = !state.ready.isEmpty
            return state.ready.isEmpty
        }
    }

    /// The loop waits no longer for this caller to read.
    func giveUp() {
        self.state.withLock { $0.isGivenUp = true }
        self.end()
    }

    var isOver: Bool { self.state.withLock { $0.isOver } }
    var isGivenUp: Bool { self.state.withLock { $0.isGivenUp } }
}

extension JobFeed.State {
    fileprivate enum Answer {
        case wait, over
        case events([Assay_V1_JobEvent])
    }

    /// - Returns: what the caller hears, and whether the loop wants to know that there is room.
    fileprivate mutating func take(
        or waiter: JobFeed.Waiter
    ) -> (Answer, Bool) {
        precondition(self.waiter == nil, "two callers wait on one feed")
        if !self.ready.isEmpty {
            let events = self.ready
            self.ready = []
            let wantsMore = self.isBehind
            self.isBehind = false
            return (.events(events), wantsMore)
        }
        guard !self.isOver else { return (.over, false) }
        self.waiter = waiter
        return (.wait, false)
    }
}
