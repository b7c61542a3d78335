import CertificateAuthority
import CoordinatorShell
import Foundation
import Host
import Logging
import Transport
import Wire
import WorkerShell

/// A whole cluster in this process tree, for one command.
///
/// ```
/// this process                                             children
/// ┌ authority (in memory) ┐
/// │ client ── TLS ──▶ head ◀── TLS ── worker ──────────────▶ runner, runner, …
/// └ session directory: journal ┘
/// ```
///
/// It is the real thing: the same daemons as on a cluster, mutual TLS on loopback between them,
/// one port. Keys are made in memory and never written, and data sets and models lie in sealed
/// memory: if we are killed they are gone with us. The journal, which holds no data, lies in a
/// session directory that goes at the end, or with the next start.
enum EmbeddedCluster {
    struct Settings: Sendable {
        /// Of each worker.
        let slots: [Int]
        /// Below which directory the session directory is made.
        let place: String
        let ending: SessionDirectory.Ending
        /// Whether its workers run programs of whoever runs it.
        var runsCommands = false
    }

    /// Runs `body` with a client of the cluster, then takes the cluster down.
    ///
    /// SIGINT and SIGTERM end `body` early; a second one hurries what is left.
    static func run<Answer: Sendable>(
        _ settings: Settings, _ body: @escaping @Sendable (HeadClient) async throws -> Answer
    ) async throws(CommandError) -> Answer {
        do {
            try Self.harden()
            let signals = try TerminationSignals()
            _ = try SessionDirectory.reapOrphans(under: settings.place)
            let session = try SessionDirectory.make(
                .run, under: settings.place, ending: settings.ending)
            let answer = await Self.result {
                try await EmbeddedRun(settings, in: session.path, signals: signals.requests)
                    .run(body)
            }
            try session.end()
            if settings.ending == .retained {
                Terminal().remark("the session directory is kept: \(session.path)\n")
            }
            return try answer.get()
        } catch {
            throw CommandError(daemon: error)
        }
    }

    private static func result<Answer: Sendable>(
        _ body: () async throws -> Answer
    ) async -> Result<Answer, any Error> {
        do {
            return .success(try await body())
        } catch {
            return .failure(error)
        }
    }

    /// As a daemon does, but for the umask: what we write for the user is the user's.
    private static func harden() throws(HostError) {
        let mask = umask(0o077)
        defer { umask(mask) }
        try ProcessHardening.apply()
    }
}

/// One life of an embedded cluster.
private struct EmbeddedRun: Sendable {
    private let workers: [Worker]
    private let directory: String
    private let ending: SessionDirectory.Ending
    private let runsCommands: Bool
    private let signals: AsyncStream<TerminationSignals.Request>
    private let head: CredentialStore
    private let client: CredentialStore
    private let log: LogOutput

    private struct Worker: Sendable {
        let name: String
        let slots: Int
        let credentials: CredentialStore
    }

    init(
        _ settings: EmbeddedCluster.Settings, in directory: String,
        signals: AsyncStream<TerminationSignals.Request>
    ) throws {
        self.directory = directory
        self.ending = settings.ending
        self.runsCommands = settings.runsCommands
        self.signals = signals
        let issuer = try Issuer()
        self.head = try issuer.issue(.head, "head", names: [.address([127, 0, 0, 1])])
        self.workers = try settings.slots.enumerated().map { index, slots in
            let name = "worker-\(index + 1)"
            return Worker(
                name: name, slots: slots, credentials: try issuer.issue(.worker, name))
        }
        self.client = try issuer.issue(.operator, "run")
        // What went wrong is the command's to say; a daemon's own words matter only then.
        self.log = LogOutput(level: .error, sinks: [LineSink.standardError(.text)])
    }

    // MARK: Running

