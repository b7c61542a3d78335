import CoordinatorCore
import GRPCCore
import Logging
import Wire

/// What went wrong, as a caller of the public API hears it.
extension RPCError {
    init(_ refusal: Refusal) {
        let code: RPCError.Code =
            switch refusal.code {
            case .notFound: .notFound
            case .alreadyEnded: .failedPrecondition
            case .badRequest: .invalidArgument
            case .exhausted: .resourceExhausted
            case .draining: .unavailable
            case .notAllowed: .permissionDenied
            }
        self.init(code: code, message: refusal.description)
    }

    init(_ error: BlobError) {
        let code: RPCError.Code =
            switch error.code {
            case .missing: .notFound
            case .tooLarge: .resourceExhausted
            case .mismatch: .invalidArgument
            case .damaged: .dataLoss
            case .noKey, .failed: .internalError
            }
        self.init(code: code, message: error.description)
    }

    init(_ error: WireError) {
        self.init(code: .invalidArgument, message: error.description)
    }

    init(_ error: LoopStopped) {
        self.init(code: .unavailable, message: error.description)
    }

    /// Why a feed has ended before its last event; who asks again is served.
    init(endOf feed: JobFeed) {
        guard feed.isGivenUp else {
            self.init(LoopStopped())
            return
        }
        self.init(
            code: .unavailable,
            message: """
                a job has ended and its events were not read within \(Subscribers.patience): ask \
                for the job
                """)
    }
}

/// Runs a handler's body and turns our errors into the caller's.
///
/// What the head itself got wrong is told to the operator by the log, and to the caller without
/// paths or details of ours.
func answering<Answer>(
    _ log: Logger, _ body: () async throws -> Answer
) async throws(RPCError) -> Answer {
    do {
        return try await body()
    } catch let error as RPCError {
        throw error
    } catch let error as Refusal {
        throw RPCError(error)
    } catch let error as BlobError where error.code != .failed {
        throw RPCError(error)
    } catch let error as WireError {
        throw RPCError(error)
    } catch let error as LoopStopped {
        throw RPCError(error)
    } catch is CancellationError {
        throw RPCError(code: .cancelled, message: "the call was cancelled")
    } catch {
        log.error("a call failed", metadata: ["reason": "\(error)"])
        throw RPCError(code: .internalError, message: "the head failed; its log says why")
    }
}
