import GRPCCore
import NIOCore
import Testing
import Wire

@testable import Transport

/// `TestHead.with` ends every test with a shutdown, and waits for it.
@Suite struct ShutdownTests {
    @Test func `what is in flight ends well, idle connections end at once`() async throws {
        try await TestHead.with { head in
            head.service.gate.close()
            let end = RecordingEnd()
            let link = try await head.dialer(.worker, "anna").connect(to: head.place, delegate: end)
            link.send([.drain])
            #expect(await end.messages() == [.drain])
            let credentials = try head.cluster.store(.operator, "otto")
            try await withThrowingTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    try await head.asking(credentials) {
                        _ = try await Assay_V1_Nodes.Client(wrapping: $0).drain(.init())
                    }
                }
                tasks.addTask {
                    let page = try await PagesTests.get("/slow", .user, head)
                    #expect(page.hasSuffix("done"))
                }
                _ = await head.service.gate.arrivals.next()
                _ = await head.service.gate.arrivals.next()

                head.server.shutDown()
                #expect(await end.closure() == .ended)
                await #expect(throws: HeadError.self) {
                    try await head.dialer(.worker, "bela").connect(
                        to: head.place, delegate: RecordingEnd())
                }
                head.service.gate.open()
                try await tasks.waitForAll()
            }
        }
    }

    @Test func `a peer that hangs is cut when the grace is over`() async throws {
        var settings = TestHead.settings
        settings.grace = .milliseconds(200)
        try await TestHead.with(settings) { head in
            var style = RawPeer.Style(
                try head.cluster.issue(.init(uris: ["spiffe://lab/user/a"])))
            style.protocols = ["h2"]
            let raw = try await RawPeer.connect(to: head.place, style)
            // A preface and empty settings, and never an answer to the ping of a shutdown.
            raw.write(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
            _ = await raw.heard.first { if case .bytes = $0 { () } else { nil } as Void? }
            head.server.shutDown()
            _ = await raw.errorsUntilClosed()
        }
    }

    @Test func `handlers that never end are cancelled when the grace is over`() async throws {
        var settings = TestHead.settings
        settings.grace = .milliseconds(200)
        try await TestHead.with(settings) { head in
            let credentials = try head.cluster.store(.operator, "otto")
            await withTaskGroup(of: Void.self) { tasks in
                tasks.addTask {
                    _ = try? await head.asking(credentials) {
                        _ = try await Assay_V1_Nodes.Client(wrapping: $0).resume(.init())
                    }
                }
                tasks.addTask { _ = try? await PagesTests.get("/forever", .user, head) }
                _ = await head.service.gate.arrivals.next()
                _ = await head.service.gate.arrivals.next()
                head.server.shutDown()
            }
        }
    }

    @Test func `a storm of connects at the end is no harm`() async throws {
        for _ in 0..<5 {
            try await TestHead.with { head in
                let dialer = try head.dialer(.worker, "anna")
                await withTaskGroup(of: Void.self) { tasks in
                    for index in 0..<20 {
                        tasks.addTask {
                            _ = try? await dialer.connect(to: head.place, delegate: RecordingEnd())
                        }
                        tasks.addTask { _ = try? await PagesTests.get("/whoami", .user, head) }
                        if index == 10 { head.server.shutDown() }
                    }
                }
            }
        }
    }

    @Test func `a cancelled server ends without grace`() async throws {
        let cluster = try TestCluster()
        let server = try Server(
            TestHead.settings, credentials: try cluster.store(.head, "main"), services: [],
            pages: .none, links: RecordingLinks(), logger: LogCapture().logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await server.run() }
            let port = try #require(await server.port)
            let end = RecordingEnd()
            let dialer = Dialer(
                credentials: try cluster.store(.worker, "anna"), settings: TestHead.patient)
            _ = try await dialer.connect(
                to: HostAndPort(host: "127.0.0.1", port: port), delegate: end)
            tasks.cancelAll()
            while let result = await tasks.nextResult() {
                if case .failure(let error) = result { #expect(error is CancellationError) }
            }
            #expect(await end.closure() != nil)
        }
    }

    @Test func `a port in use is an error, not a crash`() async throws {
        try await TestHead.with { head in
            let second = try Server(
                ListenerSettings(.bind(head.place)), credentials: head.credentials, services: [],
                pages: .none, links: head.links, logger: head.log.logger)
            let error = await #expect(throws: ListenError.self) { try await second.run() }
            #expect(error?.description == "cannot listen on \(head.place): Address already in use")
            #expect(await second.port == nil)
        }
    }
}
