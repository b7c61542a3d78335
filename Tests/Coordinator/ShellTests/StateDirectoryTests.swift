import CoordinatorShell
import Foundation
import Host
import Testing

@Suite struct StateDirectoryTests {
    @Test func `two heads on one state directory are refused with a sentence`() throws {
        let scratch = try ScratchDirectory()
        let first = try StateDirectory(at: scratch.path)
        let error = #expect(throws: HostError.self) { try StateDirectory(at: scratch.path) }
        #expect(error?.code == .exists)
        #expect(error?.description.contains("another head") == true)
        withExtendedLifetime(first) {}
    }

    @Test func `the lock goes with the head`() throws {
        let scratch = try ScratchDirectory()
        _ = try StateDirectory(at: scratch.path)
        _ = try StateDirectory(at: scratch.path)
    }

    @Test func `a directory that others can reach is refused`() throws {
        let scratch = try ScratchDirectory()
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o750], ofItemAtPath: scratch.path)
        let error = #expect(throws: HostError.self) { try StateDirectory(at: scratch.path) }
        #expect(error?.code == .unsafe)
        #expect(error?.description.contains("chmod 700") == true)
    }

    @Test func `a directory that is not there is made for the owner alone`() throws {
        let scratch = try ScratchDirectory()
        _ = try StateDirectory(at: scratch.file("state"))
        #expect(try scratch.mode(of: "state") == 0o700)
        #expect(try scratch.mode(of: "state/lock") == 0o600)
    }
}
