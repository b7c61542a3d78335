import Host
import Logging
import NIOCore
import Wire
import WorkerCore

// Slots: what the machine wants of runners, and what they report.
extension WorkerLoop: RunnerListener {
    func startRunner(_ slot: SlotNumber) {
        do {
            let (process, ends) = try RunnerProcess.prepare(self.launch)
            let runner = try RunnerChannel(
                process, ends, slot: slot, on: self.eventLoop, listener: self)
            self.runners[slot] = runner
            self.errands.keep(runner)
        } catch {
            let loss = Loss(.crashed, "the runner could not be prepared: \(error)")
            self.log.error("a runner could not be prepared", metadata: ["reason": "\(error)"])
            self.happened(.runnerDied(slot, loss))
        }
    }

    func killRunner(_ slot: SlotNumber) {
        self.runners.removeValue(forKey: slot)?.end()
        self.killCommand(slot)
    }

    /// The process of a runner has been reaped; called on any thread.
    func ended(_ runner: RunnerChannel, _ end: RunnerEnd) {
        self.eventLoop.execute {
            // Killed on purpose, and perhaps replaced already.
            guard self.runners[runner.slot] === runner else { return }
            self.runners[runner.slot] = nil
            runner.end()
            // The machine takes the slot for empty now.
            self.killCommand(runner.slot)
            let loss = runner.brokenRule.map { Loss(.crashed, $0) } ?? end.loss
            self.log.warning(
                "a runner ended",
                metadata: ["slot": "\(runner.slot.rawValue)", "reason": "\(loss.reason)"])
            self.happened(.runnerDied(runner.slot, loss))
        }
    }

    func runner(_ runner: RunnerChannel, reported reports: [RunnerReport]) {
        guard self.runners[runner.slot] === runner else { return }
        var events: [Event] = []
        do throws(BrokenRule) {
            for report in reports {
                if let event = try self.event(of: report, by: runner) { events.append(event) }
            }
        } catch {
            self.runner(runner, broke: error.sentence)
        }
        // What it reported before it broke a rule stands.
        self.happened(events)
    }

    private struct BrokenRule: Error {
        let sentence: String

        static let ofOrder = BrokenRule("it reports of a trial whose turn it is not")

        init(_ sentence: String) { self.sentence = sentence }
    }

    private func event(
        of report: RunnerReport, by runner: RunnerChannel
    ) throws(BrokenRule) -> Event? {
        switch report {
        case .ready(let environmentClass, let missing):
            guard environmentClass == self.environmentClass else {
                throw BrokenRule("it is of another class than its worker")
            }
            try self.accept(missing)
            runner.becameReady()
            self.becameWarm()
            return .runnerReady(runner.slot)
        case .predicted(let lease):
            try self.receivePredictions(of: lease, from: runner)
            return nil
        case .finished(let lease, let outcome):
            try self.receiveOutputs(of: lease, outcome, from: runner)
            return .runnerFinished(runner.slot, lease, outcome)
        }
    }

    func runner(_ runner: RunnerChannel, broke rule: String) {
        guard self.runners[runner.slot] === runner else { return }
        // Its death follows, and with it the event.
        runner.end(for: "the runner broke the protocol: \(rule)")
    }

    private func receiveOutputs(
        of lease: Lease, _ outcome: Outcome, from runner: RunnerChannel
    ) throws(BrokenRule) {
        guard let finished = runner.finished(lease) else { throw BrokenRule.ofOrder }
        self.keepPredictions(finished, outcome)
        guard case .scored(_, let outputs) = outcome.result, !outputs.isEmpty else { return }
        do throws(HostError) {
            self.shelf.keep(try runner.receiveOutputs(outputs), outputs, of: lease)
        } catch {
            throw BrokenRule(error.description)
        }
    }

    private func receivePredictions(
        of lease: Lease, from runner: RunnerChannel
    ) throws(BrokenRule) {
        let memory: SealedMemory?
        do throws(HostError) {
            memory = try runner.receivePredictions(of: lease)
        } catch {
            throw BrokenRule(error.description)
        }
        guard memory != nil else { throw BrokenRule.ofOrder }
    }

    private func keepPredictions(_ finished: RunnerChannel.Finished, _ outcome: Outcome) {
        guard let memory = finished.predictions, case .lesson(let lesson) = finished.trialClass,
            let recipe = finished.spec.recipe, let metric = lesson.metrics.first,
            let score = outcome.score(metric)
        else { return }
        self.predictions.keep(memory, of: recipe, scored: score, in: lesson)
    }

    /// Runs a trial; what its ensemble is chosen by goes before it, as far as it is known.
    func run(_ trialClass: TrialClass, _ spec: TrialSpec, _ lease: Lease, in slot: SlotNumber) {
        do throws(HostError) {
            try self.tell(slot) { (runner) throws(HostError) in
                if case .lesson(let lesson) = trialClass, !spec.companions.isEmpty {
                    for recipe in (spec.recipe.map { [$0] } ?? []) + spec.companions {
                        guard let memory = self.predictions.memory(of: recipe, in: lesson) else {
                            continue
                        }
                        try runner.recall(recipe, memory)
                    }
                }
                runner.run(lease, trialClass, spec)
            }
        } catch {
            guard let runner = self.runners[slot] else { return }
            self.runner(runner, broke: "it does not take what others predicted: \(error)")
        }
    }

    func attach(_ blob: Blob, to slot: SlotNumber) {
        guard let runner = self.runners[slot] else { return }
        guard let memory = self.shelf.memory(of: blob.digest) else {
            preconditionFailure("the machine attaches \(blob.digest), which is not in the cache")
        }
        do throws(HostError) {
            try self.tell(slot) { (runner) throws(HostError) in try runner.attach(blob, memory) }
        } catch {
            self.runner(runner, broke: "it does not take its data: \(error)")
        }
    }

    /// An operator must know what this host cannot do, and once is enough. What one runner of this
    /// host could do any other can: one that misses more was refused it by accident, and may not
    /// run.
    private func accept(_ missing: [String]) throws(BrokenRule) {
        guard let known = self.missingProtections else {
            self.missingProtections = Set(missing)
            guard !missing.isEmpty else { return }
            self.log.warning(
                "this host cannot protect itself from trials as it should",
                metadata: ["missing": "\(missing.joined(separator: ", "))"])
            return
        }
        let more = Set(missing).subtracting(known).sorted()
        guard more.isEmpty else {
            let list = more.joined(separator: ", ")
            throw BrokenRule("it lacks protections that others here have: \(list)")
        }
    }
}
