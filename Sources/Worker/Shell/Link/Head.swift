import NIOCore
import Transport

/// Where the head is, and who we are to it.
struct Head: Sendable {
    let place: HostAndPort
    let credentials: CredentialStore
    /// Where links of this kind live: control on the worker's own loop, bulk elsewhere, so that
    /// gigabytes never stand between a trial and its slot.
    let loops: any EventLoopGroup

    func connect(_ delegate: any LinkDelegate) async throws(HeadError) -> LinkConnection {
        let dialer = Dialer(credentials: self.credentials, group: self.loops)
        return try await dialer.connect(to: self.place, delegate: delegate)
    }
}
