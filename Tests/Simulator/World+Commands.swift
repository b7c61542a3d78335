import CoordinatorCore
import Wire
import WorkerCore

/// Programs that say how far they have come, and obey when they are told to stop.
extension World {
    /// One step that a trial will report.
    struct Step {
        let lease: Lease
        let progress: Progress
        let worker: Int
        let life: Int
        let slot: SlotNumber
        let generation: Int
    }

    /// Four reports, spread over the trial's time.
    mutating func planProgress(
        of lease: Lease, _ recipe: Recipe, over duration: Duration, in slot: SlotNumber,
        of index: Int
    ) {
        for step in 1...4 as ClosedRange<UInt32> {
            let score = Score("rmse", Truth.score(ofCommand: recipe, at: step))
            self.plan(
                .progress(
                    Step(
                        lease: lease, progress: Progress(step: step, scores: [score]),
                        worker: index, life: self.workers[index].life, slot: slot,
                        generation: self.workers[index].runners[slot]?.generation ?? 0)),
                in: duration * Int(step) / 5)
        }
    }

    mutating func report(_ step: Step) throws(Broken) {
        guard self.workers[step.worker].life == step.life,
            let runner = self.workers[step.worker].runners[step.slot],
            runner.generation == step.generation, runner.hand.first == step.lease
        else { return }
        self.promises.note(step.progress, of: step.lease)
        try self.tellWorker(
            step.worker, step.life, .trialProgressed(step.slot, step.lease, step.progress))
    }

    /// A program that is told to stop ends soon, with what it has.
    mutating func stop(_ lease: Lease, in slot: SlotNumber, of index: Int) {
        guard let runner = self.workers[index].runners[slot], runner.hand.first == lease else {
            return
        }
        let scores = self.promises.progress[lease]?.scores ?? []
        let cost = Cost(cpu: .zero, wall: .milliseconds(40), memoryBytes: 1 << 20)
        let outcome = Outcome(.scored(scores: scores, outputs: []), cost: cost)
        self.plan(
            .runner(
                index, life: self.workers[index].life, slot, generation: runner.generation,
                .runnerFinished(slot, lease, outcome)),
            in: self.chance.duration(0...20))
    }

    /// An operator vouches for something that a program made.
    mutating func clearTaint() {
        guard let taint = self.head.coordinator?.taints().first(where: { $0.clearance == nil })
        else { return }
        self.tellHead(
            .clearTaint(
                [taint.digest], reason: "looked at", by: "operator/olga",
                request: self.users.askForClearance()))
    }

    // MARK: What must hold

    func invariantCommandsRunWhereTheyAreAdmitted(
        _ message: LinkMessage, to session: SessionNumber
    ) throws(Broken) {
        guard case .assignments(let groups) = message, let link = self.head.sessions[session] else {
            return
        }
        let index = self.links[link].worker
        for group in groups {
            guard case .command(let command, let owner) = group.trialClass else { continue }
            if !self.plan.policies[index].admits(command, of: owner) {
                throw Broken("\(self.workers[index].name) is given a command of \(owner)")
            }
            for assignment in group.assignments
            where self.promises.owners[assignment.lease.trial.job] != owner {
                throw Broken("\(assignment.lease) is said to be of \(owner), who did not submit it")
            }
        }
    }

    /// A trial is stopped only by what it reported, and by a fact.
    func invariantVerdictsAreDurable(_ message: LinkMessage) throws(Broken) {
        guard case .verdicts(let verdicts) = message else { return }
        for verdict in verdicts {
            if self.promises.progress[verdict.lease] == nil {
                throw Broken("\(verdict.lease) has a verdict and never reported")
            }
            if verdict.ruling == .stop, !self.promises.stopped.contains(verdict.lease.trial) {
                throw Broken("\(verdict.lease) is stopped, but no journal holds that")
            }
        }
    }

    /// What the commit has of a tainted job's files, it has as tainted, also when it crashed on the
    /// way.
    func invariantNoOutputOfACommandIsWithoutTaint() throws(Broken) {
        for digest in self.promises.mustBeTainted.sorted(by: { "\($0)" < "\($1)" })
        where !self.promises.tainted.contains(digest) {
            throw Broken("\(digest) was made by a program, and nobody would warn of it")
        }
    }

    /// A job that reads tainted bytes knows it.
    func invariantTaintIsInherited(_ record: JobRecord) throws(Broken) {
        let expected = self.promises.sources[record.id] ?? []
        if Set(record.taintedBy) != expected {
            throw Broken("\(record.id) comes from \(record.taintedBy), not from \(expected)")
        }
    }
}
