import Crypto
import Glibc
import Host
import Synchronization
package import Wire

/// A blob that is still arriving.
///
/// Whoever receives it appends chunk after chunk and finishes; a draft that is let go of before, or
/// that failed, is removed from the disk.
package final class BlobDraft: Sendable {
    package let announced: Blob
    private let path: String
    private let store: BlobStore
    /// Nil when it has finished or failed.
    private let arriving: Mutex<Arriving?>

    fileprivate struct Arriving {
        let file: Descriptor
        var hasher = SHA256()
        var byteCount: UInt64 = 0
    }

    init(_ announced: Blob, at path: String, in store: BlobStore) throws(BlobError) {
        let number = Glibc.open(
            path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode_t(0o600))
        guard number >= 0 else { throw BlobError(failedTo: "write a blob", errno) }
        self.announced = announced
        self.path = path
        self.store = store
        self.arriving = Mutex(Arriving(file: Descriptor(adopting: number)))
    }

    deinit {
        // Once it was published there is no such file, and that is fine too.
        unlink(self.path)
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

    /// Compares what arrived with what was announced, and stores it durably.
    package func finish() throws(BlobError) {
        guard let arriving = self.arriving.withLock({ $0.take() }) else { throw Self.over }
        try arriving.close(as: self.announced)
        try self.store.publish(self.path, as: self.announced)
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
        do {
            try self.file.write(bytes, to: "a blob")
        } catch {
            throw BlobError(.failed, error.reason)
        }
        self.byteCount += UInt64(bytes.count)
    }

    fileprivate func close(as announced: Blob) throws(BlobError) {
        guard self.byteCount == announced.size else {
            throw BlobError(
                .mismatch,
                "\(self.byteCount) bytes arrived, and \(announced.size) were announced")
        }
        guard Digest(sha256: Array(self.hasher.finalize())) == announced.digest else {
            throw BlobError(
                .mismatch, "the bytes that arrived do not have the digest \(announced.digest)")
        }
        // Read-only from here on: the name promises that the bytes never change.
        let number = self.file.number
        guard fchmod(number, 0o400) == 0, fsync(number) == 0 else {
            throw BlobError(failedTo: "make the blob \(announced.digest) durable", errno)
        }
    }
}
