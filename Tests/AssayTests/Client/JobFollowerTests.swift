import GRPCCore
import Host
import Synchronization
import Testing

@testable import assay

@Suite struct JobFollowerTests {
    private func follow(
        _ answers: [RPCError.Code], knownFrom source: JobFollower.Source
    ) async -> (code: RPCError.Code?, calls: Int) {
        let transport = RefusingTransport(answers)
        let head = HeadClient(
            wrapping: GRPCClient(transport: transport), address: "127.0.0.1:7443", trust: .nobody)
        let follower = JobFollower(
            head: head, terminal: Terminal(environment: Environment(["TERM": "dumb"])))
        do {
            _ = try await follower.follow("j1", knownFrom: source)
            return (nil, transport.calls)
        } catch {
            return ((error as? RPCError)?.code, transport.calls)
        }
    }

    @Test func `a head that was never heard is given up at the first failure`() async {
        let (code, calls) = await self.follow([.unavailable, .notFound], knownFrom: .user)
        #expect(code == .unavailable)
        #expect(calls == 1)
    }

    @Test func `a head that took the job may be away for a while`() async {
        let (code, calls) = await self.follow([.unavailable, .notFound], knownFrom: .head)
        #expect(code == .notFound)
        #expect(calls == 2)
    }

    @Test func `a refusal is final, whoever named the job`() async {
        let (code, calls) = await self.follow([.permissionDenied, .notFound], knownFrom: .head)
        #expect(code == .permissionDenied)
        #expect(calls == 1)
    }
}

/// A head that answers each call with the next of some failures.
private final class RefusingTransport: ClientTransport {
    typealias Bytes = [UInt8]

    private let answers: [RPCError.Code]
    private let count = Mutex(0)

    init(_ answers: [RPCError.Code]) { self.answers = answers }

    var calls: Int { self.count.withLock { $0 } }

    var retryThrottle: RetryThrottle? { nil }

    func connect() async throws {}

    func beginGracefulShutdown() {}

    func config(forMethod descriptor: MethodDescriptor) -> MethodConfig? { nil }

    func withStream<Answer: Sendable>(
        descriptor: MethodDescriptor, options: CallOptions,
        _ closure: (RPCStream<Inbound, Outbound>, ClientContext) async throws -> Answer
    ) async throws -> Answer {
        let call = self.count.withLock { count in
            defer { count += 1 }
            return count
        }
        throw RPCError(code: self.answers[min(call, self.answers.count - 1)], message: "as told")
    }
}
