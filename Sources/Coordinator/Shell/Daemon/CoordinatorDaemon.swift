import CoordinatorCore
package import Host
package import Logging
import Signing
package import Transport
import Wire

/// A head: one port, one loop, one journal.
///
/// ```
/// start   settings, session directory, state lock │ listen, not ready │ replay │ ready
/// drain   not ready, refuse submissions, let go of watchers, close links │ end calls │ checkpoint
/// ```
///
/// Workers are told nothing when a head drains: their links close, they go on with what they hold,
/// and come back to the next head of this journal with it.
package enum CoordinatorDaemon {
    /// Runs until the operator asks for the end: the first request drains, the second stops.
    ///
    /// The process is hardened by its `main`, which also owns the signals: an embedded cluster is
    /// one process.
    ///
    /// - Parameters:
    ///   - requests: what the operator wants; `TerminationSignals.requests`, or what an embedding
    ///     program says. Its end changes nothing.
    ///   - service: the service manager to keep informed; nil for an embedded head.
    ///   - listening: called with the bound port once the head is ready.
    /// - Throws: what keeps the head from starting or going on, in one sentence.
    package static func run(
        _ settings: HeadSettings, credentials: CredentialStore,
        requests: AsyncStream<TerminationSignals.Request>, service: ServiceManager?, log: Logger,
        listening: @escaping @Sendable (_ port: Int) -> Void = { _ in }
    ) async throws {
        // 1) What may be wrong is found before anything is started.
        try settings.validate()
        try credentials.current.require(.head)
        Self.warn(unlessItSigns: credentials.current, log)
        let place = SessionDirectory.place(given: settings.session.temporaryDirectory)
        try Self.removeOrphans(under: place, log)
        let session = try SessionDirectory.make(
            .head, under: place, ending: settings.session.ending)

        // 2) The head lives in here.
        do {
            let state = try Self.state(settings.state, session)
            let head = try Head(settings, state: state, credentials: credentials, log: log)
            let operation = Operation(
                head: head, settings: settings, credentials: credentials, service: service,
                log: log)
            try await operation.run(requests, listening: listening)
            // Only now: what the loop had committed is in the file that a backup copies.
            try await FileThreads.run { try head.journal.close() }
            withExtendedLifetime(state) {}
        } catch {
            // The first error is the one to tell; the next start reaps what stays here.
            try? session.end()
            throw error
        }

        // 3) Nothing is left behind.
        try session.end()
        log.info("the head has ended")
    }

    /// Runs a head for as long as `body` does, and hands it the port: for embedded runs and tests.
    package static func with<Answer: Sendable>(
        _ settings: HeadSettings, credentials: CredentialStore, log: Logger,
        _ body: @escaping @Sendable (_ port: Int) async throws -> Answer
    ) async throws -> Answer {
        let (requests, wish) = AsyncStream.makeStream(of: TerminationSignals.Request.self)
        let (ports, port) = AsyncStream.makeStream(of: Int.self)
        return try await withThrowingTaskGroup(of: Answer?.self) { group in
            group.addTask {
                // When the head cannot start, nobody waits for its port.
                defer { port.finish() }
                try await Self.run(
                    settings, credentials: credentials, requests: requests, service: nil, log: log
                ) { port.yield($0) }
                return nil
            }
            group.addTask {
                defer { wish.yield(.stop) }
                for await port in ports { return try await body(port) }
                return nil
            }
            var answer: Answer?
            for try await part in group { answer = part ?? answer }
            guard let answer else { throw HostError(.failed, "the head ended before it was ready") }
            return answer
        }
    }

    private static func state(
        _ state: HeadSettings.State, _ session: SessionDirectory
    ) throws(HostError) -> StateDirectory {
        switch state {
        case .directory(let path): try StateDirectory(at: path)
        case .session: try StateDirectory(at: "\(session.path)/state")
        }
    }

    /// Jobs run nevertheless, and their models wait for a certificate that may sign them.
    private static func warn(unlessItSigns credentials: Credentials, _ log: Logger) {
        do {
            _ = try ModelSigner(credentials)
        } catch {
            log.warning(
                "no model can be handed out; issue the certificate anew, and reload",
                metadata: ["reason": "\(error)"])
        }
    }

    private static func removeOrphans(under place: String, _ log: Logger) throws {
        let reaping = try SessionDirectory.reapOrphans(under: place)
        for path in reaping.removed {
            log.info("a dead session's directory was removed", metadata: ["path": "\(path)"])
        }
        for failure in reaping.failures {
            log.warning(
                "a dead session's directory could not be removed",
                metadata: ["reason": "\(failure)"])
        }
    }
}
