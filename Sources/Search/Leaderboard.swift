import Wire

/// The best candidates of a study, the best first; ties in the order of their observation. The best
/// one of each family is always among them.
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
        guard self.entries.count > Self.entriesMax else { return }
        // The last one that another of its family beats; no study has as many families as entries.
        let last =
            self.entries.indices.last { index in
                let family = self.entries[index].recipe.family
                return self.entries[..<index].contains { $0.recipe.family == family }
            } ?? self.entries.count - 1
        self.entries.remove(at: last)
    }

    /// Those that may help the model of one of them, the best first: few of a family, since they
    /// err alike.
    func companions(of trial: UInt32) -> [Entry] {
        var counts: [String: Int] = [:]
        return self.entries.filter { entry in
            counts[entry.recipe.family, default: 0] += 1
            return entry.trial != trial && counts[entry.recipe.family] ?? 0 <= Self.familyMax
        }
    }

    private static let familyMax = 3
}