    func run<Answer: Sendable>(
        _ body: @escaping @Sendable (HeadClient) async throws -> Answer
    ) async throws -> Answer {
        try await CoordinatorDaemon.with(
            self.headSettings, credentials: self.head, log: self.log.logger("head")
        ) { port in
            try await self.serve(HostAndPort(host: "127.0.0.1", port: port), body)
        }
    }

    /// Runs the body beside the workers, which end with it.
    private func serve<Answer: Sendable>(
        _ address: HostAndPort, _ body: @escaping @Sendable (HeadClient) async throws -> Answer
    ) async throws -> Answer {
        let lives = self.workers.map { worker in
            (worker: worker, wishes: AsyncStream.makeStream(of: TerminationSignals.Request.self))
        }
        return try await withThrowingTaskGroup(of: Answer?.self) { group in
            for life in lives {
                group.addTask {
                    try await WorkerDaemon.run(
                        self.settings(of: life.worker, address),
                        credentials: life.worker.credentials, requests: life.wishes.stream,
                        service: nil, log: self.log.logger(life.worker.name))
                    return nil
                }
            }
            group.addTask {
                // The body is over: whatever the workers still run is wanted by nobody.
                defer {
                    for life in lives {
                        life.wishes.continuation.yield(.stop)
                        life.wishes.continuation.yield(.stopNow)
                    }
                }
                return try await self.ask(address, body)
            }
            var answer: Answer?
            for try await part in group { answer = part ?? answer }
            guard let answer else {
                throw CommandError(.failed, "the cluster ended before the command did")
            }
            return answer
        }
    }

    /// Runs the body until it ends or somebody wants us to stop.
    private func ask<Answer: Sendable>(
        _ address: HostAndPort, _ body: @escaping @Sendable (HeadClient) async throws -> Answer
    ) async throws -> Answer {
        try await withThrowingTaskGroup(of: Answer?.self) { group in
            group.addTask { try await HeadConnection.open(address, self.client, body) }
            group.addTask {
                for await request in self.signals where request != .reload {
                    throw CommandError(.failed, "stopped before the end, as asked")
                }
                return nil
            }
            defer { group.cancelAll() }
            while let answer = try await group.next() {
                if let answer { return answer }
            }
            throw CancellationError()
        }
    }

    private var headSettings: HeadSettings {
        HeadSettings(
            listener: ListenerSettings(.bind(HostAndPort(host: "127.0.0.1", port: 0))),
            state: .session,
            session: .init(temporaryDirectory: self.directory, ending: self.ending))
    }

    private func settings(of worker: Worker, _ address: HostAndPort) -> WorkerSettings {
        var settings = WorkerSettings(head: address, version: Version.current, slots: worker.slots)
        settings.session = .init(temporaryDirectory: self.directory, ending: self.ending)
        // They share one memory, so they share what one worker would take of it.
        settings.dataCache.bytesMax /= UInt64(self.workers.count)
        guard self.runsCommands else { return settings }
        // Whoever runs a program of their own here has nobody to ask.
        settings.commands.policy = CommandPolicy(
            users: .everybody, allowsNetwork: true, most: .mostPossible)
        return settings
    }

    // MARK: Certificates

    /// Makes certificates for a cluster that is gone in an hour or a day.
    private struct Issuer {
        private let authority: Authority

        init() throws {
            var generator = SystemRandomNumberGenerator()
            self.authority = try Authority(cluster: "embedded", now: Date(), using: &generator)
        }

        func issue(
            _ role: Role, _ name: String, names: [ServerName] = []
        ) throws -> CredentialStore {
            var generator = SystemRandomNumberGenerator()
            let issued = try self.authority.issue(
                CertificateRequest(
                    for: try self.authority.identity(role, name), serverNames: names,
                    lifetime: .days(30)),
                now: Date(), using: &generator)
            return CredentialStore(
                try Credentials(
                    authority: self.authority.certificatePEM, certificate: issued.certificatePEM,
                    key: issued.keyPEM))
        }
    }
}
