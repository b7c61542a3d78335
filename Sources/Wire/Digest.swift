/// The SHA-256 of some bytes: the name of a blob.
///
/// Written as `sha256:` and 64 lower-case hexadecimal digits.
package struct Digest: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 64 lower-case hexadecimal digits.
    package let hex: String

    /// - Requires: `bytes` holds the 32 bytes of a SHA-256.
    package init(sha256 bytes: some Collection<UInt8>) {
        precondition(bytes.count == 32, "a SHA-256 has 32 bytes, not \(bytes.count)")
        let digits = Array("0123456789abcdef".utf8)
        self.hex = String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] },
            as: UTF8.self)
    }

    /// Reads `sha256:…`; nil for anything else, also for upper-case digits.
    package init?(text: String) {
        guard text.utf8.count == 71, text.hasPrefix("sha256:") else { return nil }
        let hex = text.utf8.dropFirst(7)
        guard hex.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
            return nil
        }
        self.hex = String(decoding: hex, as: UTF8.self)
    }

    package var description: String { "sha256:\(self.hex)" }

    package static func < (left: Self, right: Self) -> Bool { left.hex < right.hex }
}

/// Immutable bytes, named by their digest.
package struct Blob: Hashable, Sendable {
    package let digest: Digest
    /// In bytes.
    package let size: UInt64

    package init(digest: Digest, size: UInt64) {
        self.digest = digest
        self.size = size
    }
}
