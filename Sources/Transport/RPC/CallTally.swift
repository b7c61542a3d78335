import GRPCCore
import Synchronization

/// How calls ended since the start, by gRPC's status codes.
///
/// What there is no room for ends with RESOURCE_EXHAUSTED, a message that is too long or breaks
/// off with INTERNAL, what a role may not do with PERMISSION_DENIED: who tries shows here.
package final class CallTally: Sendable {
    private let counts = Mutex<[String: UInt64]>([:])

    /// In the order of gRPC's numbers.
    package static let codes: [String] = ["OK"] + CallTally.names.map(\.name)

    private static let names: [(code: RPCError.Code, name: String)] = [
        (.cancelled, "CANCELLED"), (.unknown, "UNKNOWN"), (.invalidArgument, "INVALID_ARGUMENT"),
        (.deadlineExceeded, "DEADLINE_EXCEEDED"), (.notFound, "NOT_FOUND"),
        (.alreadyExists, "ALREADY_EXISTS"), (.permissionDenied, "PERMISSION_DENIED"),
        (.resourceExhausted, "RESOURCE_EXHAUSTED"), (.failedPrecondition, "FAILED_PRECONDITION"),
        (.aborted, "ABORTED"), (.outOfRange, "OUT_OF_RANGE"), (.unimplemented, "UNIMPLEMENTED"),
        (.internalError, "INTERNAL"), (.unavailable, "UNAVAILABLE"), (.dataLoss, "DATA_LOSS"),
        (.unauthenticated, "UNAUTHENTICATED"),
    ]

    package subscript(code: String) -> UInt64 { self.counts.withLock { $0[code] ?? 0 } }

    /// - Parameter error: what a call ended with; nil when it was answered.
    func note(_ error: (any Error)?) {
        let name: String
        switch error {
        case nil: name = "OK"
        case let error as RPCError:
            name = Self.names.first { $0.code == error.code }?.name ?? "UNKNOWN"
        // gRPC says the same to the caller.
        case is CancellationError: name = "CANCELLED"
        default: name = "UNKNOWN"
        }
        self.counts.withLock { $0[name, default: 0] += 1 }
    }
}

/// Counts every call, also one that is refused before its handler hears of it.
struct CallCounter: ServerInterceptor {
    let tally: CallTally

    func intercept<Input: Sendable, Output: Sendable>(
        request: StreamingServerRequest<Input>, context: ServerContext,
        next:
            @Sendable (StreamingServerRequest<Input>, ServerContext) async throws ->
            StreamingServerResponse<Output>
    ) async throws -> StreamingServerResponse<Output> {
        var response: StreamingServerResponse<Output>
        do {
            response = try await next(request, context)
        } catch {
            self.tally.note(error)
            throw error
        }
        switch response.accepted {
        case .failure(let error): self.tally.note(error)
        case .success(var contents):
            // The answer is made while it is sent.
            let (producer, tally) = (contents.producer, self.tally)
            contents.producer = { writer in
                do {
                    let trailer = try await producer(writer)
                    tally.note(nil)
                    return trailer
                } catch {
                    tally.note(error)
                    throw error
                }
            }
            response.accepted = .success(contents)
        }
        return response
    }
}
