import Crypto
import Host
import NIOCore
import Wire

/// A blob that is arriving: its bytes so far, in memory that still grows, and their digest.
///
/// A draft survives the link that it came over: `byteCount` is where to go on.
struct BlobDraft: Sendable {
    let blob: Blob
    private var memory: SealedMemory.Draft
    private var hash = SHA256()

    var byteCount: UInt64 { UInt64(self.memory.byteCount) }
    var isWhole: Bool { self.byteCount == self.blob.size }

    init(_ blob: Blob) throws(HostError) {
        self.blob = blob
        self.memory = try SealedMemory.Draft(named: "assay-data")
    }

    /// - Throws: `TransferEnd.refused` when that is more than the blob has, or memory is short.
    mutating func append(_ chunk: ByteBuffer) throws(TransferEnd) {
        guard self.byteCount + UInt64(chunk.readableBytes) <= self.blob.size else {
            throw .refused(
                reason: "the head sent more than the \(self.blob.size) bytes of the blob")
        }
        do throws(HostError) {
            try chunk.withUnsafeReadableBytes { (bytes) throws(HostError) in
                // While the bytes are warm in the cache: hashing them is nearly free then.
                try self.memory.append(bytes)
                self.hash.update(bufferPointer: bytes)
            }
        } catch {
            throw .refused(reason: error.description)
        }
    }

    /// Ends the writing and checks that these are the bytes that the digest names.
    consuming func sealed() throws(TransferEnd) -> SealedMemory {
        precondition(self.isWhole, "a blob is sealed before it is whole")
        guard Digest(sha256: Array(self.hash.finalize())) == self.blob.digest else {
            throw .refused(reason: "what arrived is not \(self.blob.digest): its digest differs")
        }
        do throws(HostError) {
            return try self.memory.sealed()
        } catch {
            throw .refused(reason: error.description)
        }
    }
}

extension SealedMemory {
    /// The blob that these bytes are.
    var blob: Blob {
        var hash = SHA256()
        self.withBytes { hash.update(bufferPointer: $0) }
        return Blob(digest: Digest(sha256: Array(hash.finalize())), size: UInt64(self.byteCount))
    }
}
