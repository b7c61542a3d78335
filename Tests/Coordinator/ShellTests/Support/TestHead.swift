import CoordinatorCore
import CoordinatorShell
import Foundation
import GRPCCore
import Glibc
import Host
import Logging
import Transport
import Wire

/// A whole head on loopback, for as long as a test's body runs.
struct TestHead: Sendable {
    let cluster: TestCluster
    let place: HostAndPort

    /// - Parameter state: nil is a state that goes with the head.
    static func with<Answer: Sendable>(
        state: String? = nil, cluster: TestCluster? = nil,
        enrollment: HeadSettings.Enrollment = .defaults,
        _ body: @escaping @Sendable (TestHead) async throws -> Answer
    ) async throws -> Answer {
        let scratch = try ScratchDirectory()
        let cluster = try cluster ?? TestCluster()
        var settings = HeadSettings(
            listener: ListenerSettings(.bind(HostAndPort(host: "127.0.0.1", port: 0))),
            state: state.map { .directory($0) } ?? .session, blobKeyFile: Self.blobKeyFile,
            session: .init(temporaryDirectory: scratch.path, ending: .removed),
            enrollment: enrollment)
        settings.listener.grace = .seconds(2)
        settings.coordinator.leases.reattachWait = .zero
        let answer = try await CoordinatorDaemon.with(
            settings, credentials: try cluster.issue(.head, "head"),
            log: .silent
        ) { port in
            try await body(
                TestHead(cluster: cluster, place: HostAndPort(host: "127.0.0.1", port: port)))
        }
        // What the head leaves behind is the directory that the test gave it, empty.
        guard try scratch.names().isEmpty else { throw LeftBehind(names: try scratch.names()) }
        return answer
    }

    /// Of all heads of this process: one that starts again on its state needs the same.
    static let blobKeyFile: String = {
        let path = "/tmp/assay-shell-tests-\(getpid())-blob.key"
        // Another process of that number may have died before it removed its own.
        unlink(path)
        _ = try? SecretKeyFile.make(at: path)
        atexit { unlink("/tmp/assay-shell-tests-\(getpid())-blob.key") }
        return path
    }()

    struct LeftBehind: Error { let names: [String] }

    /// Calls the head as somebody.
    func asking<Answer: Sendable>(
        as role: Role, _ name: String = "ada",
        _ body: @escaping @Sendable (ControlClient.Client) async throws -> Answer
    ) async throws -> Answer {
        try await ControlClient.with(
            head: self.place, credentials: try self.cluster.issue(role, name), body)
    }

    /// Uploads bytes as somebody, in pieces.
    static func upload(_ bytes: [UInt8], as blob: Blob, to client: ControlClient.Client)
        async throws -> Blob
    {
        let answer = try await Assay_V1_Blobs.Client(wrapping: client).put { writer in
            var first = Assay_V1_PutBlobRequest()
            first.blob = blob.message
            try await writer.write(first)
            for start in stride(from: 0, to: bytes.count, by: 50_000) {
                var part = Assay_V1_PutBlobRequest()
                part.chunk = Data(bytes[start..<min(bytes.count, start + 50_000)])
                try await writer.write(part)
            }
        }
        return try Blob(answer)
    }

    static func submission(
        _ spec: JobSpec = Sample.idle(), key: String = ""
    ) -> Assay_V1_SubmitRequest {
        var request = Assay_V1_SubmitRequest()
        request.spec = spec.message
        request.key = key
        return request
    }
}

extension Logger {
    /// What the tests of a head do not look at.
    static let silent = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
}
