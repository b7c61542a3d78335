import Wire

/// How a worker lies, alone and without knowing what others say. Most do not.
enum Liar: CaseIterable, Sendable {
    /// Says whatever comes to its mind.
    case random
    /// Lies now and then.
    case sometimes
    /// Wants to win: too good to be true.
    case flatterer
    /// Wants others to lose: too bad.
    case spoiler
    /// Says that it cannot be computed.
    case failing
    /// Is honest until it is trusted.
    case sleeper
    /// Is honest about candidates, and makes another model than it should.
    case forger
    /// Says that it is of a class of its own, so that less can be compared.
    case loner

    /// Results that a sleeper is honest about.
    private static let honestResults = 40

    /// What it reports instead of what is true.
    ///
    /// - Parameters:
    ///   - worker: no two of them lie alike, or they would be in league.
    ///   - reported: results that it has reported before.
    func alter(
        _ outcome: Outcome, _ spec: TrialSpec, worker: Int, reported: Int, _ chance: inout Chance
    ) -> Outcome {
        switch self {
        case .sometimes where !chance.once(in: 3): return outcome
        case .sleeper where reported < Self.honestResults: return outcome
        case .forger where spec.step != .refit: return outcome
        default: break
        }
        guard case .scored(let scores, let outputs) = outcome.result, spec.step != .idle else {
            return outcome
        }
        if spec.step == .refit {
            let other = Truth.blob(chance.next())
            let made = outputs.map { Output(name: $0.name, blob: other) }
            return Outcome(.scored(scores: scores, outputs: made), cost: outcome.cost)
        }
        let own = Double(worker + 1) / 1000
        let lies = scores.map { score in
            switch self {
            case .flatterer, .sleeper, .loner: Score(score.metric, score.value * own)
            case .spoiler: Score(score.metric, score.value + Double(worker + 1))
            case .random, .sometimes, .failing, .forger:
                Score(score.metric, Double(chance.next() >> 11) / 0x1p53)
            }
        }
        if self == .failing {
            return Outcome(.failed(Failure(.computation, "no idea")), cost: outcome.cost)
        }
        return Outcome(.scored(scores: lies, outputs: outputs), cost: outcome.cost)
    }
}
