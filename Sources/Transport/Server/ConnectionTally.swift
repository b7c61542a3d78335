/// Connections since the start, and why those that ended badly did.
package struct ConnectionTally: Equatable, Sendable {
    package var accepted: UInt64 = 0
    private var refusals: [Refusal: UInt64] = [:]
    private var cuts: [Cause: UInt64] = [:]

    /// Why a connection never got in.
    package enum Refusal: String, CaseIterable, Sendable {
        /// TLS failed: no certificate, another authority's, TLS 1.2, no TLS at all.
        case handshake
        /// Its certificate is in order, and not of somebody who may speak this protocol.
        case identity
        /// Its identity has enough connections.
        case quota
        /// It was in its handshake and made room for newer ones.
        case crowd
        /// There was no room for it: the descriptors that are left are for what stands.
        case room
        /// It said nothing useful in time.
        case silence
    }

    /// Why a connection of somebody who was in was ended.
    package enum Cause: String, CaseIterable, Sendable {
        /// It broke the rules of HTTP/2: floods, resets, garbage.
        case http2
        /// A request without end, or answers that nobody read.
        case pages
        /// Its certificate was revoked.
        case revoked
        /// Its certificate expired.
        case expired
    }

    package subscript(refusal: Refusal) -> UInt64 { self.refusals[refusal] ?? 0 }
    package subscript(cause: Cause) -> UInt64 { self.cuts[cause] ?? 0 }

    mutating func count(_ refusal: Refusal) { self.refusals[refusal, default: 0] += 1 }
    mutating func count(_ cause: Cause, _ connections: Int = 1) {
        self.cuts[cause, default: 0] += UInt64(connections)
    }
}
