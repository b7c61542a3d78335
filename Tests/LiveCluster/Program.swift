import Foundation
package import Glibc

/// A program of ours, or of somebody else, as a real process.
///
/// Its output goes to files, so that nothing is lost and no pipe fills up.
package final class Program: Sendable {
    package let pid: pid_t
    package let arguments: [String]
    private let outputPath: String
    private let errorPath: String
    private let exit: Task<Int32, Never>

    /// Starts `arguments[0]`.
    ///
    /// - Parameters:
    ///   - environment: The whole environment.
    ///   - descriptors: Ours to the child's: `[ours: theirs]`; standard ones are set already.
    package init(
        _ arguments: [String], environment: [String: String], in directory: String,
        descriptors: [Int32: Int32] = [:]
    ) throws {
        let unique = UUID().uuidString.prefix(8)
        let name = arguments[0].split(separator: "/").last ?? ""
        self.arguments = arguments
        self.outputPath = "\(directory)/\(name)-\(unique).out"
        self.errorPath = "\(directory)/\(name)-\(unique).err"
        self.pid = try Self.spawn(
            arguments, environment, out: self.outputPath, error: self.errorPath, descriptors)
        let pid = self.pid
        // The only wait for this child, on a thread of its own: waitpid blocks.
        self.exit = Task { await OwnThread.run { Self.reap(pid) } }
    }

    /// The exit code, or 128 and the signal that ended it, as a shell says it.
    package var status: Int32 { get async { await self.exit.value } }

    package func send(_ signal: Int32) { _ = kill(self.pid, signal) }

    package var output: String {
        (try? String(contentsOfFile: self.outputPath, encoding: .utf8)) ?? ""
    }
    package var errors: String {
        (try? String(contentsOfFile: self.errorPath, encoding: .utf8)) ?? ""
    }

    private static func reap(_ pid: pid_t) -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 && errno == EINTR {}
        return status & 0x7F == 0 ? (status >> 8) & 0xFF : 128 + (status & 0x7F)
    }

    private static func spawn(
        _ arguments: [String], _ environment: [String: String], out: String, error: String,
        _ descriptors: [Int32: Int32]
    ) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        let flags = O_WRONLY | O_CREAT | O_TRUNC
        posix_spawn_file_actions_addopen(&actions, 1, out, flags, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, error, flags, 0o600)
        for (ours, theirs) in descriptors.sorted(by: { $0.key < $1.key }) {
            posix_spawn_file_actions_adddup2(&actions, ours, theirs)
        }
        var argv = arguments.map { strdup($0) } + [nil]
        var envp = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") }
        envp.append(nil)
        defer { (argv + envp).forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, arguments[0], &actions, nil, &argv, &envp)
        guard code == 0 else {
            throw EndToEndError("cannot start \(arguments[0]): \(String(cString: strerror(code)))")
        }
        return pid
    }
}

package struct EndToEndError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// Blocking calls, each on a thread of its own, so that the cooperative pool stays free.
package enum OwnThread {
    package static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value
    {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body()) }
        }
    }
}
