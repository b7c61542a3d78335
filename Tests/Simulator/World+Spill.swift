import Wire
import WorkerCore

/// The disks of workers, as they are played.
extension World {
    mutating func spill(_ digest: Digest, of index: Int) throws(Broken) {
        try self.invariantSpilledBlobsMayLieThere(index, digest)
        self.cross(digest, of: index, failing: .blobSpillFailed(digest), else: .blobSpilled(digest))
    }

    mutating func load(_ digest: Digest, to index: Int) throws(Broken) {
        guard self.workers[index].disk.contains(digest) else {
            throw Broken("\(self.workers[index].name) loads a blob that is not on its disk")
        }
        self.cross(digest, of: index, failing: .blobLoadFailed(digest), else: .blobArrived(digest))
    }

    mutating func erase(_ digest: Digest, from index: Int) {
        self.workers[index].disk.remove(digest)
        self.workers[index].crossings[digest, default: 0] += 1
    }

    /// A way between memory and disk, which now and then leads nowhere.
    private mutating func cross(
        _ digest: Digest, of index: Int, failing failure: WorkerCore.Event,
        else event: WorkerCore.Event
    ) {
        let number = self.workers[index].crossings[digest, default: 0] + 1
        self.workers[index].crossings[digest] = number
        let end = self.chance.once(in: 8) ? failure : event
        self.plan(
            .workerCrosses(
                index, life: self.workers[index].life, digest, number: number, end),
            in: self.chance.duration(1...30))
    }

    mutating func crossed(
        _ index: Int, _ life: Int, _ digest: Digest, _ number: Int, _ event: WorkerCore.Event
    ) throws(Broken) {
        guard self.workers[index].life == life, self.workers[index].crossings[digest] == number
        else { return }
        switch event {
        case .blobSpilled: self.workers[index].disk.insert(digest)
        case .blobLoadFailed: self.workers[index].disk.remove(digest)
        default: break
        }
        try self.tellWorker(index, life, event)
    }

    // MARK: What must hold

    func invariantReleasedBlobsAreOnDisk(
        _ worker: PlayedWorker, _ digest: Digest
    ) throws(Broken) {
        guard worker.disk.contains(digest) else {
            throw Broken("\(worker.name) releases a blob that is nowhere else")
        }
    }

    /// The strictest of those that have read it decides, and the worker.
    func invariantSpilledBlobsMayLieThere(
        _ index: Int, _ digest: Digest
    ) throws(Broken) {
        let worker = self.workers[index]
        guard worker.blobs.contains(digest) else {
            throw Broken("\(worker.name) spills a blob that its memory does not hold")
        }
        let mode = min(worker.modes[digest] ?? .disk, self.plan.workers[index].cacheMode)
        guard mode == .disk else {
            throw Broken("\(worker.name) spills a blob that a job wants kept \(mode)")
        }
    }

    /// A trial begins to read these, for as long as its job says.
    mutating func invariantDiskIsLeftToWhoAllowsIt(
        _ index: Int, _ trialClass: TrialClass
    ) throws(Broken) {
        guard let mode = trialClass.cache else { return }
        for blob in trialClass.blobs {
            let before = self.workers[index].modes[blob.digest] ?? .disk
            self.workers[index].modes[blob.digest] = min(before, mode)
            if mode < .disk, self.workers[index].disk.contains(blob.digest) {
                let name = self.workers[index].name
                throw Broken("\(name) leaves a blob on disk that a job wants kept \(mode)")
            }
        }
    }
}
