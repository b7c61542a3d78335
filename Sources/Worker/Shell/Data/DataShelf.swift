import Host
import Wire

/// The blobs in this worker's memory: data sets from the head, and outputs on their way to it.
///
/// It holds and hands out; what comes and goes is decided by the machine.
struct DataShelf {
    private var cache: [Digest: SealedMemory] = [:]
    /// Blobs that are still wanted from the head, each with a lease that entitles to it.
    private var wishes: [Digest: (blob: Blob, lease: Lease)] = [:]
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
        self.cache[digest] = nil
        self.wishes[digest] = nil
    }

    // MARK: Outputs

    mutating func keep(_ memory: [SealedMemory], _ outputs: [Output], of lease: Lease) {
        self.outputs[lease] = Array(zip(outputs, memory))
    }

    func outputs(of lease: Lease) -> [(Output, SealedMemory)]? { self.outputs[lease] }

    mutating func drop(_ lease: Lease) { self.outputs[lease] = nil }
}
