import Host
import Logging
import Wire
import WorkerCore

/// A command in its slot.
struct CommandRun: Sendable {
    let slot: SlotNumber
    let lease: Lease
    let process: CommandProcess
}

// Commands: what the machine wants run in a slot, beside the slot's runner.
extension WorkerLoop {
    func run(
        _ command: Command, of owner: String, _ spec: TrialSpec, _ lease: Lease,
        in slot: SlotNumber
    ) {
        if let failure = self.commandLaunch.settings.refusal(of: command, of: owner) {
            self.log.warning(
                "a command was refused",
                metadata: [
                    "lease": "\(lease)", "owner": "\(owner)", "reason": "\(failure.reason)",
                ])
            let outcome = Outcome(.failed(failure), cost: .none)
            return self.happened(.runnerFinished(slot, lease, outcome))
        }
        do {
            let run = CommandRun(
                slot: slot, lease: lease,
                process: try CommandProcess(
                    self.commandLaunch,
                    CommandLaunch.Work(
                        command: command,
                        trial: try CommandTrial(lease.trial, command, spec),
                        files: self.bytes(of: command.files))))
            self.commands[slot] = run
            self.errands.keep(run)
        } catch {
            let loss = Loss(.crashed, "the command could not be prepared: \(error)")
            self.happened(.trialLost(slot, lease, loss))
        }
    }

    private func bytes(of files: [CommandFile]) -> [SealedMemory] {
        files.map { file in
            guard let memory = self.shelf.memory(of: file.blob.digest) else {
                preconditionFailure("the machine runs a command without \(file.blob.digest)")
            }
            return memory
        }
    }

    /// Ends what runs in the slot beside its runner.
    func killCommand(_ slot: SlotNumber) {
        self.commands.removeValue(forKey: slot)?.process.kill()
    }

    func answer(_ slot: SlotNumber, _ lease: Lease, _ ruling: Verdict.Ruling) {
        guard let run = self.commands[slot], run.lease == lease else { return }
        run.process.answer(ruling)
    }

    // MARK: For the keepers, on any thread

    func progressed(_ run: CommandRun, _ progress: Progress) {
        self.eventLoop.execute {
            guard self.isCurrent(run) else { return }
            self.happened(.trialProgressed(run.slot, run.lease, progress))
        }
    }

    func ended(_ run: CommandRun, _ judgement: CommandEnd.Judgement?) {
        self.eventLoop.execute {
            // Killed on purpose, and perhaps followed by another already.
            guard self.isCurrent(run), let judgement else { return }
            self.commands[run.slot] = nil
            switch judgement {
            case .loss(let loss):
                self.log.warning(
                    "a command was lost",
                    metadata: ["lease": "\(run.lease)", "reason": "\(loss.reason)"])
                self.happened(.trialLost(run.slot, run.lease, loss))
            case .outcome(let outcome, let memory):
                if case .scored(_, let outputs) = outcome.result, !outputs.isEmpty {
                    self.shelf.keep(memory, outputs, of: run.lease)
                }
                self.happened(.runnerFinished(run.slot, run.lease, outcome))
            }
        }
    }

    private func isCurrent(_ run: CommandRun) -> Bool {
        self.commands[run.slot]?.process === run.process
    }
}
