import Foundation
import Glibc
import LiveCluster
import Testing

/// The service manager passes its socket as number 3. Each case is a process of its own: in that of
/// the tests the number belongs to somebody else.
@Suite struct InheritedSocketTests {
    /// A head with `socket` as number 3, announced to the process whose number `listenPID` prints.
    private static func start(
        _ cluster: Cluster, _ socket: Int32, listenPID: String, notify: NotifySocket
    ) throws -> Program {
        try Program(
            [
                "/bin/sh", "-c", "LISTEN_PID=\(listenPID) exec \"$@\"", "head", Binaries.assay,
                "head", "--certs", cluster.certs("head-1"), "--state", cluster.path("state"),
                "--temp-dir", cluster.path("temp"), "--listen", "127.0.0.1:0",
            ],
            environment: [
                "NOTIFY_SOCKET": notify.path, "LISTEN_FDS": "1", "LISTEN_FDNAMES": "assay",
                "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
            ], in: cluster.path("logs"), descriptors: [socket: 3])
    }

    /// A head lets nobody but root see what it has open.
    private static let seesDescriptors = ConditionTrait.enabled(
        if: geteuid() == 0, "not root: whether a head's children inherit its socket was not seen")

    @Test(seesDescriptors)
    func `a socket that listens is taken over, and no child inherits it`() async throws {
        let cluster = try await Cluster()
        let notify = try NotifySocket(path: cluster.path("notify"))
        let head = try Self.start(
            cluster, cluster.socket.descriptor, listenPID: "$$", notify: notify)
        defer { head.send(SIGKILL) }
        let heard = try await notify.wait(for: "STATUS=ready")
        #expect(heard.contains("STATUS=ready on port \(cluster.socket.port)"))
        // The last octal digit but five is FD_CLOEXEC's: O_CLOEXEC in what the kernel shows.
        let info = try String(contentsOfFile: "/proc/\(head.pid)/fdinfo/3", encoding: .utf8)
        let flags = info.split(separator: "\n").first { $0.hasPrefix("flags:") }
        let octal = flags?.split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
        #expect(Int32(octal, radix: 8).map { $0 & O_CLOEXEC != 0 } == true, "\(octal)")
    }

    @Test func `a socket that does not listen is refused and names the unit's mistake`()
        async throws
    {
        let cluster = try await Cluster()
        let idle = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(idle) }
        let notify = try NotifySocket(path: cluster.path("notify"))
        let head = try Self.start(cluster, idle, listenPID: "$$", notify: notify)
        #expect(await head.status == 2)
        #expect(head.errors.contains("ListenStream="))
        #expect(!FileManager.default.fileExists(atPath: cluster.path("state")))
    }

    @Test func `a socket meant for another process is not taken`() async throws {
        let cluster = try await Cluster()
        let notify = try NotifySocket(path: cluster.path("notify"))
        let head = try Self.start(
            cluster, cluster.socket.descriptor, listenPID: "1", notify: notify)
        defer { head.send(SIGKILL) }
        let heard = try await notify.wait(for: "STATUS=ready")
        #expect(!heard.contains("STATUS=ready on port \(cluster.socket.port)"))
    }
}
