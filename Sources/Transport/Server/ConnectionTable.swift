package import Foundation
import NIOCore
import Synchronization
package import Wire

/// One accepted connection; a number is never used twice.
package struct ConnectionID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    init(_ rawValue: UInt64) { self.rawValue = rawValue }

    package var description: String { "c\(self.rawValue)" }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// An open connection, as it was when the table was asked.
package struct Connection: Sendable {
    package let id: ConnectionID
    /// Host and port, for people.
    package let address: String
    package let since: Date
    package internal(set) var state: State = .pending
    let channel: any Channel
    /// What the certificate of the handshake was renewed by, the newest last.
    fileprivate(set) var successors: [Successor] = []

    /// A certificate that the peer was given while the connection stood.
    struct Successor: Equatable, Sendable {
        let serial: SerialNumber
        let expiresAt: Date
    }

    /// Until when the connection may stand; nil while nobody is proved.
    package var expiresAt: Date? {
        self.peer.map { self.successors.last?.expiresAt ?? $0.expiresAt }
    }

    /// Of the certificate that the peer showed, and of those that renewed it since.
    package var serials: [SerialNumber] {
        (self.peer.map { [$0.serial] } ?? []) + self.successors.map(\.serial)
    }

    package enum State: Sendable {
        /// In its handshake, or silent since.
        case pending
        case proved(ProvedPeer, ApplicationProtocol)
        /// It is being told why, and will be closed.
        case refused(PeerRefusal)
    }

    package var peer: ProvedPeer? {
        if case .proved(let peer, _) = self.state { peer } else { nil }
    }

    package var application: ApplicationProtocol? {
        if case .proved(_, let application) = self.state { application } else { nil }
    }
}

