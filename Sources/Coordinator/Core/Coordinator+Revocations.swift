import Wire

/// Certificates are taken back, and workers that stood on them are shown out.
extension Coordinator {
    /// Records what is new, and only then has it refused.
    ///
    /// A holder may be revoked again: the later moment also covers what it was issued in between.
    mutating func revoke(
        _ revocations: [Revocation], by caller: String, _ request: RequestID, _ turn: inout Turn
    ) {
        let new = revocations.filter { revocation in
            if case .holder = revocation { return true }
            return self.ledger.revocations[revocation] == nil
        }
        guard self.ledger.revocations.count + new.count <= Limits.revocationsMax else {
            let refusal = Refusal(
                .exhausted,
                """
                \(Limits.revocationsMax) revocations are the most that a head keeps: revoke in the \
                authority's own list, by assay-certs revoke
                """)
            return turn.say(.answer(request, .refused(refusal)))
        }
        for revocation in new {
            let record = RevocationRecord(revocation, by: caller, at: turn.now)
            self.record(.revoked(record), &turn)
            turn.say(.revoke(record))
            // Also one that is away: it could not come back for what it holds.
            if case .holder(let holder) = revocation, holder.role == .worker {
                self.expel(holder.name, reason: "\(holder) is revoked", &turn)
            }
        }
        turn.say(.answer(request, .done))
    }

    /// The worker is gone at once, and what it held waits again: there is nothing to wait for. That
    /// is not held against the trials, which did nothing.
    mutating func expel(_ name: String, reason: String, _ turn: inout Turn) {
        guard let worker = self.roster[name] else { return }
        if let session = worker.session {
            turn.say(.cut(session, reason: reason))
            _ = self.roster.disconnect(session, until: turn.now)
        }
        let loss = Loss(.handedBack, reason)
        for (trial, _) in worker.held.sorted(by: { $0.value.number < $1.value.number }) {
            self.lose(trial, loss, at: name, &turn)
        }
        self.roster.forget(name)
    }
}
