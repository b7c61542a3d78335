import Crypto
import Host
import Wire

/// A sealed blob that is open for reading.
struct SealedContent: BlobContent {
    let digest: Wire.Digest
    let size: UInt64
    private let chunks: SealedChunks

    init(_ file: Descriptor, _ blob: Blob, key: SymmetricKey) {
        self.digest = blob.digest
        self.size = blob.size
        self.chunks = SealedChunks(
            of: file, from: UInt64(SealedLayout.leadBytes), size: blob.size, key: key)
    }

    func read(at offset: UInt64, into target: UnsafeMutableRawBufferPointer) throws(BlobError) {
        do throws(HostError) {
            try self.chunks.read(at: offset, into: target, of: "the blob \(self.digest)")
        } catch {
            throw BlobError(reading: self.digest, error)
        }
    }
}

extension BlobError {
    /// What is not as it was sealed is damaged; anything else may pass.
    init(reading digest: Wire.Digest, _ error: HostError) {
        self = error.code == .malformed ? .damaged(digest) : Self(.failed, error.reason)
    }

    static func damaged(_ digest: Wire.Digest) -> Self {
        Self(
            .damaged,
            "the blob \(digest) is damaged: its bytes on the head's disk are not those it stored")
    }
}
