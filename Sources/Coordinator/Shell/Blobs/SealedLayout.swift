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
/// Each blob has a random key of its own. A chunk is sealed by it with AES-256-GCM, and its nonce
/// is its number and whether it is the last: none can be left out, moved, repeated, taken from
/// another blob or cut off at the end. Any of them opens by itself, so that a worker may ask for the
/// rest of a blob.
enum SealedLayout {
    static let headerBytes = 4096
    /// Of both headers.
    static let leadBytes = 2 * SealedLayout.headerBytes
    static let chunkBytes = 64 * 1024
    static let tagBytes = 16
    static let nonceBytes = 12

    /// Chunks of a blob of this size.
    static func chunks(of size: UInt64) -> UInt64 {
        max(1, (size + UInt64(Self.chunkBytes) - 1) / UInt64(Self.chunkBytes))
    }

    static func fileBytes(of size: UInt64) -> UInt64 {
        UInt64(Self.leadBytes) + size + Self.chunks(of: size) * UInt64(Self.tagBytes)
    }

    /// The size of the blob in a file of this length; nil when no blob makes such a file.
    static func size(ofFile length: UInt64) -> UInt64? {
        guard length >= UInt64(Self.leadBytes + Self.tagBytes) else { return nil }
        let sealed = length - UInt64(Self.leadBytes)
        let whole = UInt64(Self.chunkBytes + Self.tagBytes)
        let chunks = (sealed + whole - 1) / whole
        guard sealed >= chunks * UInt64(Self.tagBytes) else { return nil }
        let size = sealed - chunks * UInt64(Self.tagBytes)
        return Self.fileBytes(of: size) == length ? size : nil
    }

    /// Where a chunk lies, and how many bytes it holds unsealed.
    static func place(of chunk: UInt64, size: UInt64) -> (offset: UInt64, bytes: Int) {
        let offset = UInt64(Self.leadBytes) + chunk * UInt64(Self.chunkBytes + Self.tagBytes)
        let before = min(chunk * UInt64(Self.chunkBytes), size)
        return (offset, Int(min(UInt64(Self.chunkBytes), size - before)))
    }

    static func nonce(of chunk: UInt64, isLast: Bool) -> [UInt8] {
        [0, 0, 0] + chunk.bigEndianBytes + [isLast ? 1 : 0]
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
