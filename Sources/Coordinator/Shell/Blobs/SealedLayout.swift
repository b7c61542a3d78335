import Crypto
import Foundation
import Host
import Wire

/// How a blob lies in its file.
///
/// ```
///      0   header    } the same in all but the key that it is sealed by; one of the two counts,
///   4096   header    } so that a new one is written whole before the old one goes
///   8192   chunk 0   65,536 bytes and a tag of 16
///  73744   chunk 1   …
///          last      0 to 65,536 bytes and a tag; there is always one
/// ```
///
/// Each blob has a random key of its own, by which `SealedChunks` says how its bytes are sealed.
enum SealedLayout {
    static let headerBytes = 4096
    /// Of both headers.
    static let leadBytes = 2 * SealedLayout.headerBytes

    static func fileBytes(of size: UInt64) -> UInt64 {
        UInt64(Self.leadBytes) + SealedChunks.bytes(of: size)
    }

    /// The size of the blob in a file of this length; nil when no blob makes such a file.
    static func size(ofFile length: UInt64) -> UInt64? {
        guard length >= UInt64(Self.leadBytes) else { return nil }
        return SealedChunks.size(of: length - UInt64(Self.leadBytes))
    }
}

/// What stands before the chunks of a blob: its size, and its key, sealed.
///
/// ```
///  0  "assay-blob-1"     12
/// 12  size                8   big endian, as all numbers
/// 20  name of the key     8
/// 28  the blob's key     60   nonce, sealed key, tag
/// 88  sum of the above   32   SHA-256
/// 120 zeros            3976
/// ```
///
/// What is before the key, and the digest by which the file is called, are authenticated with it.
/// The sum tells a header that was damaged from one that another key sealed.
struct SealedHeader: Equatable {
    static let magic = Array("assay-blob-1".utf8)

    let size: UInt64
    let sealer: SecretKey.ID
    private let wrapped: [UInt8]

    /// Seals a blob's key.
    init(
        size: UInt64, digest: Wire.Digest, key: SymmetricKey, by sealer: SecretKey
    ) throws(BlobError) {
        self.size = size
        self.sealer = sealer.id
        do {
            self.wrapped = try sealer.wrap(
                key, saying: Self.context(size: size, sealer: sealer.id, digest))
        } catch {
            throw BlobError(.failed, "the key of a blob could not be sealed: \(error)")
        }
    }

    /// Reads a block; nil when it is no header.
    init?(_ block: [UInt8]) {
        guard block.count == SealedLayout.headerBytes, block.starts(with: Self.magic),
            block[88..<120].elementsEqual(SHA256.hash(data: block[..<88]))
        else { return nil }
        self.size = UInt64(bigEndianBytes: block[12..<20])
        self.sealer = SecretKey.ID(rawValue: UInt64(bigEndianBytes: block[20..<28]))
        self.wrapped = Array(block[28..<88])
    }

    var block: [UInt8] {
        var start = Self.magic + self.size.bigEndianBytes
        start += self.sealer.rawValue.bigEndianBytes + self.wrapped
        start += SHA256.hash(data: start)
        return start + [UInt8](repeating: 0, count: SealedLayout.headerBytes - start.count)
    }

    /// The blob's key; nil when this is not the header that was written by this key.
    func key(of digest: Wire.Digest, by sealer: SecretKey) -> SymmetricKey? {
        sealer.unwrap(
            self.wrapped, saying: Self.context(size: self.size, sealer: self.sealer, digest))
    }

    private static func context(
        size: UInt64, sealer: SecretKey.ID, _ digest: Wire.Digest
    ) -> [UInt8] {
        Self.magic + size.bigEndianBytes + sealer.rawValue.bigEndianBytes + Array(digest.hex.utf8)
    }
}

extension UInt64 {
    fileprivate var bigEndianBytes: [UInt8] {
        withUnsafeBytes(of: self.bigEndian) { Array($0) }
    }

    fileprivate init(bigEndianBytes bytes: ArraySlice<UInt8>) {
        self = bytes.reduce(0) { $0 << 8 | UInt64($1) }
    }
}
