import Testing

@testable import WorkerShell

@Suite struct ProtectionTests {
    @Test(arguments: [
        (1, [Protection.landlockNetwork, .landlockScopes]),
        (3, [.landlockNetwork, .landlockScopes]),
        (4, [.landlockScopes]), (5, [.landlockScopes]), (6, []), (7, []),
    ])
    func `an older Landlock leaves protections to be named`(abi: Int, missing: [Protection]) {
        #expect(FileSystemDenial.missing(abi: CInt(abi)) == missing)
    }

    @Test func `root is nobody to run trials as`() {
        #expect(throws: SandboxError.self) { try Privileges.User(named: "root") }
        #expect(throws: SandboxError.self) { try Privileges.User(named: "no-such-user-here") }
    }
}
