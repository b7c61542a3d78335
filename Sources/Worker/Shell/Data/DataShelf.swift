import Host
import Wire

/// The blobs at this worker: data sets from the head, in memory and on disk, and outputs on their
/// way to it.
///
/// It holds and hands out; what comes and goes is decided by the machine.
struct DataShelf {
    private var cache: [Digest: SealedMemory] = [:]
    /// Blobs that are still wanted from the head, each with a lease that entitles to it.
    private var wishes: [Digest: (blob: Blob, lease: Lease)] = [:]
    /// Sealed on disk, whether or not they are in memory too.
    private var copies: [Digest: SpilledBlob] = [:]
    /// What is on its way between memory and disk, each way by its number: what has been forgotten
    /// meanwhile is not taken for what was asked for again.
    private var crossings: [Digest: UInt64] = [:]
    private var lastCrossing: UInt64 = 0
    private var outputs: [Lease: [(Output, SealedMemory)]] = [:]

    func memory(of digest: Digest) -> SealedMemory? { self.cache[digest] }

    // MARK: Data sets

    enum Presence: Equatable { case isHere, mustBeBrought }

    mutating func want(_ blob: Blob, for lease: Lease) -> Presence {
        guard self.cache[blob.digest] == nil else { return .isHere }
        self.wishes[blob.digest] = (blob, lease)
        return .mustBeBrought
    }

    func wish(for digest: Digest) -> (blob: Blob, lease: Lease)? { self.wishes[digest] }

    /// A blob may be evicted, and its wish forgotten, while it is on its way.
    enum Welcome: Equatable { case wanted, unwanted }

    mutating func arrived(_ digest: Digest, _ memory: SealedMemory) -> Welcome {
        guard self.wishes.removeValue(forKey: digest) != nil else { return .unwanted }
        self.cache[digest] = memory
        return .wanted
    }

    mutating func gaveUp(_ digest: Digest) -> Welcome {
        self.wishes.removeValue(forKey: digest) == nil ? .unwanted : .wanted
    }

    mutating func evict(_ digest: Digest) {
        self.release(digest)
        self.erase(digest)
        self.wishes[digest] = nil
    }

    // MARK: Disk

    /// Begins a way between memory and disk; answers its number.
    mutating func cross(_ digest: Digest) -> UInt64 {
        self.lastCrossing += 1
        self.crossings[digest] = self.lastCrossing
        return self.lastCrossing
    }

    /// The end of a way; nobody waits for it when the blob was forgotten, or went another since.
    mutating func crossed(_ digest: Digest, _ number: UInt64) -> Welcome {
        guard self.crossings[digest] == number else { return .unwanted }
        self.crossings[digest] = nil
        return .wanted
    }

    func spilled(_ digest: Digest) -> SpilledBlob? { self.copies[digest] }
    mutating func keep(_ spilled: SpilledBlob) { self.copies[spilled.blob.digest] = spilled }
    mutating func keep(_ memory: SealedMemory, of digest: Digest) { self.cache[digest] = memory }

    /// From memory.
    mutating func release(_ digest: Digest) { self.cache[digest] = nil }

    /// From disk, also what is on its way.
    mutating func erase(_ digest: Digest) {
        self.copies[digest] = nil
        self.crossings[digest] = nil
    }

    // MARK: Outputs

    mutating func keep(_ memory: [SealedMemory], _ outputs: [Output], of lease: Lease) {
        self.outputs[lease] = Array(zip(outputs, memory))
    }

    func outputs(of lease: Lease) -> [(Output, SealedMemory)]? { self.outputs[lease] }

    mutating func drop(_ lease: Lease) { self.outputs[lease] = nil }
}
