import FoundationEssentials

/// What a revocation list says, for scripts.
package struct RevocationReport: Codable, Equatable, Sendable {
    package let number: UInt64
    package let issuedAt: String
    package let renewBy: String
    /// Hexadecimal, in order.
    package let serials: [String]

    package init(_ list: RevocationList) {
        self.number = list.number
        self.issuedAt = list.issuedAt.text
        self.renewBy = list.renewBy.text
        self.serials = list.entries.map(\.serial.description)
    }

    /// One object on one line, keys in order.
    package func json() throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.keyEncodingStrategy = .convertToSnakeCase
        return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
}
