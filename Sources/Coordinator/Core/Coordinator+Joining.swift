import Wire

// How a stranger becomes a worker.
//
// ```
//            join: recorded, then signed            the worker says hello
// INVITED ─────────────────────────────▶ A WORKER ───────────────────────▶ (Roster)
//    │ join again: refused
// ```
//
// The head keeps no list of invitations, only of those that were spent: an invitation proves itself
// by its certificate.
extension Coordinator {
    mutating func join(
        _ worker: String, serial: SerialNumber, until: Instant, _ request: RequestID,
        _ turn: inout Turn
    ) {
        guard self.ledger.spentInvitations[serial] == nil else {
            let refusal = Refusal(
                .notAllowed, "this invitation was used already; ask for another one")
            return turn.say(.answer(request, .refused(refusal)))
        }
        let fact = Fact.invitationSpent(
            serial: serial, worker: worker, at: turn.now, until: until)
        self.record(fact, &turn)
        turn.say(.answer(request, .done))
    }
}
