import Crypto

/// A random key of 256 bits, by which something at rest is sealed.
package struct SecretKey: Sendable {
    package static let byteCount = 32

    /// Names the key in what it sealed.
    package let id: ID
    package let memory: SecretMemory

    package struct ID: Hashable, Sendable, CustomStringConvertible {
        package let rawValue: UInt64

        package init(rawValue: UInt64) { self.rawValue = rawValue }

        /// Sixteen hexadecimal digits.
        package var description: String {
            let digits = String(self.rawValue, radix: 16)
            return String(repeating: "0", count: 16 - digits.count) + digits
        }
    }

    package init(_ memory: SecretMemory) {
        precondition(memory.byteCount == Self.byteCount, "a key of another length")
        // Of a random key a digest tells nothing, and a key that was mistyped has another name.
        var hash = SHA256()
        hash.update(data: Array("assay key\n".utf8))
        memory.withBytes { hash.update(bufferPointer: $0) }
        let digest = hash.finalize().prefix(8)
        self.id = ID(rawValue: digest.reduce(0) { $0 << 8 | UInt64($1) })
        self.memory = memory
    }

    /// A new key that lives in this process alone.
    package static func random() throws -> Self {
        var chance = SystemRandomNumberGenerator()
        let memory = try SecretMemory(byteCount: Self.byteCount) { bytes in
            for offset in stride(from: 0, to: bytes.count, by: 8) {
                bytes.storeBytes(of: chance.next(), toByteOffset: offset, as: UInt64.self)
            }
        }
        return Self(memory)
    }
}
