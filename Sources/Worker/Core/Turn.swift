import Wire

/// What the worker says and does in answer to one batch of events, while it is put together.
struct Turn {
    let now: Instant
    private var directives: [Directive] = []
    private var reports: [Report] = []
    private var exits = false

    /// Reports in one message: with 32 scores and 16 outputs of the longest names each they stay
    /// below a frame.
    private static let reportsPerMessageMax = 64

    init(now: Instant) { self.now = now }

    mutating func say(_ directive: Directive) { self.directives.append(directive) }

    mutating func report(_ lease: Lease, _ event: Report.Event) {
        self.reports.append(Report(lease, event))
    }

    mutating func exit() { self.exits = true }

    /// Reports go first, so that a result is not held up by the start of the next trial; the end
    /// comes last.
    consuming func finish() -> [Directive] {
        var directives: [Directive] = []
        for start in stride(from: 0, to: self.reports.count, by: Self.reportsPerMessageMax) {
            let end = min(start + Self.reportsPerMessageMax, self.reports.count)
            directives.append(.tell(.reports(Array(self.reports[start..<end]))))
        }
        directives += self.directives
        if self.exits { directives.append(.exit) }
        return directives
    }
}
