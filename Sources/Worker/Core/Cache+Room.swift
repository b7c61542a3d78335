import Wire

/// What has to leave memory, so that something else may come.
extension Cache {
    struct Plan: Equatable {
        var steps: [Step] = []
        /// Nothing has to be written first.
        var isThereNow = true
    }

    enum Step: Equatable {
        case evict(Digest)
        /// It leaves memory when its copy is whole.
        case spill(Digest)
        /// Its copy is whole.
        case release(Digest)
    }

    /// Plans room in memory for these blobs.
    ///
    /// - Parameter keeping: Blobs that must stay, whether or not they were used lately.
    /// - Returns: nil when there is no room, whatever is done.
    func plan(for blobs: [Blob], keeping: Set<Digest>) -> Plan? {
        var missing: UInt64 = 0
        var seen = keeping
        for blob in blobs {
            seen.insert(blob.digest)
            let state = self.entries[blob.digest]?.state
            if state == nil || state == .stored { missing += blob.size }
        }
        var plan = Plan()
        var (bytes, leaving) = (self.bytes, UInt64(0))
        var disk = SpillRoom(self, keeping: seen)
        for digest in self.present where !seen.contains(digest) {
            guard bytes + missing > self.bytesMax + leaving, let entry = self.entries[digest]
            else { continue }
            switch entry.copy {
            case .whole:
                bytes -= entry.blob.size
                plan.steps.append(.release(digest))
            case .writing: leaving += entry.blob.size
            case .none where entry.mode == .disk && disk.take(entry.blob, &plan.steps):
                leaving += entry.blob.size
                plan.steps.append(.spill(digest))
            case .none:
                bytes -= entry.blob.size
                plan.steps.append(.evict(digest))
            }
        }
        guard bytes + missing <= self.bytesMax + leaving else { return nil }
        plan.isThereNow = bytes + missing <= self.bytesMax
        return plan
    }

    /// Room on disk, for which the least recently used makes room.
    private struct SpillRoom {
        private let bytesMax: UInt64
        private var bytes: UInt64
        private var stored: ArraySlice<Blob>

        init(_ cache: Cache, keeping: Set<Digest>) {
            self.bytesMax = cache.spillBytesMax
            self.bytes = cache.spillBytes
            self.stored =
                cache.held.compactMap { cache.entries[$0] }
                .filter { $0.state == .stored && !keeping.contains($0.blob.digest) }
                .map(\.blob)[...]
        }

        /// False when it is larger than all that may go.
        mutating func take(_ blob: Blob, _ steps: inout [Step]) -> Bool {
            let stored = self.stored.reduce(0) { $0 + $1.size }
            guard self.bytes + blob.size <= self.bytesMax + stored else { return false }
            while self.bytes + blob.size > self.bytesMax, let oldest = self.stored.popFirst() {
                self.bytes -= oldest.size
                steps.append(.evict(oldest.digest))
            }
            self.bytes += blob.size
            return true
        }
    }
}
