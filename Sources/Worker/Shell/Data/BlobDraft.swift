import Crypto
import Host
import Wire

/// A blob that is arriving: its bytes so far, in memory that still grows, and the digest of those
/// that were checked.
///
/// A draft survives the link that it came over: `byteCount` is where to go on.
struct BlobDraft: Sendable {
    let blob: Blob
    private(set) var memory: SealedMemory.Draft
    private var hash = SHA256()
    private(set) var checkedCount = 0

    var byteCount: UInt64 { UInt64(self.memory.byteCount) }
    /// All of it came, and went into the digest.
    var isWhole: Bool { UInt64(self.checkedCount) == self.blob.size }

    init(_ blob: Blob) throws(HostError) {
        self.blob = blob
        self.memory = try SealedMemory.Draft(named: "assay-data")
    }

    /// Goes on with the same memory after more was appended to it.
    mutating func grow(to memory: SealedMemory.Draft) { self.memory = memory }

    /// Takes into the digest what has arrived.
    ///
    /// - Throws: `TransferEnd.refused` when memory is short.
    mutating func check() throws(TransferEnd) {
        do throws(HostError) {
            while self.checkedCount < self.memory.byteCount {
                let end = min(self.checkedCount + Inflow.strideBytes, self.memory.byteCount)
                try self.memory.withBytes(self.checkedCount..<end) {
                    self.hash.update(bufferPointer: $0)
                }
                self.checkedCount = end
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
