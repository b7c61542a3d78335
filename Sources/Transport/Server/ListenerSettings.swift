package import Host
import Wire

/// How the head's one port behaves.
package struct ListenerSettings: Sendable {
    package var address: Address
    /// A connection that has said nothing useful for this long is cut.
    package var firstWordsTimeout: Duration
    /// How long a refused or cut connection has to take in the reason.
    package var lastWordsTimeout: Duration
    /// From the wish to end until what still runs is cut.
    package var grace: Duration
    /// Connections in their handshake; beyond, the oldest of them makes room.
    package var pendingMax: Int
    /// Connections in all; beyond, one in its handshake makes room, or the newcomer is turned away.
    package var connectionsMax: Int
    package var link: LinkSettings

    package enum Address: Sendable {
        case bind(HostAndPort)
        /// A socket that somebody else bound, such as the service manager.
        case inherited(Descriptor)
    }

    /// Ten seconds for first words, one for last words, ten of grace, 512 handshakes at once, and
    /// as many connections as the process may have descriptors, but for a reserve.
    package init(_ address: Address) {
        self.address = address
        self.firstWordsTimeout = Limits.firstWordsTimeout
        self.lastWordsTimeout = .seconds(1)
        self.grace = .seconds(10)
        self.pendingMax = 512
        self.connectionsMax = max(
            1, ProcessHardening.descriptorLimit - Limits.descriptorsReserved)
        self.link = LinkSettings()
    }
}
