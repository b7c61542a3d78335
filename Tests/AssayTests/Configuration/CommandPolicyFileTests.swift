import Foundation
import Glibc
import Testing
import Wire
import WorkerShell

@testable import assay

@Suite struct CommandPolicyFileTests {
    private func settings(_ text: String) throws -> WorkerSettings.Commands {
        try CommandPolicyFile.settings(try StrictYAML(text: text, file: "c.yaml"))
    }

    private func error(_ text: String) -> String {
        do {
            _ = try self.settings(text)
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func `a policy says whose commands run and what each may have`() throws {
        let settings = try self.settings(
            """
            users: [ute, operator/olga]
            network: true
            memory: 8GiB
            cpu_time: 30m
            wall_time: 1h
            scratch: 512MiB
            processes: 16
            processors: 4
            show: [/opt/conda]
            """)
        let holders = [try Holder(text: "user/ute"), try Holder(text: "operator/olga")]
        let most = CommandResources(
            memoryBytes: 8 << 30, cpuTime: .seconds(1800), wallTime: .seconds(3600),
            scratchBytes: 512 << 20, processes: 16)
        #expect(
            settings.policy
                == CommandPolicy(users: .some(Set(holders)), allowsNetwork: true, most: most))
        #expect(settings.processors == 4 && settings.shown == ["/opt/conda"])
    }

    @Test func `what a policy does not say is as strict as by default`() throws {
        let settings = try self.settings("users: everybody\n")
        #expect(settings.policy == CommandPolicy(users: .everybody, allowsNetwork: false))
        #expect(settings.shown.isEmpty && settings.processors == 1)
    }

    @Test(arguments: [
        ("network: true\n", "c.yaml:1:1: users is missing"),
        ("users: []\n", "users is an empty list"),
        ("users: [everybody, ute]\nx: 1\n", "unknown key 'x'"),
        ("users: Ute\n", "c.yaml:1:8: users must be everybody, or names"),
        ("users: ute\nmemory: 8\n", "c.yaml:2:9: memory must be a size such as"),
        ("users: ute\nmemory: 1KiB\n", "memory must be from 16MiB to"),
        ("users: ute\nwall_time: 10h5\n", "wall_time must be a duration"),
        ("users: ute\nwall_time: 300h\n", "wall_time must be from"),
        ("users: ute\nprocesses: 0\n", "processes must be a whole number from 1 to 4096"),
        ("users: ute\nnetwork: yes\n", "network must be true or false"),
        ("users: ute\nusers: uta\n", "names 'users' twice"),
    ]) func `a mistake is one sentence with its place`(text: String, sentence: String) {
        #expect(self.error(text).contains(sentence), "\(self.error(text))")
    }

    @Test func `a policy that others could change is not believed`() throws {
        let path = NSTemporaryDirectory() + "assay-policy-\(UUID().uuidString).yaml"
        try "users: everybody\n".write(toFile: path, atomically: false, encoding: .utf8)
        defer { try? FileManager.default.removeItem(atPath: path) }
        chmod(path, 0o644)
        #expect(try CommandPolicyFile.read(path).policy.users == .everybody)
        for mode in [0o664, 0o646] as [mode_t] {
            chmod(path, mode)
            #expect {
                try CommandPolicyFile.read(path)
            } throws: {
                "\($0)".contains("others than its owner can change it; chmod go-w \(path)")
            }
        }
        let link = path + ".link"
        symlink(path, link)
        defer { unlink(link) }
        #expect(throws: InputError.self) { try CommandPolicyFile.read(link) }
        #expect(throws: InputError.self) { try CommandPolicyFile.read("/nowhere/c.yaml") }
    }
}
