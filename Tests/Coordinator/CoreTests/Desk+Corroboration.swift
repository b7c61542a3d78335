import CoordinatorCore
import Search
import Wire

/// Learning jobs in which every worker answers as it is told to.
extension Desk {
    /// A desk whose dice fall on every result, or on none but the winner's.
    static func doubting(_ share: Double = 1) -> Desk {
        var settings = Settings.defaults
        settings.corroboration.newShare = max(share, 1e-12)
        settings.corroboration.leastShare = max(share, 1e-12)
        return Desk(settings: settings)
    }

    /// What an honest worker says of a trial: a score that its number decides.
    static func truth(of trial: TrialID, best: UInt32 = 1) -> Outcome {
        .scored(trial.index == best ? 0.125 : 0.5 + Double(trial.index) / 64)
    }

    /// Lets workers answer what they hold until nobody holds anything.
    ///
    /// - Parameter answer: what a worker says of a trial, as the desk stands; nil lets it keep
    ///   silent.
    mutating func work(
        _ names: [String], _ answer: (Desk, String, TrialID, TrialSpec) -> Outcome?
    ) {
        var isBusy = true
        while isBusy {
            isBusy = false
            self.propose()
            for name in names {
                for lease in self.leases(of: name) {
                    guard
                        let spec = self.coordinator.job(lease.trial.job)?[lease.trial.index]?.spec,
                        let outcome = answer(self, name, lease.trial, spec)
                    else { continue }
                    self.finish(name, lease, outcome)
                    self.propose()
                    isBusy = true
                }
            }
        }
    }

    /// As above; those who are no liars say the truth.
    mutating func work(
        _ names: [String], liars: [String: (TrialID, TrialSpec) -> Outcome] = [:]
    ) {
        self.work(names) { _, name, trial, spec in
            if let lie = liars[name] { return lie(trial, spec) }
            return spec.step == .refit ? .model : Self.truth(of: trial)
        }
    }

    var verdicts: [TrialID: Check.Verdict] {
        var verdicts: [TrialID: Check.Verdict] = [:]
        for case .judged(let trial, let verdict) in self.journal { verdicts[trial] = verdict }
        return verdicts
    }

    var quarantined: [String] {
        self.journal.compactMap { fact in
            if case .quarantined(let record) = fact { record.worker } else { nil }
        }
    }

    func state(of name: String) -> NodeRecord.State? {
        self.coordinator.nodes.first { $0.name == name }?.state
    }
}
