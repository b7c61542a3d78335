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
    }

    /// The process of a runner has been reaped; called on any thread.
    func ended(_ runner: RunnerChannel, _ end: RunnerEnd) {
        self.eventLoop.execute {
            // Killed on purpose, and perhaps replaced already.
            guard self.runners[runner.slot] === runner else { return }
            self.runners[runner.slot] = nil
            runner.end()
            let loss = runner.brokenRule.map { Loss(.crashed, $0) } ?? end.loss
            self.log.warning(
                "a runner ended",
                metadata: ["slot": "\(runner.slot.rawValue)", "reason": "\(loss.reason)"])
            self.happened(.runnerDied(runner.slot, loss))
        }
    }

    func runner(_ runner: RunnerChannel, reported report: RunnerReport) {
        guard self.runners[runner.slot] === runner else { return }
        switch report {
        case .ready(let environmentClass, let missing):
            guard environmentClass == self.environmentClass else {
                self.runner(runner, broke: "it is of another class than its worker")
                return
            }
            guard self.accepts(missing, of: runner) else { return }
            runner.becameReady()
            self.happened(.runnerReady(runner.slot))
            self.becameWarm()
        case .finished(let lease, let outcome):
            self.finished(runner, lease, outcome)
        }
    }

    func runner(_ runner: RunnerChannel, broke rule: String) {
        guard self.runners[runner.slot] === runner else { return }
        // Its death follows, and with it the event.
        runner.end(for: "the runner broke the protocol: \(rule)")
    }

    private func finished(_ runner: RunnerChannel, _ lease: Lease, _ outcome: Outcome) {
        guard runner.finished(lease) == .itsOwn else {
            self.runner(runner, broke: "it reports of a trial that it was not given")
            return
        }
        if case .scored(_, let outputs) = outcome.result, !outputs.isEmpty {
            do {
                self.shelf.keep(try runner.receiveOutputs(outputs), outputs, of: lease)
            } catch {
                self.runner(runner, broke: error.description)
                return
            }
        }
        self.happened(.runnerFinished(runner.slot, lease, outcome))
    }

    func attach(_ blob: Blob, to slot: SlotNumber) {
        guard let runner = self.runners[slot] else { return }
        guard let memory = self.shelf.memory(of: blob.digest) else {
            preconditionFailure("the machine attaches \(blob.digest), which is not in the cache")
        }
        do throws(HostError) {
            try runner.attach(blob, memory)
        } catch {
            self.runner(runner, broke: "it does not take its data: \(error)")
        }
    }

    /// An operator must know what this host cannot do, and once is enough. What one runner of this
    /// host could do any other can: one that misses more was refused it by accident, and may not
    /// run.
    private func accepts(_ missing: [String], of runner: RunnerChannel) -> Bool {
        guard let known = self.missingProtections else {
            self.missingProtections = Set(missing)
            guard !missing.isEmpty else { return true }
            self.log.warning(
                "this host cannot protect itself from trials as it should",
                metadata: ["missing": "\(missing.joined(separator: ", "))"])
            return true
        }
        let more = Set(missing).subtracting(known).sorted()
        guard !more.isEmpty else { return true }
        let list = more.joined(separator: ", ")
        self.runner(runner, broke: "it lacks protections that others here have: \(list)")
        return false
    }
}
