import Wire

/// The outcome of a lease, kept until the head has acknowledged it.
///
/// ```
///               stored
/// ┌──────────┐ ───────▶ ┌───────┐  acknowledged, dropped
/// │ STORING  │          │ READY │ ───────────────────────▶ (none)
/// └──────────┘          └───────┘
///    │    ▲               without outputs it begins here
///    ▼    │ again
/// ┌──────────┐
/// │ WAITING  │
/// └──────────┘
/// ```
struct KeptResult: Equatable, Sendable {
    let outcome: Outcome
    private(set) var state: State
    /// Of storing its outputs, in a row.
    private(set) var failures = 0

    enum State: Equatable, Sendable {
        /// The outputs are on their way to the head.
        case storing
        /// They are not: there is no link, or it failed and is tried again at the instant.
        case waiting(until: Instant?)
        /// The head holds all outputs; it may hear of the outcome.
        case ready
    }

    init(_ outcome: Outcome) {
        self.outcome = outcome
        self.state = outcome.outputs.isEmpty ? .ready : .waiting(until: nil)
    }

    mutating func store() { self.state = .storing }
    mutating func stored() { self.state = .ready }

    /// The link is gone, and with it what was on its way.
    mutating func interrupt() {
        if self.state != .ready { self.state = .waiting(until: nil) }
    }

    mutating func fail(until instant: (Int) -> Instant) {
        self.failures += 1
        self.state = .waiting(until: instant(self.failures))
    }
}

extension Outcome {
    var outputs: [Output] {
        if case .scored(_, let outputs) = self.result { outputs } else { [] }
    }
}