/// All open connections of one listener: who they are, and the means to end them.
///
/// One table serves identity (a handler asks who speaks on connection 17), revocation, the hard
/// stop after the grace period, and metrics.
package final class ConnectionTable: Sendable {
    private let pendingMax: Int
    private let connectionsMax: Int
    private let content = Mutex(Content())

    fileprivate struct Content {
        var last: UInt64 = 0
        var connections: [ConnectionID: Connection] = [:]
        /// Ascending, so the oldest is first. Short: bounded by `pendingMax`.
        var pending: [ConnectionID] = []
        /// Proved connections of each identity; none stands here with 0.
        var standing: [Identity: Int] = [:]
        var tally = ConnectionTally()
        var isStopped = false
    }

    init(pendingMax: Int, connectionsMax: Int = .max) {
        precondition(pendingMax > 0, "a table without room for handshakes serves nobody")
        precondition(connectionsMax > 0, "a table without room for connections serves nobody")
        self.pendingMax = pendingMax
        self.connectionsMax = connectionsMax
    }

    // MARK: Asking

    package subscript(id: ConnectionID) -> Connection? {
        self.content.withLock { $0.connections[id] }
    }

    /// In the order in which they were accepted.
    package var all: [Connection] {
        self.content.withLock { $0.connections.values.sorted { $0.id < $1.id } }
    }

    package var tally: ConnectionTally { self.content.withLock { $0.tally } }

    // MARK: Ending

    /// Ends the connections that `predicate` picks, each told the reason where its protocol can.
    ///
    /// - Parameter cause: as what they are counted; nil when they have done nothing.
    /// - Returns: how many there were.
    @discardableResult
    package func cut(
        _ cause: ConnectionTally.Cause? = nil, reason: String,
        where predicate: (Connection) -> Bool
    ) -> Int {
        let chosen = self.all.filter(predicate)
        if let cause { self.content.withLock { $0.tally.count(cause, chosen.count) } }
        for connection in chosen {
            connection.channel.pipeline.fireUserInboundEventTriggered(Cut(reason: reason))
        }
        return chosen.count
    }

    /// Ends those whose peers `reason` names a reason against, and takes their standing from them
    /// at once: what they still ask within their last moment is refused.
    ///
    /// - Returns: who was expelled.
    func expel(_ reason: (Connection) -> String?) -> [Connection] {
        let expelled = self.content.withLock { content in
            var expelled: [(connection: Connection, reason: String)] = []
            for (id, connection) in content.connections {
                guard let peer = connection.peer, let reason = reason(connection) else { continue }
                content.leave(peer)
                content.connections[id]?.state = .refused(PeerRefusal(reason))
                content.tally.count(.revoked)
                expelled.append((connection, reason))
            }
            return expelled.sorted { $0.connection.id < $1.connection.id }
        }
        for (connection, reason) in expelled {
            connection.channel.pipeline.fireUserInboundEventTriggered(Cut(reason: reason))
        }
        return expelled.map(\.connection)
    }

    /// Ends all connections at once, without a word, and every later one as it comes.
    func stop() {
        let open = self.content.withLock { content in
            content.isStopped = true
            return content.connections.values.map(\.channel)
        }
        for channel in open { channel.pipeline.fireUserInboundEventTriggered(HardStop()) }
    }

    // MARK: Life of a connection

    enum Opened {
        case open(ConnectionID)
        /// The table was stopped, or there is no room: close it.
        case turnedAway
    }

    /// Takes in an accepted connection. When too many are in their handshake, or there are too many
    /// in all, the oldest of those in their handshake goes: an honest one is done in milliseconds,
    /// so an old one is most likely an attacker's. Whoever is in stays.
    func open(_ channel: any Channel) -> Opened {
        let address = channel.remoteAddress.map(Self.describe) ?? "unknown"
        let (opened, crowdedOut) = self.content.withLock { content -> (Opened, (any Channel)?) in
            guard !content.isStopped else { return (.turnedAway, nil) }
            content.tally.accepted += 1
            let isFull = content.connections.count >= self.connectionsMax
            guard !isFull || !content.pending.isEmpty else {
                content.tally.count(.room)
                return (.turnedAway, nil)
            }
            content.last += 1
            let id = ConnectionID(content.last)
            content.connections[id] = Connection(
                id: id, address: address, since: Date(), channel: channel)
            content.pending.append(id)
            guard isFull || content.pending.count > self.pendingMax else { return (.open(id), nil) }
            let oldest = content.pending.removeFirst()
            content.tally.count(.crowd)
            return (.open(id), content.connections[oldest]?.channel)
        }
        crowdedOut?.pipeline.fireUserInboundEventTriggered(
            HardStop(reason: "it was in its handshake, and newer connections needed room"))
        return opened
    }

    /// Notes who the peer of a connection is, or why it is refused.
    ///
    /// - Returns: the verdict, or a refusal when the peer's identity has enough connections.
    func judge(
        _ id: ConnectionID, _ verdict: Result<ProvedPeer, PeerRefusal>,
        _ application: ApplicationProtocol
    ) -> Result<ProvedPeer, PeerRefusal> {
        self.content.withLock { content in
            switch verdict {
            case .failure(let refusal):
                content.tally.count(.identity)
                // It may have been proved a moment ago.
                content.leave(content.connections[id]?.peer)
                content.connections[id]?.state = .refused(refusal)
                return verdict
            case .success(let peer):
                let standing = content.standing[peer.identity, default: 0]
                guard standing < Limits.identityConnectionsMax else {
                    let refusal = PeerRefusal("\(peer.identity) has \(standing) connections open")
                    content.tally.count(.quota)
                    content.connections[id]?.state = .refused(refusal)
                    return .failure(refusal)
                }
                content.standing[peer.identity] = standing + 1
                content.connections[id]?.state = .proved(peer, application)
                return verdict
            }
        }
    }

    func note(_ cause: ConnectionTally.Cause) { self.content.withLock { $0.tally.count(cause) } }

    func note(_ refusal: ConnectionTally.Refusal) {
        self.content.withLock { $0.tally.count(refusal) }
    }

    /// It has said something useful, or it is gone.
    func settle(_ id: ConnectionID) {
        self.content.withLock { $0.settle(id) }
    }

    /// The peer has a new certificate, for which it showed its old one.
    func extend(_ peer: ProvedPeer, to successor: CertificateFacts) {
        let next = Connection.Successor(
            serial: successor.serial, expiresAt: successor.notAfter)
        self.content.withLock { content in
            for (id, connection) in content.connections
            where connection.peer?.identity == peer.identity
                && connection.serials.contains(peer.serial)
            {
                // Months of renewals leave a handful: those that are not over.
                content.connections[id]?.successors.removeAll {
                    $0.expiresAt < successor.notBefore
                }
                content.connections[id]?.successors.append(next)
            }
        }
    }

    func close(_ id: ConnectionID) {
        self.content.withLock { content in
            content.settle(id)
            content.leave(content.connections.removeValue(forKey: id)?.peer)
        }
    }

    static func describe(_ address: NIOCore.SocketAddress) -> String {
        guard let host = address.ipAddress, let port = address.port else { return "local" }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

extension ConnectionTable.Content {
    /// One connection less that a proved peer has open.
    fileprivate mutating func leave(_ peer: ProvedPeer?) {
        guard let peer else { return }
        let left = self.standing[peer.identity, default: 1] - 1
        self.standing[peer.identity] = left > 0 ? left : nil
    }

    fileprivate mutating func settle(_ id: ConnectionID) {
        // Ascending, so the place can be found by halves.
        var low = 0
        var high = self.pending.count
        while low < high {
            let middle = (low + high) / 2
            if self.pending[middle] < id { low = middle + 1 } else { high = middle }
        }
        if low < self.pending.count, self.pending[low] == id { self.pending.remove(at: low) }
    }
}

/// Tells a connection's handlers to end it, and to say why if they can.
struct Cut: Sendable { let reason: String }

/// Tells a connection's gate to close it at once.
struct HardStop: Sendable {
    /// Why, where its peer is to blame, or at least suspect.
    var reason: String?
}
