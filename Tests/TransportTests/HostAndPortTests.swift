import Testing

@testable import Transport

@Suite struct HostAndPortTests {
    @Test(
        arguments: [
            ("127.0.0.1:7443", "127.0.0.1", nil),
            ("[::1]:7443", "::1", nil),
            ("head.example:7443", "head.example", "head.example"),
        ] as [(String, String, String?)]) func `a place is read, written and named for TLS`(
            text: String, host: String, serverName: String?
        ) throws
    {
        let place = try HostAndPort(text: text)
        #expect(place.host == host)
        #expect(place.port == 7443)
        #expect(place.description == text)
        #expect(place.serverName == serverName)
    }

    @Test(arguments: [
        "", ":", "head", "head:", ":7443", "head:70000", "head:-1", "head:7443x", "::1:7443",
        "a b:1", "a/b:1", "[]:1", "head:７",
    ]) func `anything else is refused with an example`(text: String) {
        let error = #expect(throws: HostAndPortError.self) { try HostAndPort(text: text) }
        #expect(error?.description.contains("127.0.0.1:7443") == true)
    }
}
