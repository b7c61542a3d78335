import CertificateAuthority
import Testing
import Wire

@Suite struct RequestTests {
    let world: World

    init() throws { self.world = try World() }

    @Test(arguments: [
        "", "A", "a/b", "../a", "..", "a b", "a\n", "a\u{0}", "ä", "-a", "a.", "a_b", "a@b",
        String(repeating: "a", count: 64),
    ]) func `a name that could mislead somebody is refused`(name: String) throws {
        let error = #expect(throws: IssuanceError.self) {
            try self.world.authority.identity(.worker, name)
        }
        #expect(error?.code == .badRequest)
        var chance = Seeded()
        #expect(throws: IssuanceError.self) {
            try Authority(cluster: name, now: self.world.noon, using: &chance)
        }
    }

    @Test func `a role that does not exist is refused with those that do`() {
        let error = #expect(throws: IssuanceError.self) {
            try self.world.authority.identity(role: "root", name: "a1")
        }
        #expect(error?.reason.contains("head, worker, operator, user, viewer, probe") == true)
    }

    @Test func `a head says where it is dialled, and nobody else does`() throws {
        let head = try self.world.authority.identity(.head, "h1")
        let worker = try self.world.authority.identity(.worker, "w1")
        let none = #expect(throws: IssuanceError.self) { try CertificateRequest(for: head) }
        #expect(none?.reason.contains("--dns") == true && none?.reason.contains("--ip") == true)
        #expect(throws: IssuanceError.self) {
            try CertificateRequest(for: worker, serverNames: [ServerName(host: "a.example")])
        }
        let many = (0...ServerName.countMax).map { _ in ServerName.dns("a.example") }
        #expect(throws: IssuanceError.self) { try CertificateRequest(for: head, serverNames: many) }
    }

    @Test(arguments: [Duration.zero, .hours(-1), .seconds(3599), .days(399), .days(365_000)])
    func `a lifetime out of bounds is refused`(lifetime: Duration) throws {
        let user = try self.world.authority.identity(.user, "a1")
        #expect(throws: IssuanceError.self) {
            try CertificateRequest(for: user, lifetime: lifetime)
        }
    }

    @Test(arguments: [
        "", "a..b", ".a", "a.", "-a", "a-", "a_b", "*.example", "a b", "ä.example", "a/b",
        "127.0.0.1", "::1", String(repeating: "a", count: 64),
        String(repeating: "a.", count: 127) + "a",
    ]) func `a host name that is none is refused`(host: String) {
        #expect(throws: IssuanceError.self) { try ServerName(host: host) }
    }

    @Test func `a host name is small letters`() throws {
        #expect(try ServerName(host: "Head-1.Example") == .dns("head-1.example"))
    }

    @Test(arguments: ["", "1.2.3", "1.2.3.256", "a.example", "::g", "127.0.0.1/8", " 127.0.0.1"])
    func `an address that is none is refused`(address: String) {
        #expect(throws: IssuanceError.self) { try ServerName(address: address) }
    }

    @Test(arguments: ["127.0.0.1", "::1", "2001:db8::7"])
    func `an address is written as it was read`(address: String) throws {
        #expect(try ServerName(address: address).text == address)
    }
}
