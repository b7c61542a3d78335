import Wire

/// The best candidates of a study, the best first; ties in the order of their observation.
struct Leaderboard: Equatable, Sendable {
    /// A refit that fails falls back to the next best; nobody falls further than this.
    static let entriesMax = 16

    private(set) var entries: [Entry] = []

    struct Entry: Equatable, Sendable {
        let trial: UInt32
        let score: Double
        let recipe: Recipe
    }

    var isEmpty: Bool { self.entries.isEmpty }

    mutating func insert(_ entry: Entry, direction: Direction) {
        let place = self.entries.firstIndex { direction.prefers(entry.score, to: $0.score) }
        self.entries.insert(entry, at: place ?? self.entries.count)
        if self.entries.count > Self.entriesMax { self.entries.removeLast() }
    }
}
