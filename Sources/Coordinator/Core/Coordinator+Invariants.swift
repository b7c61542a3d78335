package import Search
package import Wire

/// What must hold between any two events, for tests and the simulator to check.
extension Coordinator {
    /// What a replay of the journal must bring back: everything but leases and sessions.
    package struct Durable: Equatable, Sendable {
        package let records: [JobRecord]
        package let studies: [Study?]
        package let rules: [MedianRule?]
        package let taints: [TaintRecord]
        package let drained: [String]
        package let quarantined: [String: QuarantineRecord]
        package let confirmed: [String: UInt32]
        package let lastJob: JobID
    }

    /// - Complexity: O(trials): for tests.
    package var durable: Durable {
        let jobs = self.ledger.jobs.sorted { $0.key < $1.key }.map(\.value)
        return Durable(
            records: jobs.map(\.record.withoutLeases),
            // Whether a study is closed follows from the time, not from the facts.
            studies: jobs.map { job in
                var study = job.study
                study?.close()
                return study
            },
            rules: jobs.map(\.rule), taints: self.taints(),
            drained: self.ledger.drained.sorted(), quarantined: self.ledger.quarantined,
            confirmed: self.ledger.confirmed, lastJob: self.ledger.lastJob)
    }

    /// One sentence for each thing that two parts of the state disagree about.
    ///
    /// - Complexity: O(trials): for tests.
    package var contradictions: [String] {
        var found: [String] = []
        var leases: [String: Int] = [:]
        for (id, job) in self.ledger.jobs.sorted(by: { $0.key < $1.key }) {
            guard let workload = self.workloads[id] else {
                found.append("\(id) is live without a workload")
                continue
            }
            let waiting = Set(workload.fresh).union(workload.retries)
            let counts = job.record.counts
            let queued = job.record.trials.filter(\.isQueued)
            if queued.count != counts.queued {
                found.append("\(id) counts \(counts.queued) queued trials, not \(queued.count)")
            }
            for trial in queued where !waiting.contains(trial.index) {
                found.append("\(id)/\(trial.index) is queued, but no queue holds it")
            }
            for case (let trial, .leased(let leased)) in job.record.trials.map({ ($0, $0.state) }) {
                leases[job.record.owner, default: 0] += 1
                let held = self.roster[leased.worker]?.held[TrialID(id, trial.index)]
                if held?.number != leased.number {
                    found.append("\(id)/\(trial.index) is leased, but \(leased.worker) has it not")
                }
            }
        }
        found += self.contradictionsOfChecks(&leases)
        let held = self.roster.workers.values.reduce(0) { $0 + $1.held.count }
        let leased = self.ledger.jobs.values.reduce(0) { sum, job in
            sum + job.record.counts.leased + job.record.checks.values.count { $0.lease != nil }
        }
        if held != leased { found.append("\(leased) trials are leased, but workers hold \(held)") }
        for (owner, count) in leases.sorted(by: { $0.key < $1.key })
        where self.backlog.leases(of: owner) != count {
            found.append("\(owner) has \(count) leases, not \(self.backlog.leases(of: owner))")
        }
        if self.workloads.count != self.ledger.jobs.count {
            found.append("there are workloads of jobs that are not live")
        }
        return found
    }
}
