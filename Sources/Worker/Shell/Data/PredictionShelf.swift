import Engine
import Host
import Wire

/// What the best candidates of the last lessons predicted for rows held out, whichever runner of
/// this worker evaluated them.
///
/// It goes to the runner that refits the winner, so that the ensemble's choice costs no second
/// cross validation, also after the runner that evaluated them is gone. It never leaves the worker:
/// what a model rests on is still the word of the one worker that made it.
struct PredictionShelf {
    /// A worker rarely has trials of more jobs than this at once.
    static let lessonsMax = 2

    /// Of one lesson, each a descriptor: what a head's leaderboard holds, with the best of all
    /// families.
    static let entriesMax = 32

    /// What all lessons hold together: sixteen candidates of 1,000,000 rows of two classes.
    private let bytesMax: Int
    /// The last one that something was kept of is last.
    private var lessons: [Kept] = []

    private struct Kept {
        let lesson: Lesson
        /// The best first.
        var entries: [Entry] = []
    }

    private struct Entry {
        let recipe: Wire.Recipe
        let score: Double
        let memory: SealedMemory
    }

    init(bytesMax: Int = 256 << 20) { self.bytesMax = bytesMax }

    func memory(of recipe: Wire.Recipe, in lesson: Lesson) -> SealedMemory? {
        self.lessons.first { $0.lesson == lesson }?.entries.first { $0.recipe == recipe }?.memory
    }

    mutating func keep(
        _ memory: SealedMemory, of recipe: Wire.Recipe, scored score: Double, in lesson: Lesson
    ) {
        guard let metric = lesson.metrics.first.flatMap(Metric.init(rawValue:)),
            self.memory(of: recipe, in: lesson) == nil
        else { return }
        if let index = self.lessons.firstIndex(where: { $0.lesson == lesson }) {
            self.lessons.append(self.lessons.remove(at: index))
        } else {
            self.lessons.append(Kept(lesson: lesson))
        }
        let last = self.lessons.count - 1
        let place = self.lessons[last].entries.firstIndex {
            metric.direction.isBetter(score, than: $0.score)
        }
        self.lessons[last].entries.insert(
            Entry(recipe: recipe, score: score, memory: memory),
            at: place ?? self.lessons[last].entries.count)
        self.makeRoom()
    }

    private var bytes: Int {
        self.lessons.reduce(0) { $0 + $1.entries.reduce(0) { $0 + $1.memory.byteCount } }
    }

    /// Other lessons go first, and of the last one the worst; but the best one of each family stays
    /// for as long as it can, since members that err otherwise help most.
    private mutating func makeRoom() {
        while self.lessons.count > Self.lessonsMax
            || self.lessons.count > 1 && self.bytes > self.bytesMax
        {
            self.lessons.removeFirst()
        }
        let last = self.lessons.count - 1
        while let entries = self.lessons.last?.entries, !entries.isEmpty,
            entries.count > Self.entriesMax || self.bytes > self.bytesMax
        {
            let dispensable = entries.indices.last { index in
                entries[..<index].contains { $0.recipe.family == entries[index].recipe.family }
            }
            self.lessons[last].entries.remove(at: dispensable ?? entries.count - 1)
        }
    }

    /// Forgets what was predicted for rows of these bytes.
    mutating func forget(_ digest: Digest) {
        self.lessons.removeAll { $0.lesson.blobs.contains { $0.digest == digest } }
    }
}
