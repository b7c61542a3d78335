import Synchronization

/// Judges whether a further blob fits, and counts what drafts were promised and have not written
/// yet: what one was promised is not promised to the next.
final class BlobRoom: Sendable {
    /// Left to others, in bytes: 256 MiB. A journal that cannot grow ends the head, and shares the
    /// file system with the blobs; this holds a million further facts. In memory it is what the
    /// head itself still needs to work.
    static let reserve: UInt64 = 256 << 20

    private let free: @Sendable () -> UInt64?
    private let promised = Mutex<UInt64>(0)

    /// - Parameter free: how many bytes could be written now; nil when nobody can say.
    init(free: @escaping @Sendable () -> UInt64?) { self.free = free }

    /// - Throws: `BlobError` with code `tooLarge` when there is not enough room.
    func promise(_ bytes: UInt64) throws(BlobError) -> Promise {
        try self.promised.withLock { (promised) throws(BlobError) in
            if let free = self.free() {
                let taken = Self.reserve + promised
                let room = free > taken ? free - taken : 0
                guard bytes <= room else {
                    throw BlobError(
                        .tooLarge, "the head has room for \(room) bytes, not for \(bytes)")
                }
            }
            promised += bytes
        }
        return Promise(bytes, in: self)
    }

    private func release(_ bytes: UInt64) {
        self.promised.withLock { $0 -= bytes }
    }

    /// The room that one draft was promised; what it did not use goes back with it.
    final class Promise: Sendable {
        private let room: BlobRoom
        private let left: Mutex<UInt64>

        fileprivate init(_ bytes: UInt64, in room: BlobRoom) {
            self.room = room
            self.left = Mutex(bytes)
        }

        deinit { self.room.release(self.left.withLock { $0 }) }

        /// So many bytes were written: from now on the place itself counts them.
        func use(_ bytes: UInt64) {
            self.left.withLock { $0 -= bytes }
            self.room.release(bytes)
        }
    }
}
