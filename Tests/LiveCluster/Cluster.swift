import Foundation
import Glibc

/// A head and workers as real processes on loopback, with certificates of their own authority.
///
/// Everything lies below one directory that is removed at the end.
package final class Cluster: Sendable {
    package let directory: String
    package let socket: ListeningSocket
    package var address: String { "127.0.0.1:\(self.socket.port)" }

    package init() async throws {
        var template = Array("/tmp/assay-e2e-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw EndToEndError("no temporary directory") }
        self.directory = String(decoding: template.dropLast().map(UInt8.init), as: UTF8.self)
        self.socket = try ListeningSocket()
        for name in ["temp", "logs"] { try self.makeDirectory(name) }
        try await self.certify(["init", self.path("ca"), "--cluster", "e2e"])
        try await self.issue("head", "head-1", ["--ip", "127.0.0.1", "--dns", "localhost"])
        try await self.issue("operator", "olga")
        try await self.issue("user", "ute")
    }

    deinit { try? FileManager.default.removeItem(atPath: self.directory) }

    package func path(_ name: String) -> String { "\(self.directory)/\(name)" }

    package func makeDirectory(_ name: String) throws {
        try FileManager.default.createDirectory(
            atPath: self.path(name), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
    }

    package func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: self.path(name), atomically: true, encoding: .utf8)
        return self.path(name)
    }

    /// Writes a learning job beside the table that it names; returns the job's path.
    package func write(job: String, on table: String, named name: String) throws -> String {
        _ = try self.write(table, to: "\(name).csv")
        return try self.write(job, to: "\(name).yaml")
    }

    // MARK: Certificates

    /// Makes a certificate of this cluster in the directory `certs/NAME`.
    package func issue(_ role: String, _ name: String, _ more: [String] = []) async throws {
        try await self.certify(
            ["issue", role, name, "--ca", self.path("ca"), "--out", self.certs(name)] + more)
    }

    package func certs(_ name: String) -> String { self.path("certs-\(name)") }

    func certify(_ arguments: [String]) async throws {
        let program = try self.start(Binaries.certs, arguments)
        guard await program.status == 0 else { throw EndToEndError(program.errors) }
    }

    // MARK: Daemons

    /// Starts a head on the cluster's socket and waits until it says that it is ready.
    ///
    /// - Parameter descriptorsMax: How many it may have open.
    package func startHead(
        _ more: [String] = [], descriptorsMax: Int? = nil
    ) async throws -> Program {
        let notify = try self.notifySocket()
        let bound = descriptorsMax.map { "ulimit -n \($0) && " } ?? ""
        // LISTEN_PID must be the daemon's own; only a shell that becomes it knows the number.
        let head = try Program(
            [
                "/bin/sh", "-c", "\(bound)LISTEN_PID=$$ exec \"$@\"", "head", Binaries.assay,
                "head",
                "--certs", self.certs("head-1"), "--state", self.path("state"), "--temp-dir",
                self.path("temp"),
            ] + more,
            environment: self.environment([
                "NOTIFY_SOCKET": notify.path, "LISTEN_FDS": "1", "LISTEN_FDNAMES": "assay",
            ]),
            in: self.path("logs"), descriptors: [self.socket.descriptor: 3])
        do {
            try await notify.wait(for: "READY=1")
        } catch {
            head.send(SIGKILL)
            throw EndToEndError("the head did not start: \(head.errors)")
        }
        return head
    }

    /// Starts a worker and waits until the head has welcomed it.
    package func startWorker(_ name: String, slots: Int = 1, _ more: [String] = []) async throws
        -> Program
    {
        if !FileManager.default.fileExists(atPath: self.certs(name)) {
            try await self.issue("worker", name)
        }
        let notify = try self.notifySocket()
        let worker = try Program(
            [
                Binaries.assay, "worker", "--head", self.address, "--certs", self.certs(name),
                "--slots", "\(slots)", "--temp-dir", self.path("temp"),
            ] + more,
            environment: self.environment(["NOTIFY_SOCKET": notify.path]), in: self.path("logs"))
        do {
            try await notify.wait(for: "STATUS=working for")
        } catch {
            worker.send(SIGKILL)
            throw EndToEndError("worker \(name) did not start: \(worker.errors)")
        }
        return worker
    }

    private func notifySocket() throws -> NotifySocket {
        try NotifySocket(path: self.path("n-\(UUID().uuidString.prefix(8))"))
    }

    // MARK: Clients

    /// Starts a client verb with the certificates of `name`.
    package func client(_ arguments: [String], as name: String = "ute") throws -> Program {
        try self.start(
            Binaries.assay, arguments,
            ["ASSAY_HEAD": self.address, "ASSAY_CERTS": self.certs(name)])
    }

    /// Runs a client verb with `--json` and answers its object.
    package func ask(_ arguments: [String], as name: String = "ute") async throws -> [String: Any] {
        let program = try self.client(arguments + ["--json"], as: name)
        let status = await program.status
        guard status == 0 else {
            throw EndToEndError("\(arguments) ended with \(status): \(program.errors)")
        }
        let object = try JSONSerialization.jsonObject(with: Data(program.output.utf8))
        guard let object = object as? [String: Any] else {
            throw EndToEndError("\(arguments) printed no object")
        }
        return object
    }

    package func start(
        _ binary: String, _ arguments: [String], _ environment: [String: String] = [:]
    ) throws -> Program {
        try Program(
            [binary] + arguments, environment: self.environment(environment),
            in: self.path("logs"))
    }

    private func environment(_ more: [String: String]) -> [String: String] {
        let own = ProcessInfo.processInfo.environment
        var environment = ["TMPDIR": self.path("temp"), "HOME": self.directory]
        // The last is where a build of dev/coverage.sh writes down what it ran through.
        for name in ["PATH", "LD_LIBRARY_PATH", "LANG", "LLVM_PROFILE_FILE"] {
            environment[name] = own[name]
        }
        return environment.merging(more) { $1 }
    }
}

/// The programs under test, as the build left them beside the tests.
package enum Binaries {
    package static let assay = "\(directory)/assay"
    package static let certs = "\(directory)/assay-certs"

    private static let directory: String = {
        if let given = ProcessInfo.processInfo.environment["ASSAY_BINARIES"] { return given }
        let link = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        return URL(filePath: link ?? "").deletingLastPathComponent().path
    }()
}
