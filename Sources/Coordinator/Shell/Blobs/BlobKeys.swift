import Crypto
import Foundation
import Host

/// The keys by which blobs at rest are sealed: the first seals, and each opens.
///
/// They seal nothing but the keys of the blobs, of which each has its own; so a new key takes over
/// without a blob being written anew.
struct BlobKeys: Sendable {
    /// The newest first, and never empty.
    let keys: [SecretKey]
    /// Where they came from, for people.
    let path: String

    var current: SecretKey { self.keys[0] }

    subscript(id: SecretKey.ID) -> SecretKey? { self.keys.first { $0.id == id } }

    /// Reads the keys, and makes them where there are none yet.
    ///
    /// - Parameter sealed: how many blobs there are that no new key would open.
    static func read(
        _ path: String, sealed: UInt64
    ) throws(BlobError) -> (keys: Self, made: SecretKey.ID?) {
        do throws(HostError) {
            if let keys = try SecretKeyFile.read(path) {
                return (Self(keys: keys, path: path), nil)
            }
        } catch {
            throw BlobError(.noKey, error.reason)
        }
        guard sealed == 0 else {
            throw BlobError(
                .noKey,
                """
                there is no key at \(path), and \(sealed) blobs were sealed by one: put that file \
                back from where you keep its copy, or name it by --blob-key
                """)
        }
        do {
            let made = try Self.make(path)
            guard let keys = try SecretKeyFile.read(path) else {
                throw HostError(.missing, "\(path) was removed")
            }
            return (Self(keys: keys, path: path), made)
        } catch {
            throw BlobError(
                .noKey,
                """
                there is no key for the blobs, and none can be made here: \(error); make one by \
                assay-certs blob-key FILE
                """)
        }
    }

    /// Nil when somebody else has made it at this moment: another head with the same certificate.
    private static func make(_ path: String) throws -> SecretKey.ID? {
        do {
            return try SecretKeyFile.make(at: path)
        } catch let error as HostError where error.code == .exists {
            return nil
        }
    }
}

extension SecretKey {
    /// Seals the key of a blob: nonce, key and tag, 60 bytes.
    func wrap(_ key: SymmetricKey, saying context: [UInt8]) throws -> [UInt8] {
        let plain = key.withUnsafeBytes { Data($0) }
        let box = try AES.GCM.seal(plain, using: self.copy, authenticating: context)
        guard let combined = box.combined else {
            preconditionFailure("a nonce of 12 bytes is always combined")
        }
        return Array(combined)
    }

    /// Nil when it was sealed by another key, for something else, or was altered.
    func unwrap(_ wrapped: [UInt8], saying context: [UInt8]) -> SymmetricKey? {
        guard let box = try? AES.GCM.SealedBox(combined: wrapped),
            let plain = try? AES.GCM.open(box, using: self.copy, authenticating: context),
            plain.count == SecretKey.byteCount
        else { return nil }
        return SymmetricKey(data: plain)
    }

    /// For the moment of one use, in memory that the library wipes.
    private var copy: SymmetricKey { self.memory.withBytes { SymmetricKey(data: $0) } }
}
