package import Host
import Synchronization
package import Wire

/// Immutable bytes, named by their SHA-256.
///
/// A blob has its name only after its bytes were hashed and compared with what was announced:
/// whoever finds a name finds the whole. Bytes are written by `BlobDraft` and read through `open`,
/// and lie in a `BlobPlace`: encrypting them at rest is a change of `BlobFiles` and of nothing
/// else.
///
/// Every call may wait for the disk: not for event loops or Swift's own threads.
package final class BlobStore: Sendable {
    private let place: any BlobPlace
    private let room: BlobRoom
    private let totals: Mutex<Totals>

    /// Where the bytes lie.
    package enum Place: Equatable, Sendable {
        /// Survives the head. The directory must be locked against other heads.
        case directory(String)
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

    /// Opens the store, or makes it, and removes what a crash left half-written.
    ///
    /// - Parameter free: how many bytes could be written now; nil asks the place itself.
    package init(
        _ place: Place, free: (@Sendable () -> UInt64?)? = nil
    ) throws(BlobError) {
        let opened = try Self.opened(place)
        let totals = try opened.count()
        self.place = opened
        self.room = BlobRoom(free: free ?? { opened.free() })
        self.totals = Mutex(totals)
    }

    private static func opened(_ place: Place) throws(BlobError) -> any BlobPlace {
        switch place {
        case .directory(let path): return try BlobFiles(at: path)
        case .memory: return BlobMemory()
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
    ///
    /// - Returns: a descriptor that other readers may hold too: read by position, and never write.
    package func open(_ digest: Digest) throws(BlobError) -> (file: Descriptor, size: UInt64) {
        try self.place.open(digest)
    }

    /// Begins to receive a blob that a peer announced; its room is its own from here on.
    package func begin(_ announced: Blob) throws(BlobError) -> BlobDraft {
        guard announced.size <= Limits.blobBytesMax else {
            throw BlobError(.tooLarge, "a blob has at most \(Limits.blobBytesMax) bytes")
        }
        let promise = try self.room.promise(announced.size)
        return BlobDraft(announced, on: try self.place.makePage(), promise, in: self)
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
