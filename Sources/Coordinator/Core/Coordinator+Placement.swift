import Wire

/// Which waiting trial goes to which worker.
///
/// The job is chosen first (see `Backlog`), then the worker (see `Roster.freest`). When the job
/// whose turn it is finds no room, nothing of less importance is placed either: it would stand
/// before that job in a worker's queue.
extension Coordinator {
    /// Jobs that only wait for another worker than those that lost their trials, at most so many
    /// are passed over in one turn.
    private static let passedOverMax = 16

    /// Fills what is free.
    ///
    /// - Complexity: O(log n) for each trial placed.
    mutating func place(_ turn: inout Turn) {
        guard self.placesFrom == nil else { return }
        var passedOver: [JobID] = []
        while passedOver.count < Self.passedOverMax, let job = self.backlog.first {
            switch self.placeSome(of: job, &turn) {
            case .placed: continue
            case .nothingWaits: self.rest(job)
            case .mustWait:
                self.rest(job)
                passedOver.append(job)
            case .noRoom:
                // Workers that do not admit this command may have room for others.
                if let lane = self.workloads[job]?.lane, lane.admittance != nil {
                    self.backlog.setAside(lane)
                    continue
                }
                for job in passedOver { self.wake(job) }
                return
            }
        }
        for job in passedOver { self.wake(job) }
    }

    enum Placement {
        case placed
        /// No worker takes more of this job.
        case noRoom
        /// All that waits was lost before, and the workers that did not lose it are full.
        case mustWait
        case nothingWaits
    }

    private mutating func placeSome(of job: JobID, _ turn: inout Turn) -> Placement {
        let check = self.nextCheck(of: job)
        if let check, self.place(check: check, of: job, &turn) == .placed { return .placed }
        let retry = self.nextRetry(of: job)
        if let retry {
            let placement = self.place(retry: retry, of: job, &turn)
            if placement != .mustWait { return placement }
        }
        guard self.hasFresh(job) else {
            return retry == nil && self.nextCheck(of: job) == nil ? .nothingWaits : .mustWait
        }
        guard let name = self.freest(for: job) else { return .noRoom }
        let room = self.room(at: name, for: job)
        guard room > 0 else { return .noRoom }
        let count = min(room, self.share(of: job))
        for _ in 0..<count where self.hasFresh(job) {
            guard let trial = self.workloads[job]?.takeFresh() else { break }
            self.lease(TrialID(job, trial), to: name, &turn)
        }
        return .placed
    }

    /// A model is best made where another worker can make the same.
    private func freest(for job: JobID) -> String? {
        let workload = self.workloads[job]
        if workload?.phase == .refitting, let name = self.roster.freestWithPeer() { return name }
        return self.roster.freest(
            holding: workload?.data, for: workload?.lane.admittance)
    }

    /// A trial that was lost goes to a worker that did not lose it, while there is one.
    private mutating func place(
        retry trial: UInt32, of job: JobID, _ turn: inout Turn
    ) -> Placement {
        guard let losses = self.ledger.jobs[job]?.record[trial]?.losses else {
            return .nothingWaits
        }
        let data = self.workloads[job]?.data
        let admittance = self.workloads[job]?.lane.admittance
        let suspects = Set(losses.map(\.worker)).sorted().filter {
            self.roster.takes($0, admittance)
        }
        let hasOthers = suspects.count < self.roster.servingCount(for: admittance)
        let name =
            hasOthers
            ? self.roster.freest(holding: data, for: admittance, except: suspects)
            : self.roster.freest(holding: data, for: admittance)
        guard let name, self.room(at: name, for: job) > 0 else {
            return hasOthers ? .mustWait : .noRoom
        }
        self.workloads[job]?.takeRetry()
        self.lease(TrialID(job, trial), to: name, &turn)
        return .placed
    }

    // Nothing here holds a workload while its queue changes: the queue would be copied.

    func room(at worker: String, for job: JobID) -> Int {
        let length = self.workloads[job]?.expectedLength ?? .zero
        return self.roster[worker]?.room(for: length, self.settings.prefetch) ?? 0
    }

    /// How many of the job's fresh trials one worker is given at once. Alone, a job spreads evenly
    /// what waits; among others each lease may change whose turn it is.
    private func share(of job: JobID) -> Int {
        guard let lane = self.workloads[job]?.lane, self.backlog.isAlone(lane) else { return 1 }
        let waiting = self.workloads[job]?.fresh.count ?? 0
        let workers = max(1, self.roster.servingCount(for: lane.admittance))
        return max(1, (waiting + workers - 1) / workers)
    }

    // MARK: The queue's front

    /// Whether a fresh trial waits; those that were adopted meanwhile are passed over.
    private mutating func hasFresh(_ job: JobID) -> Bool {
        while let trial = self.workloads[job]?.fresh.first {
            if self.isQueued(TrialID(job, trial)) { return true }
            self.workloads[job]?.takeFresh()
        }
        return false
    }

    private mutating func nextRetry(of job: JobID) -> UInt32? {
        while let trial = self.workloads[job]?.retries.first {
            if self.isQueued(TrialID(job, trial)) { return trial }
            self.workloads[job]?.takeRetry()
        }
        return nil
    }

    private func isQueued(_ trial: TrialID) -> Bool {
        self.ledger.jobs[trial.job]?.record[trial.index]?.isQueued == true
    }

    private mutating func rest(_ job: JobID) {
        if let lane = self.workloads[job]?.lane { self.backlog.rest(job, in: lane) }
    }

    // MARK: Leases begin

    mutating func lease(_ trial: TrialID, to name: String, _ turn: inout Turn) {
        precondition(
            self.leaseCount < .max, "this epoch has given all its leases; start the head again")
        self.leaseCount += 1
        let number = LeaseNumber(epoch: self.epoch, count: self.leaseCount)
        self.grant(trial, number, to: name)
        guard let session = self.roster[name]?.session,
            let workload = self.workloads[trial.job],
            let record = self.ledger.jobs[trial.job]?.record, let spec = record[trial.index]?.spec
        else { return }
        let assignment = Assignment(
            lease: Lease(trial, number), spec: spec,
            timeLimit: self.timeLimit(of: spec, in: record, now: turn.now))
        turn.assign(assignment, workload.trialClass, to: session)
        turn.touch(trial.job)
    }

    /// The worker holds the trial by this lease.
    mutating func grant(_ trial: TrialID, _ number: LeaseNumber, to name: String) {
        guard let workload = self.workloads[trial.job] else { return }
        if workload.trialClass.isRepeatable,
            self.ledger.jobs[trial.job]?.record[trial.index]?.isFinished == true
        {
            self.ledger.jobs[trial.job]?.record.leaseCheck(trial.index, number, to: name)
        } else {
            self.ledger.jobs[trial.job]?.record.lease(trial.index, number, to: name)
        }
        let held = Worker.Held(number: number, length: workload.expectedLength)
        self.roster.hold(trial, held, at: name)
        self.backlog.count(1, of: workload.lane.owner)
        if let data = workload.data { self.roster.bring(data, to: name) }
    }
}
