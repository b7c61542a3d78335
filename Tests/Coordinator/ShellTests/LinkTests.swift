import CoordinatorShell
import NIOCore
import Testing
import Transport
import Wire

/// The control links of workers.
@Suite struct LinkTests {
    @Test func `a second link of the same worker fences the first`() async throws {
        try await TestHead.with { head in
            let first = TestWorker()
            let firstLink = try await first.connect(to: head)
            let firstWelcome = try #require(await first.welcome())
            let second = TestWorker()
            let secondLink = try await second.connect(to: head)
            let secondWelcome = try #require(await second.welcome())

            #expect(secondWelcome.session > firstWelcome.session)
            let reason = await first.first {
                if case .refused(let reason) = $0 { reason } else { nil }
            }
            #expect(reason == "the worker has opened \(secondWelcome.session)")
            try await firstLink.ended.get()
            secondLink.close()
        }
    }

    @Test func `what does not belong on a link is told and cut`() async throws {
        try await TestHead.with { head in
            for message in [LinkMessage.heartbeat, .welcome(Self.welcome), .reports([])] {
                let worker = TestWorker()
                let dialer = Dialer(credentials: try head.cluster.issue(.worker, "w1"))
                let link = try await dialer.connect(to: head.place, delegate: worker)
                link.send([message])
                #expect(await worker.refusal() == "a link begins with a hello")
            }
            let worker = TestWorker()
            let link = try await worker.connect(to: head)
            _ = await worker.welcome()
            link.send([.welcome(Self.welcome)])
            #expect(await worker.refusal() == "that is not said on a control link")
        }
    }

    @Test func `an outcome is acknowledged, and a worker that comes back keeps its lease`()
        async throws
    {
        try await TestHead.with { head in
            let before = TestWorker(.byHand)
            let firstLink = try await before.connect(to: head, slots: 1)
            try await head.asking(as: .user) { client in
                _ = try await Assay_V1_Jobs.Client(wrapping: client)
                    .submit(TestHead.submission(Sample.idle(trials: 1)))
            }
            let lease = try #require(await before.assignment()).lease
            firstLink.close()
            try await firstLink.ended.get()

            let after = TestWorker(.byHand)
            let link = try await after.connect(to: head, slots: 1, held: [lease])
            #expect(await after.welcome()?.keep == [lease])
            link.send([.reports([TestWorker.score(lease)])])
            let acknowledged = await after.first {
                if case .acknowledged(let leases) = $0 { leases } else { nil }
            }
            #expect(acknowledged == [lease])
            link.close()
        }
    }

    @Test func `an operator drains a node and takes it back`() async throws {
        try await TestHead.with { head in
            let worker = TestWorker()
            let link = try await worker.connect(to: head)
            _ = await worker.welcome()
            try await head.asking(as: .operator) { client in
                let nodes = Assay_V1_Nodes.Client(wrapping: client)
                var request = Assay_V1_NodeRequest()
                request.name = "w1"
                #expect(try await nodes.drain(request).state == "draining")
                #expect(await worker.first { $0 == .drain ? true : nil } == true)
                let node = try await nodes.resume(request)
                #expect(node.state == "ready")
                #expect(node.slots == 8)
                #expect(node.address == "127.0.0.1")
                #expect(!node.certificateSerial.isEmpty)
            }
            link.close()
        }
    }

    private static let welcome = Welcome(
        session: SessionNumber(rawValue: 1), keep: [], drop: [])
}

extension TestWorker {
    fileprivate func refusal() async -> String? {
        await self.first { if case .refused(let reason) = $0 { reason } else { nil } }
    }
}
