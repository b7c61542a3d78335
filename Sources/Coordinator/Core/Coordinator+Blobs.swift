package import Wire

/// Which bytes a worker may see and bring: those of the trials that are leased to it.
extension Coordinator {
    /// Judges a worker's wish to read a blob.
    ///
    /// - Parameter session: The control session that the bulk link named.
    package func judgeFetch(_ session: SessionNumber, _ fetch: Fetch) -> BlobJudgement {
        guard let trialClass = self.trialClass(of: fetch.lease, at: session) else {
            return .refused(reason: "\(fetch.lease) is not the worker's")
        }
        guard let blob = trialClass.blobs.first(where: { $0.digest == fetch.digest }) else {
            return .refused(reason: "\(fetch.lease.trial) does not read this blob")
        }
        guard fetch.offset <= blob.size else {
            return .refused(reason: "the offset lies behind the end of the blob")
        }
        return .allowed(blob)
    }

    /// Judges a worker's wish to bring a blob that its trial made.
    package func judgePut(_ session: SessionNumber, _ put: Put) -> BlobJudgement {
        guard let trialClass = self.trialClass(of: put.lease, at: session) else {
            return .refused(reason: "\(put.lease) is not the worker's")
        }
        let bytesMax: UInt64
        switch trialClass {
        case .idle: return .refused(reason: "\(put.lease.trial) makes no blobs")
        case .lesson: bytesMax = Limits.blobBytesMax
        // It was written in the trial's scratch.
        case .command(let command, _): bytesMax = command.resources.scratchBytes
        }
        guard put.blob.size <= bytesMax else {
            return .refused(reason: "a blob of this trial has at most \(bytesMax) bytes")
        }
        return .allowed(put.blob)
    }

    private func trialClass(of lease: Lease, at session: SessionNumber) -> TrialClass? {
        guard let name = self.roster.worker(of: session),
            let held = self.roster[name]?.held[lease.trial], held.number == lease.number
        else { return nil }
        return self.workloads[lease.trial.job]?.trialClass
    }
}

package enum BlobJudgement: Equatable, Sendable {
    case allowed(Blob)
    case refused(reason: String)
}
