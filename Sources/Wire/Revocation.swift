/// What is refused for ever.
package enum Revocation: Hashable, Sendable, CustomStringConvertible {
    /// One certificate.
    case certificate(SerialNumber)
    /// Every certificate that this holder was issued up to the revocation, known or not.
    case holder(Holder)

    package var description: String {
        switch self {
        case .certificate(let serial): "certificate \(serial)"
        case .holder(let holder): holder.description
        }
    }
}

/// Somebody of this cluster, whatever certificate they show: `worker/w1`.
package struct Holder: Hashable, Sendable, CustomStringConvertible {
    package let role: Role
    package let name: String

    package init(_ identity: Identity) {
        self.role = identity.role
        self.name = identity.name
    }

    /// Reads `ROLE/NAME`. A name has one spelling: one that differs in case names nobody, and is
    /// refused rather than revoked in vain.
    package init(text: String) throws(IdentityError) {
        let identity = try Identity(uri: "spiffe://any/" + text)
        self.init(identity)
    }

    package var description: String { "\(self.role.rawValue)/\(self.name)" }
}
