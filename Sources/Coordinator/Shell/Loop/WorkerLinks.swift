package import Wire

/// The control links of the workers that are connected now, as the loop speaks to them.
package protocol WorkerLinks: Sendable {
    /// Queues the messages and returns at once; a session that is gone takes nothing.
    func send(_ messages: [LinkMessage], to session: SessionNumber)

    /// Ends the link; its worker is told why.
    func cut(_ session: SessionNumber, reason: String)

    /// The loop has caught up: links that were paused for its sake are read again.
    ///
    /// Called in every turn: costs next to nothing while no link is paused.
    func relieve()
}
