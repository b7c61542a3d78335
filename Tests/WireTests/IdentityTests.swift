import Testing
import Wire

@Suite struct IdentityTests {
    @Test(arguments: Role.allCases) func `an identity is read back from its URI`(
        role: Role
    ) throws {
        let identity = try Identity(cluster: "north.example", role: role, name: "a-1")
        #expect(try Identity(uri: identity.uri) == identity)
    }

    @Test(arguments: [
        "", "spiffe://", "spiffe://c/worker", "spiffe://c/worker/a/b", "http://c/worker/a",
        "spiffe://c/king/a", "spiffe://C/worker/a", "spiffe://c/worker/A", "spiffe://c/worker/",
        "spiffe://c/worker/..", "spiffe://c/worker/a..b", "spiffe://c/worker/-a",
        "spiffe://c/worker/a-", "spiffe://c/worker/a%2f", "spiffe://c/worker/a\n",
        "spiffe://c/worker/ä", "spiffe://c/Worker/a", "spiffe:///worker/a",
        "spiffe://c/worker/a?b", "spiffe://c/worker/" + String(repeating: "a", count: 64),
    ]) func `whatever is no identity is refused`(uri: String) {
        #expect(throws: IdentityError.self) { try Identity(uri: uri) }
    }

    @Test func `an identity's refusal does not repeat what was sent`() {
        let error = #expect(throws: IdentityError.self) {
            try Identity(uri: "spiffe://c/worker/Secret")
        }
        #expect(error?.description.contains("Secret") == false)
    }

    @Test func `a digest is sha256 and 64 lower-case digits`() {
        let digest = Digest(sha256: Array(repeating: 0xAB, count: 32))
        #expect(digest.description == "sha256:" + String(repeating: "ab", count: 32))
        #expect(Digest(text: digest.description) == digest)
        #expect(Digest(text: digest.description.uppercased()) == nil)
        #expect(Digest(text: "sha256:" + String(repeating: "A", count: 64)) == nil)
        #expect(Digest(text: digest.hex) == nil)
        #expect(Digest(text: "sha256:" + String(repeating: "/", count: 64)) == nil)
    }

    @Test func `a job's name is j and a number, written in one way only`() {
        #expect(JobID(text: "j17") == JobID(17))
        for text in [
            "", "j", "17", "j0", "j017", "j-1", "j+1", "J17", "j17 ", "j99999999999999999999",
        ] {
            #expect(JobID(text: text) == nil, "\(text)")
        }
    }

    @Test func `a lease of a later epoch is greater than any of an earlier`() {
        #expect(LeaseNumber(epoch: 1, count: .max) < LeaseNumber(epoch: 2, count: 0))
        #expect(LeaseNumber(epoch: 3, count: 7).description == "3.7")
    }
}
