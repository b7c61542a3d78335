/// What a certificate may be used for.
package enum Role: String, CaseIterable, Hashable, Sendable {
    case head, worker, `operator`, user, viewer, probe
    /// Somebody who was invited to become a worker, and may do that once.
    case joiner
}

/// Who a certificate names: `spiffe://CLUSTER/ROLE/NAME` (SPIFFE ID, one URI SAN per certificate).
package struct Identity: Hashable, Sendable, CustomStringConvertible {
    package let cluster: String
    package let role: Role
    package let name: String

    /// - Throws: `IdentityError` when the cluster or the name is not a label of this alphabet.
    package init(cluster: String, role: Role, name: String) throws(IdentityError) {
        try Self.check(cluster, is: "cluster")
        try Self.check(name, is: "name")
        self.cluster = cluster
        self.role = role
        self.name = name
    }

    /// Reads a SPIFFE ID.
    package init(uri: String) throws(IdentityError) {
        guard uri.utf8.count <= Limits.identityBytesMax, uri.hasPrefix("spiffe://") else {
            throw IdentityError("the identity is not of the form spiffe://CLUSTER/ROLE/NAME")
        }
        let parts = uri.dropFirst("spiffe://".count)
            .split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 3 else {
            throw IdentityError("the identity is not of the form spiffe://CLUSTER/ROLE/NAME")
        }
        guard let role = Role(rawValue: String(parts[1])) else {
            let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw IdentityError("the identity's role is none of \(roles)")
        }
        try self.init(cluster: String(parts[0]), role: role, name: String(parts[2]))
    }

    package var uri: String { "spiffe://\(self.cluster)/\(self.role.rawValue)/\(self.name)" }

    package var description: String { self.uri }

    /// A label goes into file names, logs and metrics as it is, so its alphabet is narrow: 1 to 63
    /// of `a-z`, `0-9`, `.` and `-`, beginning and ending with a letter or digit.
    private static func check(_ label: String, is what: String) throws(IdentityError) {
        func plain(_ byte: UInt8) -> Bool {
            (97...122).contains(byte) || (48...57).contains(byte)
        }
        let bytes = Array(label.utf8)
        guard (1...63).contains(bytes.count), plain(bytes[0]), plain(bytes[bytes.count - 1]),
            bytes.allSatisfy({ plain($0) || $0 == 45 || $0 == 46 }),
            !label.contains("..")
        else {
            throw IdentityError(
                """
                the \(what) must be 1 to 63 of a-z, 0-9, '.' and '-', begin and end with a letter \
                or digit, and hold no '..'
                """)
        }
    }
}

/// Why some text names nobody.
package struct IdentityError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ sentence: String) { self.description = sentence }
}
