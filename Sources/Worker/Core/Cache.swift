import Wire

/// Which blobs the worker has, or is fetching, and what it has room for.
///
/// ```
///          fetch                 arrive
/// (none) ────────▶ ┌──────────┐ ────────▶ ┌─────────┐  evict
///                  │ FETCHING │           │ PRESENT │ ───────▶ (none)
///            ┌───▶ └──────────┘           └─────────┘
///       wait │          │ fail
///        ┌─────────┐    │
///        │ WAITING │ ◀──┘
///        └─────────┘
/// ```
struct Cache: Equatable, Sendable {
    let bytesMax: UInt64
    private(set) var entries: [Digest: Entry] = [:]
    /// Of all entries, since what is being fetched will need its room.
    private(set) var bytes: UInt64 = 0
    private var uses: UInt64 = 0

    init(bytesMax: UInt64) { self.bytesMax = bytesMax }

    struct Entry: Equatable, Sendable {
        let blob: Blob
        fileprivate(set) var state: State
        /// When it was last used, counted in uses.
        fileprivate(set) var lastUse: UInt64
        fileprivate(set) var failures = 0
    }

    enum State: Equatable, Sendable {
        case fetching
        case waiting(until: Instant)
        case present
    }

    func holds(_ blobs: [Blob]) -> Bool {
        blobs.allSatisfy { self.entries[$0.digest]?.state == .present }
    }

    /// The least recently used first.
    var present: [Digest] {
        self.entries.values.filter { $0.state == .present }
            // Blobs of one class are used at once; then their names decide, not the dictionary.
            .sorted { ($0.lastUse, $0.blob.digest) < ($1.lastUse, $1.blob.digest) }
            .map(\.blob.digest)
    }

    /// When a failed fetch may be tried again.
    var retryAt: Instant? {
        self.entries.values.compactMap { entry in
            if case .waiting(let instant) = entry.state { instant } else { nil }
        }.min()
    }

    /// Makes room for these blobs.
    ///
    /// - Parameter keeping: Blobs that must stay, whether or not they were used lately.
    /// - Returns: What must be evicted first, or nil when there is no room even so.
    func evictions(for blobs: [Blob], keeping: Set<Digest>) -> [Digest]? {
        var missing: UInt64 = 0
        var seen = keeping
        for blob in blobs {
            seen.insert(blob.digest)
            if self.entries[blob.digest] == nil { missing += blob.size }
        }
        var evicted: [Digest] = []
        var bytes = self.bytes
        for digest in self.present where bytes + missing > self.bytesMax && !seen.contains(digest) {
            bytes -= self.entries[digest]?.blob.size ?? 0
            evicted.append(digest)
        }
        return bytes + missing <= self.bytesMax ? evicted : nil
    }

    mutating func fetch(_ blob: Blob) {
        self.uses += 1
        if self.entries[blob.digest] == nil {
            self.bytes += blob.size
            self.entries[blob.digest] = Entry(blob: blob, state: .fetching, lastUse: self.uses)
        } else {
            self.entries[blob.digest]?.state = .fetching
        }
    }

    mutating func arrive(_ digest: Digest) { self.entries[digest]?.state = .present }

    /// Returns how often it has failed in a row; nil when nobody waits for it.
    mutating func fail(_ digest: Digest, until instant: (Int) -> Instant) -> Int? {
        guard let failures = self.entries[digest]?.failures else { return nil }
        self.entries[digest]?.failures = failures + 1
        self.entries[digest]?.state = .waiting(until: instant(failures + 1))
        return failures + 1
    }

    /// Forgets failed fetches whose wait is over: whoever still needs them has begun again.
    mutating func forgetFailed(before now: Instant) {
        guard let first = self.retryAt, first <= now else { return }
        for (digest, entry) in self.entries {
            // Each is judged alone, so that the order is of no account.
            if case .waiting(let instant) = entry.state, instant <= now { self.remove(digest) }
        }
    }

    mutating func use(_ blobs: [Blob]) {
        self.uses += 1
        for blob in blobs { self.entries[blob.digest]?.lastUse = self.uses }
    }

    mutating func remove(_ digest: Digest) {
        guard let entry = self.entries.removeValue(forKey: digest) else { return }
        self.bytes -= entry.blob.size
    }
}
