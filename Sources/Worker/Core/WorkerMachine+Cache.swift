import Wire

/// How long data stays here, and where.
extension WorkerMachine {
    /// A job may ask for less than the worker does for others, and never for more.
    func cacheMode(of trialClass: TrialClass) -> CacheMode {
        min(trialClass.cache ?? self.settings.cacheMode, self.settings.cacheMode)
    }

    /// A trial that may keep blobs no longer than this begins to read them.
    mutating func useCached(_ blobs: [Blob], upTo mode: CacheMode, _ turn: inout Turn) {
        self.cache.use(blobs)
        self.restrict(blobs, to: mode, &turn)
    }

    /// What another job let lie on disk goes from there when one that reads it asks for less.
    mutating func restrict(_ blobs: [Blob], to mode: CacheMode, _ turn: inout Turn) {
        for blob in blobs {
            switch self.cache.restrict(blob.digest, to: mode) {
            case .asItWas: continue
            case .notOnDisk: turn.say(.erase(blob.digest))
            case .nowhere: self.evict(blob.digest, &turn)
            }
        }
    }

    /// Has blobs leave memory that are used the least, to disk where they may lie there.
    ///
    /// - Returns: whether there is room now; if not, there may be when something was written.
    mutating func makeRoom(
        for blobs: [Blob], keeping kept: Set<Digest>, _ turn: inout Turn
    ) -> Bool {
        guard let plan = self.cache.plan(for: blobs, keeping: kept) else { return false }
        for step in plan.steps {
            switch step {
            case .evict(let digest): self.evict(digest, &turn)
            case .spill(let digest):
                self.cache.spill(digest)
                turn.say(.spill(digest))
            case .release(let digest):
                self.cache.release(digest)
                self.detach(digest)
                turn.say(.release(digest))
            }
        }
        return plan.isThereNow
    }

    /// Forgets what may stay only while a trial that reads it is here.
    mutating func dropUncached(_ turn: inout Turn) {
        guard self.cache.uncachedCount > 0 else { return }
        var needed = self.blobsInUse
        for job in self.line.jobs {
            needed.formUnion(self.line.trialClass(of: job)?.blobs.map(\.digest) ?? [])
        }
        for digest in self.cache.present where !needed.contains(digest) {
            if self.cache.entries[digest]?.mode == .off { self.evict(digest, &turn) }
        }
    }

    private mutating func evict(_ digest: Digest, _ turn: inout Turn) {
        self.cache.remove(digest)
        self.detach(digest)
        turn.say(.evict(digest))
    }

    private mutating func detach(_ digest: Digest) {
        for index in self.slots.indices { self.slots[index].detach(digest) }
    }
}
