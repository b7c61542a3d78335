import Wire

/// Which blobs the worker has, or is fetching, and what it has room for.
///
/// ```
///          fetch                 arrive              release
/// (none) ────────▶ ┌──────────┐ ────────▶ ┌─────────┐ ─────▶ ┌────────┐
///                  │ FETCHING │           │ PRESENT │        │ STORED │
///            ┌───▶ └──────────┘           └─────────┘        └────────┘
///       wait │          │ fail             arrive ▲               │ load
///        ┌─────────┐    │                     ┌─────────┐         │
///        │ WAITING │ ◀──┘                     │ LOADING │ ◀───────┘
///        └─────────┘                          └─────────┘
/// ```
///
/// Any of them may be evicted. A blob is released only when its copy on disk is whole; the copy
/// stays when the blob is loaded, so that it is released again for nothing.
struct Cache: Equatable, Sendable {
    let bytesMax: UInt64
    let spillBytesMax: UInt64
    private(set) var entries: [Digest: Entry] = [:]
    /// Of all entries but those that are stored, since what is being brought will need its room.
    private(set) var bytes: UInt64 = 0
    /// Of copies on disk, those included that are being written.
    private(set) var spillBytes: UInt64 = 0
    /// Entries that may stay only while a trial that reads them is here.
    private(set) var uncachedCount = 0
    private var uses: UInt64 = 0

    init(bytesMax: UInt64, spillBytesMax: UInt64 = 0) {
        self.bytesMax = bytesMax
        self.spillBytesMax = spillBytesMax
    }

    struct Entry: Equatable, Sendable {
        let blob: Blob
        /// How long it may be kept, by the strictest of those that read it.
        fileprivate(set) var mode: CacheMode
        fileprivate(set) var state: State
        fileprivate(set) var copy = Copy.none
        /// When it was last used, counted in uses.
        fileprivate(set) var lastUse: UInt64
        fileprivate(set) var failures = 0
        /// It has come, and no trial has read it since.
        fileprivate(set) var isUnread = false
    }

    enum State: Equatable, Sendable {
        case fetching
        case waiting(until: Instant)
        case present
        /// On disk, and not in memory.
        case stored
        /// From disk.
        case loading
    }

    /// What lies on disk beside what is in memory.
    enum Copy: Equatable, Sendable { case none, writing, whole }

    func holds(_ blobs: [Blob]) -> Bool {
        blobs.allSatisfy { self.entries[$0.digest]?.state == .present }
    }

    /// What is in memory, the least recently used first.
    var present: [Digest] { self.digests { $0 == .present } }

    /// The same with what is on disk.
    var held: [Digest] { self.digests { $0 == .present || $0 == .stored || $0 == .loading } }

    private func digests(where isWanted: (State) -> Bool) -> [Digest] {
        self.entries.values.filter { isWanted($0.state) }
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

    // MARK: Fetching

    mutating func fetch(_ blob: Blob, mode: CacheMode) {
        self.uses += 1
        if self.entries[blob.digest] == nil {
            self.bytes += blob.size
            if mode == .off { self.uncachedCount += 1 }
            self.entries[blob.digest] = Entry(
                blob: blob, mode: mode, state: .fetching, lastUse: self.uses)
        } else {
            self.entries[blob.digest]?.state = .fetching
        }
    }

    mutating func arrive(_ digest: Digest) {
        self.entries[digest]?.state = .present
        self.entries[digest]?.isUnread = true
    }

    func isUnread(_ blob: Blob) -> Bool { self.entries[blob.digest]?.isUnread ?? false }

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
        for blob in blobs {
            self.entries[blob.digest]?.lastUse = self.uses
            self.entries[blob.digest]?.isUnread = false
        }
    }

    // MARK: Disk

    mutating func spill(_ digest: Digest) {
        guard let entry = self.entries[digest], entry.copy == .none else { return }
        self.entries[digest]?.copy = .writing
        self.spillBytes += entry.blob.size
    }

    mutating func spilled(_ digest: Digest) {
        if self.entries[digest]?.copy == .writing { self.entries[digest]?.copy = .whole }
    }

    /// It is not tried again: what failed once will fail for the next blob too, and that is told.
    mutating func spillFailed(_ digest: Digest) {
        guard let entry = self.entries[digest], entry.copy == .writing else { return }
        self.dropCopy(of: entry)
        self.entries[digest]?.mode = min(entry.mode, .memory)
    }

    /// - Requires: Its copy is whole.
    mutating func release(_ digest: Digest) {
        guard let entry = self.entries[digest], entry.copy == .whole else {
            preconditionFailure("\(digest) leaves memory without a copy")
        }
        self.entries[digest]?.state = .stored
        self.bytes -= entry.blob.size
    }

    mutating func load(_ digest: Digest) {
        guard let entry = self.entries[digest], entry.state == .stored else { return }
        self.uses += 1
        self.entries[digest]?.lastUse = self.uses
        self.entries[digest]?.state = .loading
        self.bytes += entry.blob.size
    }

    enum Restricted { case asItWas, notOnDisk, nowhere }

    /// Somebody reads the blob for whom it may be kept no longer than this.
    ///
    /// - Returns: where it must not lie any more.
    mutating func restrict(_ digest: Digest, to mode: CacheMode) -> Restricted {
        guard let entry = self.entries[digest], mode < entry.mode else { return .asItWas }
        self.entries[digest]?.mode = mode
        if mode == .off { self.uncachedCount += 1 }
        guard entry.copy != .none else { return .asItWas }
        if entry.state == .stored || entry.state == .loading { return .nowhere }
        self.dropCopy(of: entry)
        return .notOnDisk
    }

    private mutating func dropCopy(of entry: Entry) {
        self.spillBytes -= entry.blob.size
        self.entries[entry.blob.digest]?.copy = .none
    }

    mutating func remove(_ digest: Digest) {
        guard let entry = self.entries.removeValue(forKey: digest) else { return }
        if entry.state != .stored { self.bytes -= entry.blob.size }
        if entry.copy != .none { self.spillBytes -= entry.blob.size }
        if entry.mode == .off { self.uncachedCount -= 1 }
    }
}
