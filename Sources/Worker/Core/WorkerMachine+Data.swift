import Wire

/// Data that trials read, and outputs that they make.
extension WorkerMachine {
    // MARK: What is read

    /// Fetches what waiting trials read, as far as the cache has room, the first lane first.
    mutating func fetchData(_ turn: inout Turn) {
        guard self.isLinked, !self.line.isEmpty else { return }
        var needed: Set<Digest>? = nil
        for job in self.line.jobs {
            guard let trialClass = self.line.trialClass(of: job),
                !self.cache.holds(trialClass.blobs)
            else { continue }
            let kept = needed ?? self.blobsInUse.union(self.blobsUnread)
            // Strictly in order, or a small lane could keep a large one out for ever.
            guard self.admit(job, trialClass, keeping: kept, &turn) else { return }
            needed = kept.union(trialClass.blobs.map(\.digest))
        }
    }

    /// False when the lane must wait until others have left.
    private mutating func admit(
        _ job: JobID, _ trialClass: TrialClass, keeping kept: Set<Digest>, _ turn: inout Turn
    ) -> Bool {
        let blobs = trialClass.blobs
        guard let lease = self.line.first(of: job)?.lease else { return true }
        guard blobs.reduce(0, { $0 + $1.size }) <= self.cache.bytesMax else {
            let loss = Loss(
                .dataUnavailable,
                "its data is larger than the cache of \(self.cache.bytesMax) bytes")
            for lease in self.line.removeAll(of: job) { self.lose(lease, loss, &turn) }
            return true
        }
        let mode = self.cacheMode(of: trialClass)
        self.restrict(blobs, to: mode, &turn)
        guard self.makeRoom(for: blobs, keeping: kept, &turn) else { return false }
        for blob in blobs {
            switch self.cache.entries[blob.digest]?.state {
            case .present, .fetching, .loading: continue
            case .waiting(let instant) where instant > turn.now: continue
            case .stored:
                self.cache.load(blob.digest)
                turn.say(.load(blob.digest))
            case .waiting, nil:
                self.cache.fetch(blob, mode: mode)
                turn.say(.fetch(blob, for: lease))
            }
        }
        return true
    }

    /// What running trials read.
    var blobsInUse: Set<Digest> {
        Set(self.slots.flatMap { $0.running?.trialClass.blobs.map(\.digest) ?? [] })
    }

    /// What has come for lanes that now have all that they read, and whose trials have not begun.
    ///
    /// It stays until one has: two lanes of which the cache holds one at a time would else send
    /// each other's data away before it was read, for ever.
    private var blobsUnread: Set<Digest> {
        Set(
            self.line.jobs.flatMap { job in
                let blobs = self.line.trialClass(of: job)?.blobs ?? []
                let waits = self.cache.holds(blobs) && blobs.contains(where: self.cache.isUnread)
                return waits ? blobs.map(\.digest) : []
            })
    }

    mutating func blobFailed(_ digest: Digest, _ reason: String, _ turn: inout Turn) {
        let backoff = self.settings.transfer.backoff
        let now = turn.now
        let count = self.cache.fail(digest) { now + backoff.wait(after: $0) }
        guard let failures = count else { return }
        // Without a link nothing can be had; that is nobody's failure.
        guard self.isLinked else { return self.cache.remove(digest) }
        guard failures >= self.settings.transfer.attemptsMax else { return }
        self.cache.remove(digest)
        let loss = Loss(.dataUnavailable, reason)
        for job in self.line.jobs {
            let blobs = self.line.trialClass(of: job)?.blobs ?? []
            guard blobs.contains(where: { $0.digest == digest }) else { continue }
            for lease in self.line.removeAll(of: job) { self.lose(lease, loss, &turn) }
        }
    }

    // MARK: What is made

    /// Keeps an outcome until the head has acknowledged it.
    mutating func keep(_ outcome: Outcome, of lease: Lease, _ turn: inout Turn) {
        let result = KeptResult(outcome)
        self.results[lease] = result
        if result.state != .ready {
            self.unstored.insert(lease)
        } else if self.isLinked {
            turn.report(lease, .finished(outcome))
        }
    }

    /// Nobody needs the result any more.
    mutating func dropResult(of lease: Lease, _ turn: inout Turn) {
        guard let result = self.results.removeValue(forKey: lease) else { return }
        self.unstored.remove(lease)
        if !result.outcome.outputs.isEmpty { turn.say(.dropOutputs(lease)) }
    }

    /// Brings outputs to the head that are not on their way yet.
    mutating func storeResults(_ turn: inout Turn) {
        guard self.isLinked, !self.unstored.isEmpty else { return }
        for lease in self.unstored.sorted(by: { $0.number < $1.number }) {
            guard let result = self.results[lease], case .waiting(let instant) = result.state,
                instant.map({ $0 <= turn.now }) ?? true
            else { continue }
            self.results[lease]?.store()
            turn.say(.storeOutputs(lease, result.outcome.outputs))
        }
    }

    mutating func outputsStored(_ lease: Lease, _ turn: inout Turn) {
        guard let result = self.results[lease] else { return }
        self.results[lease]?.stored()
        self.unstored.remove(lease)
        if self.isLinked { turn.report(lease, .finished(result.outcome)) }
    }

    mutating func outputsFailed(_ lease: Lease, _ reason: String, _ turn: inout Turn) {
        // After a disconnect everything is stored again in any case.
        guard self.isLinked, self.results[lease]?.state == .storing else { return }
        let backoff = self.settings.transfer.backoff
        self.results[lease]?.fail { turn.now + backoff.wait(after: $0) }
        guard let failures = self.results[lease]?.failures,
            failures >= self.settings.transfer.attemptsMax
        else { return }
        self.dropResult(of: lease, &turn)
        self.lose(lease, Loss(.dataUnavailable, "its outputs were not stored: \(reason)"), &turn)
    }
}
