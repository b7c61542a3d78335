import CoordinatorCore
import GRPCCore
import Synchronization
import Wire

/// One open stream of submissions, and the events of all its jobs on the way back.
///
/// Two tasks: one reads requests and hands them to the loop without waiting for their answers, the
/// other writes whatever the loop has to say. The stream ends when the caller has no more requests
/// and every job has ended.
struct JobRun: Sendable {
    private let loop: CoordinatorLoop
    private let admission: Admission
    private let caller: Caller
    private let note: @Sendable (_ verb: Verb, _ job: String) throws -> Void
    private let feed: JobFeed
    private let window = Window()

    /// - Parameter note: has a job remembered that the stream brought.
    init(
        loop: CoordinatorLoop, admission: Admission, caller: Caller,
        note: @escaping @Sendable (_ verb: Verb, _ job: String) throws -> Void
    ) {
        self.note = note
        self.loop = loop
        self.admission = admission
        self.caller = caller
        self.feed = loop.makeFeed()
    }

    func serve(
        _ requests: RPCAsyncSequence<Assay_V1_SubmitRequest, any Error>,
        _ response: RPCWriter<Assay_V1_JobEvent>
    ) async throws {
        defer { self.feed.end() }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await self.read(requests) }
            group.addTask { try await self.write(response) }
            // The first error ends both: `waitForAll` would wait for the other one.
            while try await group.next() != nil {}
        }
    }

    private func read(
        _ requests: RPCAsyncSequence<Assay_V1_SubmitRequest, any Error>
    ) async throws {
        for try await request in requests {
            // Back pressure: with too many jobs open, the next request stays unread.
            await self.window.enter()
            do {
                let owner = self.caller.owner
                let admitted = try await self.admission.judge(request, from: owner)
                try self.caller.demand(admitted.spec.kind.verb)
                self.loop.submit(
                    admitted.spec, owner: owner, key: admitted.key, to: self.feed)
            } catch {
                var event = Assay_V1_JobEvent()
                // A key may be what was wrong: one without bounds is not said back.
                if request.key.utf8.count <= Limits.nameBytesMax { event.key = request.key }
                event.refusal = error.message
                _ = self.feed.offer(event)
            }
        }
        if self.window.finish() == .over { self.feed.end() }
    }

    private func write(_ response: RPCWriter<Assay_V1_JobEvent>) async throws {
        var known: Set<String> = []
        while let events = await self.feed.next() {
            for event in events where event.hasJob {
                if known.insert(event.job.id).inserted {
                    let isCommand = if case .command = event.job.spec.kind { true } else { false }
                    try self.note(isCommand ? .submitCommand : .submitJob, event.job.id)
                }
                if event.isLast { known.remove(event.job.id) }
            }
            try await response.write(contentsOf: events)
            let ended = events.count(where: \.isLast)
            if ended > 0, self.window.leave(ended) == .over { return }
        }
        try Task.checkCancellation()
        guard self.window.isOver else { throw RPCError(endOf: self.feed) }
    }

    /// How many jobs of the stream are open.
    final class Window: Sendable {
        /// Jobs that one stream may have open.
        static let openMax = Limits.messageItemsMax

        private let state = Mutex(State())

        private struct State {
            var open = 0
            var isFinished = false
            var waiter: CheckedContinuation<Void, Never>?

            var isOver: Bool { self.isFinished && self.open == 0 }
        }

        enum Standing { case goesOn, over }

        /// One more job; waits while there are too many.
        func enter() async {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    let mayGo = self.state.withLock { state in
                        guard state.open >= Self.openMax, !state.isFinished else { return true }
                        state.waiter = continuation
                        return false
                    }
                    if mayGo { continuation.resume() }
                }
            } onCancel: {
                _ = self.finish()
            }
            self.state.withLock { $0.open += 1 }
        }

        func leave(_ count: Int) -> Standing {
            let (standing, waiter) = self.state.withLock { state -> (Standing, _) in
                state.open -= count
                return (state.isOver ? .over : .goesOn, state.waiter.take())
            }
            waiter?.resume()
            return standing
        }

        /// No more jobs come.
        func finish() -> Standing {
            let (standing, waiter) = self.state.withLock { state -> (Standing, _) in
                state.isFinished = true
                return (state.isOver ? .over : .goesOn, state.waiter.take())
            }
            waiter?.resume()
            return standing
        }

        var isOver: Bool { self.state.withLock { $0.isOver } }
    }
}
