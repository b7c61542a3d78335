import Foundation
import Glibc
import Logging
import Transport

/// Renews the worker's certificate at half of its life, for as long as the worker lives.
///
/// ```
///          half of its life              signed
/// ┌──────┐ ───────────────▶ ┌────────┐ ────────▶ adopted: new links show it, those that stand
/// │ GOOD │                  │ ASKING │           stand on, since the head knows of it
/// └──────┘ ◀─────────────── └────────┘
///    ▲       not now: later      │ its end
///    └──── somebody put another  ▼
///          one in its place    OVER
/// ```
struct CertificateRenewal: Sendable {
    let head: HostAndPort
    let credentials: CredentialStore
    let log: Logger

    /// Returns when the certificate is none that we could renew, or when the task is cancelled.
    func run() async {
        guard let directory = self.credentials.directory else { return }
        guard access(directory, W_OK) == 0 else {
            // Under systemd's LoadCredential= it is a copy that goes with the service.
            self.log.info(
                "the certificate is not renewed from here: its directory is not ours to write",
                metadata: ["expires": "\(self.credentials.current.expiresAt)"])
            return
        }
        var said: String?
        while !Task.isCancelled {
            let current = self.credentials.current
            let wait = RenewalSchedule(current).wait(
                now: Date(), spread: .random(in: RenewalSchedule.spreads))
            try? await Task.sleep(for: wait)
            // Whoever operates the worker may have been faster.
            guard !Task.isCancelled, Date() >= self.credentials.current.renewalDue else { continue }
            let problem = await self.renew()
            if let problem, problem != said { self.say(problem, current) }
            said = problem
        }
    }

    /// - Returns: what went wrong; nil when the certificate is renewed.
    private func renew() async -> String? {
        guard Date() < self.credentials.current.expiresAt else {
            return "it is over; the worker has to be invited again"
        }
        do {
            let fresh = try await Enrollment.renew(self.credentials, at: self.head)
            try self.credentials.adopt(fresh)
            self.log.info(
                "the certificate was renewed",
                metadata: ["expires": "\(self.credentials.current.expiresAt)"])
            return nil
        } catch {
            return Enrollment.sentence(error)
        }
    }

    private func say(_ problem: String, _ current: Credentials) {
        self.log.warning(
            "the certificate is not renewed; trying again",
            metadata: ["expires": "\(current.expiresAt)", "reason": "\(problem)"])
    }
}

/// When to ask for a certificate's successor.
struct RenewalSchedule: Sendable {
    private let due: Date
    private let end: Date

    init(_ credentials: Credentials) {
        self.init(due: credentials.renewalDue, end: credentials.expiresAt)
    }

    init(due: Date, end: Date) {
        self.due = due
        self.end = end
    }

    static let spreads = 1.0...1.5

    /// How long to wait now: until the half of the life, then for a twentieth of what is left, from
    /// a second to five minutes, each time up to half as long again, so that a thousand workers
    /// that joined at one moment do not come back at one.
    ///
    /// Never more than an hour: a clock may be set, and a certificate be put in its place.
    ///
    /// - Parameter spread: of `spreads`, by chance.
    func wait(now: Date, spread: Double) -> Duration {
        let rest = self.end.timeIntervalSince(now)
        let untilDue = self.due.timeIntervalSince(now)
        // Until somebody has put another one in its place.
        guard rest > 0 else { return .seconds(60) }
        if untilDue > 0 { return .seconds(min(untilDue + 0.02 * spread * rest, 3600)) }
        return .seconds(min(max(rest / 20, 1), 300) * spread)
    }
}
