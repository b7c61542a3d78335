import Crypto
import Synchronization
package import Wire

/// A blob that is still arriving.
///
/// Whoever receives it appends chunk after chunk and finishes; a draft that is let go of before, or
/// that failed, leaves nothing.
package final class BlobDraft: Sendable {
    package let announced: Blob
    private let store: BlobStore
    /// Nil when it has finished or failed.
    private let arriving: Mutex<Arriving?>

    fileprivate struct Arriving {
        var page: any BlobPage
        let promise: BlobRoom.Promise
        var hasher = SHA256()
        var byteCount: UInt64 = 0
    }

    init(
        _ announced: Blob, on page: any BlobPage, _ promise: BlobRoom.Promise, in store: BlobStore
    ) {
        self.announced = announced
        self.store = store
        self.arriving = Mutex(Arriving(page: page, promise: promise))
    }

    /// Takes the next bytes.
    ///
    /// - Throws: `BlobError` with code `mismatch` when there are more than were announced.
    package func append(_ bytes: UnsafeRawBufferPointer) throws(BlobError) {
        try self.arriving.withLock { (slot) throws(BlobError) in
            guard var arriving = slot.take() else { throw Self.over }
            try arriving.append(bytes, of: self.announced)
            slot = arriving
        }
    }

    /// Compares what arrived with what was announced, and stores it for as long as its place lasts.
    package func finish() throws(BlobError) {
        guard var arriving = self.arriving.withLock({ $0.take() }) else { throw Self.over }
        try arriving.compare(with: self.announced)
        let keeping = try arriving.page.keep(as: self.announced)
        self.store.count(self.announced, keeping)
    }

    private static let over = BlobError(.failed, "the blob was finished or given up before")
}

extension BlobDraft.Arriving {
    fileprivate mutating func append(
        _ bytes: UnsafeRawBufferPointer, of announced: Blob
    ) throws(BlobError) {
        guard UInt64(bytes.count) <= announced.size - self.byteCount else {
            throw BlobError(
                .mismatch, "more than the \(announced.size) bytes arrived that were announced")
        }
        self.hasher.update(bufferPointer: bytes)
        try self.page.write(bytes)
        self.promise.use(UInt64(bytes.count))
        self.byteCount += UInt64(bytes.count)
    }

    fileprivate func compare(with announced: Blob) throws(BlobError) {
        guard self.byteCount == announced.size else {
            throw BlobError(
                .mismatch,
                "\(self.byteCount) bytes arrived, and \(announced.size) were announced")
        }
        guard Digest(sha256: Array(self.hasher.finalize())) == announced.digest else {
            throw BlobError(
                .mismatch, "the bytes that arrived do not have the digest \(announced.digest)")
        }
    }
}
