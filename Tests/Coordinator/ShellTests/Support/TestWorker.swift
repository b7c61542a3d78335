import NIOCore
import Synchronization
import Transport
import Wire

/// A worker without runners: it says hello and scores whatever it is given, at once.
final class TestWorker: LinkDelegate {
    /// What the head said, in order.
    let heard: AsyncStream<LinkMessage>
    private let sink: AsyncStream<LinkMessage>.Continuation
    private let answers: Answers

    enum Answers: Sendable {
        /// Every trial is scored as soon as it arrives.
        case atOnce
        /// The test answers.
        case byHand
    }

    init(_ answers: Answers = .atOnce) {
        self.answers = answers
        (self.heard, self.sink) = AsyncStream.makeStream()
    }

    /// Dials and says hello.
    func connect(
        to head: TestHead, as name: String = "w1", slots: Int = 8, held: [Lease] = [],
        with credentials: CredentialStore? = nil
    ) async throws -> LinkConnection {
        let dialer = Dialer(credentials: try credentials ?? head.cluster.issue(.worker, name))
        let link = try await dialer.connect(to: head.place, delegate: self)
        link.send([
            .hello(
                Hello(
                    protocolVersion: LinkVersion.current, version: "test",
                    capacity: Capacity(slots: slots, memoryBytes: 1 << 30), held: held,
                    blobs: [], environmentClass: "test"))
        ])
        return link
    }

    func received(_ burst: [LinkFrame], on link: LinkConnection) {
        var reports: [Report] = []
        for case .message(let message) in burst {
            self.sink.yield(message)
            guard case .assignments(let groups) = message, case .atOnce = self.answers else {
                continue
            }
            reports += groups.flatMap(\.assignments).map { Self.score($0.lease) }
        }
        if !reports.isEmpty { link.send([.reports(reports)]) }
    }

    func closed(_ link: LinkConnection, _ closure: LinkClosure) { self.sink.finish() }

    static func score(_ lease: Lease, outputs: [Output] = []) -> Report {
        Report(
            lease,
            .finished(
                Outcome(
                    .scored(scores: [Score("roc_auc", 0.9)], outputs: outputs), cost: .none)))
    }

    /// The first message that the picker takes.
    func first<Found>(_ pick: (LinkMessage) -> Found?) async -> Found? {
        for await message in self.heard {
            if let found = pick(message) { return found }
        }
        return nil
    }

    func welcome() async -> Welcome? {
        await self.first { if case .welcome(let welcome) = $0 { welcome } else { nil } }
    }

    func assignment() async -> Assignment? {
        await self.first {
            if case .assignments(let groups) = $0 { groups.first?.assignments.first } else { nil }
        }
    }
}
