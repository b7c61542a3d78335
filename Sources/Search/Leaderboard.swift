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

    /// Those that may help the model of one of them: the best of each other family first, then the
    /// second of each, and no more than a few, since members of one family err alike.
    func companions(of trial: UInt32) -> [Entry] {
        var counts: [String: Int] = [:]
        var ranked: [(rank: Int, place: Int)] = []
        // The one that is helped takes its family's first place, wherever it stands.
        if let helped = self.entries.first(where: { $0.trial == trial }) {
            counts[helped.recipe.family] = 1
        }
        for (place, entry) in self.entries.enumerated() where entry.trial != trial {
            let rank = counts[entry.recipe.family, default: 0]
            counts[entry.recipe.family] = rank + 1
            if rank < Self.familyMax { ranked.append((rank, place)) }
        }
        return ranked.sorted { ($0.rank, $0.place) < ($1.rank, $1.place) }
            .map { self.entries[$0.place] }
    }

    private static let familyMax = 3
}
