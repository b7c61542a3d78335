import Wire

/// What is known of candidates on so many rows.
struct Rung: Equatable, Sendable {
    /// By space: what TPE learns from.
    var histories: [History]
    /// Those that may be tried on more rows, the best first; none of the highest rung.
    private(set) var entries: [Entry] = []
    private var scored = 0
    private var promoted = 0

    /// The best quarter of a thousand, and of more candidates as many.
    static let entriesMax = 256

    struct Entry: Equatable, Sendable {
        let score: Double
        let recipe: Recipe
        let isOfPortfolio: Bool
        var isPromoted = false
    }

    init(histories: [History]) { self.histories = histories }

    /// Ties in the order of their observation.
    mutating func insert(_ entry: Entry, direction: Direction) {
        self.scored += 1
        let place = self.entries.firstIndex { direction.prefers(entry.score, to: $0.score) }
        self.entries.insert(entry, at: place ?? self.entries.count)
        if self.entries.count > Self.entriesMax { self.entries.removeLast() }
    }

    /// Those of the best quarter that were not tried on more rows, and altogether no more than a
    /// quarter: when tuning draws ever better ones, each is among the best for a while. Nobody
    /// waits for a rung to be full: the quarter is that of what has ended by now.
    var promotable: ArraySlice<Entry> {
        let most = self.scored / Ladder.reduction
        return self.entries.prefix(most).filter { !$0.isPromoted }.prefix(
            max(0, most - self.promoted))
    }

    /// The recipe is tried on more rows. Equal ones are taken for one.
    mutating func promote(_ recipe: Recipe) {
        for index in self.entries.indices
        where self.entries[index].recipe == recipe && !self.entries[index].isPromoted {
            self.entries[index].isPromoted = true
            self.promoted += 1
        }
    }
}
