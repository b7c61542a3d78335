package import Host
import Synchronization
package import Wire

/// Immutable bytes, named by their SHA-256.
///
/// A blob has its name only after its bytes were hashed and compared with what was announced:
/// whoever finds a name finds the whole. Bytes are written by `BlobDraft` and read through `open`,
/// and lie in a `BlobPlace`, which seals what outlives the process.
///
/// Every call may wait for the disk: not for event loops or Swift's own threads.
package final class BlobStore: Sendable {
    private let place: any BlobPlace
    private let room: BlobRoom
    private let totals: Mutex<Totals>
    /// What was done to what lay there, for the operator to know.
    package let remarks: [Remark]

    /// Where the bytes lie.
    package enum Place: Equatable, Sendable {
        /// Survives the head, sealed by a key of the file. The directory must be locked against
        /// other heads.
        case directory(String, keyFile: String)
        /// Gone with the process, however it ends.
        case memory
    }

    /// What the store holds.
    package struct Totals: Equatable, Sendable {
        package var blobs: UInt64
        package var bytes: UInt64

        package init(blobs: UInt64 = 0, bytes: UInt64 = 0) {
            self.blobs = blobs
            self.bytes = bytes
        }
    }

    /// What an operator should know of how a store was opened.
    package enum Remark: Equatable, Sendable {
        /// There was no key: this file was made.
        case madeKey(SecretKey.ID, path: String)
        /// Blobs of an older version lay there as they were brought.
        case sealed(UInt64)
        /// Their keys were sealed anew, since there is a newer key.
        case rewrapped(UInt64, SecretKey.ID)
        /// They can be brought again; a job that needs one fails.
        case damaged([Digest])
    }

    /// Opens the store, or makes it, removes what a crash left half-written, and seals by the
    /// newest key what is not.
    ///
    /// - Throws: `BlobError` with code `noKey` when what lies there was sealed by another key.
    /// - Parameter free: how many bytes could be written now; nil asks the place itself.
    package init(
        _ place: Place, free: (@Sendable () -> UInt64?)? = nil
    ) throws(BlobError) {
        let (opened, remarks) = try Self.opened(place)
        let totals = try opened.count()
        self.place = opened
        self.remarks = remarks
        self.room = BlobRoom(free: free ?? { opened.free() })
        self.totals = Mutex(totals)
    }

    private static func opened(
        _ place: Place
    ) throws(BlobError) -> (place: any BlobPlace, remarks: [Remark]) {
        switch place {
        case .directory(let path, let keyFile):
            let (files, remarks) = try BlobFiles.opened(at: path, keyFile: keyFile)
            return (files, remarks)
        case .memory: return (BlobMemory(), [])
        }
    }

    package var held: Totals { self.totals.withLock { $0 } }

    /// The blob of this name, when it is there.
    package func find(_ digest: Digest) -> Blob? { self.place.find(digest) }

    /// The blob of this name, when it is there and he brought it.
    package func find(_ digest: Digest, broughtBy bringer: BlobBringer) -> Blob? {
        self.place.isBrought(digest, by: bringer) ? self.place.find(digest) : nil
    }

    /// Notes durably that he brought a blob that the store holds: tell him so afterwards.
    package func note(_ blob: Blob, broughtBy bringer: BlobBringer) throws(BlobError) {
        try self.place.note(blob.digest, broughtBy: bringer)
    }

    /// Opens a blob for reading.
    package func open(_ digest: Digest) throws(BlobError) -> any BlobContent {
        try self.place.open(digest)
    }

    /// Begins to receive a blob that a peer announced; its room is its own from here on.
    package func begin(_ announced: Blob) throws(BlobError) -> BlobDraft {
        guard announced.size <= Limits.blobBytesMax else {
            throw BlobError(.tooLarge, "a blob has at most \(Limits.blobBytesMax) bytes")
        }
        let promise = try self.room.promise(announced.size)
        return BlobDraft(announced, on: try self.place.makePage(for: announced), promise, in: self)
    }

    /// A draft was kept.
    func count(_ blob: Blob, _ keeping: BlobKeeping) {
        guard keeping == .new else { return }
        self.totals.withLock {
            $0.blobs += 1
            $0.bytes += blob.size
        }
    }
}
