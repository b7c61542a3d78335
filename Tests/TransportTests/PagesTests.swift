import Foundation
import NIOCore
import Testing
import Wire

@testable import Transport

@Suite struct PagesTests {
    @Test func `a page knows who asks`() async throws {
        try await TestHead.with { head in
            let answer = try await Self.get("/whoami", .probe, head)
            #expect(answer.hasPrefix("HTTP/1.1 200 OK"))
            #expect(answer.hasSuffix("spiffe://lab/probe/p"))
            #expect(answer.lowercased().contains("\r\nserver: assay\r\n"))
            #expect(answer.contains(" GMT\r\n"))
        }
    }

    @Test func `the one table judges pages too`() async throws {
        try await TestHead.with { head in
            #expect(try await Self.get("/metrics", .probe, head).hasPrefix("HTTP/1.1 200"))
            let refused = try await Self.get("/metrics", .user, head)
            #expect(refused.hasPrefix("HTTP/1.1 403"))
            #expect(refused.contains("a user may not read metrics"))
        }
    }

    @Test func `a worker gets a sentence instead of pages`() async throws {
        try await TestHead.with { head in
            let answer = try await Self.get("/whoami", .worker, head)
            #expect(answer.hasPrefix("HTTP/1.1 403"))
            #expect(answer.contains("a worker may not speak http/1.1"))
        }
    }

    @Test func `mistakes are answered without details`() async throws {
        try await TestHead.with { head in
            #expect(try await Self.get("/nothing", .probe, head).hasPrefix("HTTP/1.1 404"))
            let failed = try await Self.get("/fails", .probe, head)
            #expect(failed.hasPrefix("HTTP/1.1 500"))
            #expect(!failed.contains("Cancellation"))
            #expect(await head.log.line(with: "a page failed") != nil)
        }
    }

    @Test func `too much is refused`() async throws {
        try await TestHead.with { head in
            let body = try await Self.ask(
                "POST /whoami HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999\r\n\r\n", .probe, head
            )
            #expect(body.hasPrefix("HTTP/1.1 413"))
            let header = String(repeating: "x", count: 40_000)
            let long = try await Self.ask(
                "GET / HTTP/1.1\r\nHost: x\r\nX: \(header)\r\n\r\n", .probe, head)
            #expect(long.hasPrefix("HTTP/1.1 400"))
        }
    }

    @Test func `dates are written as HTTP wants them`() {
        let date = Date(timeIntervalSince1970: 784_111_777)
        #expect(HTTPDate.text(date) == "Sun, 06 Nov 1994 08:49:37 GMT")
    }

    static func get(_ path: String, _ role: Role, _ head: TestHead) async throws -> String {
        try await Self.ask(
            "GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", role, head)
    }

    /// Sends a request and waits for the end of the answer's body, or of the connection.
    static func ask(_ request: String, _ role: Role, _ head: TestHead) async throws -> String {
        let uri = "spiffe://lab/\(role.rawValue)/\(role.rawValue.prefix(1))"
        var style = RawPeer.Style(try head.cluster.issue(.init(uris: [uri])))
        style.protocols = ["http/1.1"]
        let raw = try await RawPeer.connect(to: head.place, style)
        raw.write(request.utf8)
        var answer = ""
        while !Self.isWhole(answer), let next = await raw.heard.next() {
            if case .bytes(let text) = next { answer += text }
            if case .closed = next { break }
        }
        raw.channel.close(promise: nil)
        return answer
    }

    private static func isWhole(_ answer: String) -> Bool {
        guard let end = answer.range(of: "\r\n\r\n"),
            let mark = answer.lowercased().range(of: "content-length: ")
        else { return false }
        let digits = answer.lowercased()[mark.upperBound...].prefix { $0.isNumber }
        return answer[end.upperBound...].utf8.count >= Int(digits) ?? 0
    }
}

@Suite struct ProbeListenerTests {
    @Test func `the probe port answers two questions in plain HTTP`() async throws {
        let probes = try ProbeListener(
            HostAndPort(host: "127.0.0.1", port: 0), live: { .yes },
            ready: { .no(reason: "replaying") }, logger: LogCapture().logger)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await probes.run() }
            let port = try #require(await probes.port)
            let place = HostAndPort(host: "127.0.0.1", port: port)
            #expect(try await Self.get("/livez", place).hasPrefix("HTTP/1.1 200"))
            let ready = try await Self.get("/readyz", place)
            #expect(ready.hasPrefix("HTTP/1.1 503"))
            #expect(ready.contains("replaying"))
            #expect(try await Self.get("/metrics", place).hasPrefix("HTTP/1.1 404"))
            probes.shutDown()
            try await tasks.waitForAll()
        }
    }

    @Test(arguments: ["0.0.0.0", "::", "192.0.2.1", "head.example", "10.0.0.1"])
    func `an address that others could reach is refused`(host: String) {
        #expect(throws: ProbeListenerError.self) {
            try ProbeListener(
                HostAndPort(host: host, port: 0), live: { .yes }, ready: { .yes },
                logger: LogCapture().logger)
        }
    }

    private static func get(_ path: String, _ place: HostAndPort) async throws -> String {
        var style = RawPeer.Style()
        style.usesTLS = false
        let raw = try await RawPeer.connect(to: place, style)
        raw.write("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".utf8)
        var answer = ""
        while let next = await raw.heard.next() {
            if case .bytes(let text) = next { answer += text }
            if case .closed = next { break }
        }
        return answer
    }
}
