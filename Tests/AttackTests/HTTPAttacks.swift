import LiveCluster
import Testing

/// Attacks on HTTP/2, gRPC and the web pages, by somebody whose certificate is in order.
@Suite(.serialized) struct HTTPAttacks {
    private static func onHead(_ body: (Attack, Program) async throws -> Void) async throws {
        let cluster = try await Cluster()
        try await cluster.issue("user", "eve")
        try await Attack.on(cluster, body)
    }

    /// Floods and the code of the GOAWAY that ends them (RFC 9113, section 7).
    private static let floods: [(name: String, codes: Set<String>)] = [
        ("rapid_reset", ["11"]), ("served_reset", ["11"]), ("settings", ["11"]), ("ping", ["11"]),
        ("empty_data", ["11"]), ("priority", ["11"]), ("continuation_of_headers", ["11"]),
        ("continuation_of_nothing", ["11"]), ("giant_header", ["1"]), ("header_bomb", ["9", "1"]),
        ("header_table", ["9"]), ("many_streams", ["1"]), ("garbage", ["6", "1"]),
        ("frame_too_long", ["6"]), ("window_overflow", ["3"]), ("window_of_nothing", ["1"]),
        ("push", ["1"]), ("stream_of_the_head", ["1"]),
    ]

    @Test func `every flood of frames ends its own connection, is counted, and no other feels it`()
        async throws
    {
        try await Self.onHead { attack, head in
            for (name, codes) in Self.floods {
                let seen = try await attack.run("streams", "flood", [name])
                // A peer that still writes when the head has closed may lose the last words.
                #expect(codes.union(["closed"]).contains(try seen.text("ended")), "\(name)")
                #expect(try seen.number("counted_cut_http2") == 1, "\(name)")
                try seen.expectHarmless()
            }
            #expect(head.errors.contains("it broke the rules of HTTP/2"))
        }
    }

    @Test(arguments: ["unknown_frames", "window_by_one"])
    func `what the rules allow without end costs no memory`(name: String) async throws {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("streams", "flood", [name])
            #expect(try seen.text("ended") == "open")
            try seen.expectHarmless()
        }
    }

    @Test func `packed messages are refused unopened`() async throws {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("streams", "bombs")
            #expect(try seen.number("refused") == 2)
            try seen.expectHarmless(memoryMB: 16)
        }
    }

    @Test func `a message over the limit is refused at its length`() async throws {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("streams", "long_message")
            #expect(try seen.list("ends") == ["refused", "refused"])
            // To gRPC a stream whose message is too long is one that broke off.
            #expect(try seen.number("counted_call_INTERNAL") == 2)
            try seen.expectHarmless(memoryMB: 16)
        }
    }

    @Test func `answers that nobody takes pin no more memory than they are long`() async throws {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("streams", "unread_answers")
            #expect(try seen.number("connections_heard") == 20)
            try seen.expectHarmless(memoryMB: 128)
        }
    }

    @Test func `a client that names somebody else's connection stays itself`() async throws {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("streams", "forged_identity")
            #expect(try !seen.isTrue("same_answer"))
        }
    }

    // MARK: Pages

    @Test func `no shape of a request gets the one behind it served`() async throws {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("pages", "smuggling")
            #expect(try seen.number("tried") == 18)
            #expect(try seen.list("served") == [])
            #expect(try seen.list("open") == [])
        }
    }

    @Test func `a request without end is cut before it costs anything`() async throws {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("pages", "endless")
            #expect(try seen.list("uncut") == [])
            try seen.expectHarmless()
        }
    }

    @Test func `who asks ahead without end and reads nothing is cut, and pins little`()
        async throws
    {
        try await Self.onHead { attack, head in
            let seen = try await attack.run("pages", "unread", ["8"])
            #expect(try seen.number("cut") == 8)
            #expect(head.errors.contains("it did not read its answers in time"))
            try seen.expectHarmless(memoryMB: 128)
        }
    }

    @Test func `no path leads out of the pages`() async throws {
        try await Self.onHead { attack, _ in
            let seen = try await attack.run("pages", "paths")
            #expect(try seen.list("served") == [])
        }
    }
}
