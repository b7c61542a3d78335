import CertificateAuthority
import CoordinatorCore
import Host
import Logging
import NIOPosix
import Transport
import Wire

/// A head in operation: its tasks, and what becomes of them when the end is asked for.
struct Operation: Sendable {
    let head: Head
    let settings: HeadSettings
    let credentials: CredentialStore
    let service: ServiceManager?
    let log: Logger

    private enum Part: Sendable { case server, other }

    /// Runs everything; returns when the server has ended and the rest after it.
    func run(
        _ requests: AsyncStream<TerminationSignals.Request>,
        listening: @escaping @Sendable (Int) -> Void
    ) async throws {
        let probe = try self.settings.probe.map { place in
            try ProbeListener(
                place, live: { self.head.vitals.live }, ready: { self.head.vitals.ready },
                logger: self.log)
        }
        try await withThrowingTaskGroup(of: Part.self) { group in
            // However the group is left: threads do not hear of a task's cancellation.
            defer {
                self.head.loop.stop()
                self.head.transfers.stop()
                probe?.shutDown()
                group.cancelAll()
                self.note(AuditLog.stop, nil)
                self.head.audit.finish()
            }
            group.addTask {
                try await self.head.audit.run()
                return .other
            }
            group.addTask {
                try await self.head.server.run()
                return .server
            }
            self.startLoop(in: &group)
            group.addTask {
                await self.head.transfers.run()
                return .other
            }
            group.addTask {
                await self.head.served.run()
                return .other
            }
            if let probe {
                group.addTask {
                    try await probe.run()
                    return .other
                }
            }
            group.addTask {
                await self.announce(listening)
                return .other
            }
            group.addTask {
                await self.obey(requests)
                return .other
            }
            while let part = try await group.next(), part != .server {}
        }
    }

    private func startLoop(in group: inout ThrowingTaskGroup<Part, any Error>) {
        group.addTask {
            try await self.head.loop.run(
                settings: self.settings.coordinator, watchdog: self.watchdog,
                revoke: { self.head.revoke($0) }
            ) {
                self.head.readiness.become(.ready)
            }
            return .other
        }
        group.addTask {
            try await self.head.loop.runProposals()
            return .other
        }
    }

    /// Signs of life come from the loop: when it hangs, they stop.
    private var watchdog: CoordinatorLoop.Watchdog? {
        guard let service = self.service, let timeout = service.watchdogTimeout else { return nil }
        return CoordinatorLoop.Watchdog(interval: timeout / 2) { service.keepAlive() }
    }

    /// Has something remembered that the head does of itself.
    private func note(_ verb: String, _ object: String?) {
        let credentials = self.credentials.current
        let me = Act.Peer(credentials.identity, credentials.serial)
        self.head.audit.note(Act(by: me, from: nil, verb, object))
    }

    /// Tells everybody once the port is bound and the journal replayed.
    private func announce(_ listening: @Sendable (Int) -> Void) async {
        guard let port = await self.head.server.port else { return }
        self.log.info("listening", metadata: ["port": "\(port)"])
        for await state in self.head.readiness.changes where state != .replaying {
            guard state == .ready else { return }
            self.log.info(
                "ready", metadata: ["epoch": "\(self.head.journal.epoch)", "port": "\(port)"])
            self.service?.ready(status: "ready on port \(port)")
            listening(port)
            return
        }
    }

    private func obey(_ requests: AsyncStream<TerminationSignals.Request>) async {
        for await request in requests {
            switch request {
            case .stop:
                self.log.info("draining: no new jobs, calls in flight are finished")
                self.service?.stopping(status: "draining")
                self.head.readiness.become(.draining)
                self.head.loop.endFeeds()
                self.head.server.shutDown()
            case .stopNow:
                self.log.info("stopping at once")
                self.service?.stopping(status: "stopping")
                self.head.readiness.become(.draining)
                self.head.loop.stop()
                self.head.server.shutDown()
                self.head.server.connections.cut(reason: "the head is stopping") { _ in true }
            case .reload: self.reload()
            }
        }
    }

    /// New connections use the new certificate; those that stand keep what they began with.
    private func reload() {
        if self.head.readiness.state == .ready { self.service?.reloading() }
        do throws(CredentialError) {
            try self.credentials.reload()
            let credentials = self.credentials.current
            self.note(AuditLog.reload, "certificate/\(credentials.serial)")
            let cut = self.head.revoke(listed: credentials.revoked)
            self.log.info(
                "the certificate was read again",
                metadata: [
                    "expires": "\(credentials.expiresAt)",
                    "revoked": "\(credentials.revoked.count)", "connections_cut": "\(cut)",
                ])
        } catch {
            self.log.error("the old certificate stays in use", metadata: ["reason": "\(error)"])
        }
        do throws(IssuanceError) {
            try self.head.issuers.reload()
        } catch {
            self.log.error("the old issuer stays in use", metadata: ["reason": "\(error)"])
        }
        // READY ends the reload; from a head that replays or drains it would be a lie.
        if self.head.readiness.state == .ready { self.service?.ready(status: "ready") }
    }
}
