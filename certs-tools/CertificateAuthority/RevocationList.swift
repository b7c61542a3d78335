package import FoundationEssentials
package import Wire

/// Certificates that their authority has taken back: an X.509 CRL (RFC 5280, section 5).
///
/// The signed list is the only record there is: the next one is made from it, so that the list and
/// what it was made from cannot differ.
package struct RevocationList: Equatable, Sendable {
    /// Rises with each list, so that the newer of two is known.
    package let number: UInt64
    package let issuedAt: Date
    /// After this moment, readers that are strict about it want a newer list. A head is not: what
    /// was revoked stays so.
    package let renewBy: Date
    /// In order of their serial numbers, each once.
    package let entries: [Entry]

    package struct Entry: Equatable, Sendable {
        package let serial: SerialNumber
        package let revokedAt: Date
    }

    /// How long a list is good for readers that are strict.
    package static let lifetime: Duration = .days(90)

    init(number: UInt64, issuedAt: Date, renewBy: Date, entries: [Entry]) {
        self.number = number
        self.issuedAt = issuedAt
        self.renewBy = renewBy
        self.entries = entries
    }

    package var serials: Set<SerialNumber> { Set(self.entries.map(\.serial)) }

    /// The list that follows `last`, with these added. What is listed keeps its moment, and nothing
    /// ever leaves.
    static func next(
        after last: RevocationList?, adding serials: [SerialNumber], now: Date
    ) throws(IssuanceError) -> RevocationList {
        var moments: [SerialNumber: Date] = [:]
        for serial in serials { moments[serial] = now.rounded }
        for entry in last?.entries ?? [] { moments[entry.serial] = entry.revokedAt }
        guard moments.count <= Limits.revocationsMax else {
            throw IssuanceError(
                .badRequest, "a revocation list holds at most \(Limits.revocationsMax) certificates"
            )
        }
        return RevocationList(
            number: (last?.number ?? 0) + 1, issuedAt: now.rounded,
            renewBy: now.rounded + Self.lifetime.interval,
            entries: moments.sorted { $0.key < $1.key }
                .map { Entry(serial: $0.key, revokedAt: $0.value) })
    }
}
