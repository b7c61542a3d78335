import Wire

/// What a stage of the search may use, and what it has.
struct StageUse: Equatable, Sendable {
    let terms: StageTerms
    /// Candidates that were adopted.
    private(set) var trials: UInt32 = 0
    private(set) var scored: UInt32 = 0
    /// Those without an observation.
    private(set) var running: UInt32 = 0
    /// Running time of those that were scored.
    private(set) var spent: Duration = .zero

    init(_ terms: StageTerms) { self.terms = terms }

    /// How many candidates it may still have; what runs is taken to last as long as what ran.
    var room: Int {
        if self.terms.isSkipped { return 0 }
        var room = Int.max
        if let trials = self.terms.trials { room = Int(trials) - Int(min(trials, self.trials)) }
        if let time = self.terms.time, self.expected >= time { room = 0 }
        return room
    }

    private var expected: Duration {
        guard self.scored > 0 else { return .zero }
        return self.spent + self.spent * Int(self.running) / Int(self.scored)
    }

    mutating func adopt() {
        self.trials += 1
        self.running += 1
    }

    /// - Parameter wall: nil where it was not scored.
    mutating func observe(_ wall: Duration?) {
        self.running -= 1
        guard let wall else { return }
        self.scored += 1
        self.spent += wall
    }
}
