import Host
import Testing
import Wire

@testable import WorkerShell

@Suite struct PredictionShelfTests {
    /// Room for four.
    var shelf = PredictionShelf(bytesMax: 40)

    private static func lesson(_ number: Int) -> Lesson {
        let blob = Blob(digest: Digest(sha256: Array(repeating: UInt8(number), count: 32)), size: 1)
        return Lesson(
            task: .classification, data: blob, schema: blob, target: "y", metrics: ["log_loss"],
            folds: 2, foldSeed: 1)
    }

    private static func recipe(_ family: String, _ seed: UInt64) -> Wire.Recipe {
        Wire.Recipe(family: family, parameters: [], seed: seed)
    }

    private mutating func keep(
        _ family: String, _ seed: UInt64, _ score: Double, in lesson: Int = 1
    ) throws {
        self.shelf.keep(
            try SmallLesson.memory("0123456789"), of: Self.recipe(family, seed), scored: score,
            in: Self.lesson(lesson))
    }

    private func holds(_ family: String, _ seed: UInt64, in lesson: Int = 1) -> Bool {
        self.shelf.memory(of: Self.recipe(family, seed), in: Self.lesson(lesson)) != nil
    }

    @Test mutating func `the best are kept, and the best one of each family`() throws {
        try self.keep("trees", 1, 0.5)
        try self.keep("line", 1, 0.9)
        for seed in 2...5 { try self.keep("trees", UInt64(seed), 1 - 0.1 * Double(seed)) }
        // 0.9 is worse than all trees, and the only line; of the trees 0.8 and 0.7 went.
        #expect(self.holds("line", 1))
        #expect([1, 4, 5].allSatisfy { self.holds("trees", $0) })
        #expect(!self.holds("trees", 2) && !self.holds("trees", 3))
    }

    @Test mutating func `another lesson has its own, and the older one makes room`() throws {
        try self.keep("trees", 1, 0.5)
        try self.keep("trees", 1, 0.5, in: 2)
        #expect(self.holds("trees", 1) && self.holds("trees", 1, in: 2))
        try self.keep("line", 1, 0.5, in: 3)
        #expect(!self.holds("trees", 1) && self.holds("trees", 1, in: 2))
        for seed in 2...4 { try self.keep("line", UInt64(seed), 0.5, in: 3) }
        #expect(!self.holds("trees", 1, in: 2) && self.holds("line", 4, in: 3))
    }

    @Test mutating func `what was predicted goes with the rows that it was predicted for`() throws {
        try self.keep("trees", 1, 0.5)
        self.shelf.forget(Self.lesson(2).data.digest)
        #expect(self.holds("trees", 1))
        self.shelf.forget(Self.lesson(1).data.digest)
        #expect(!self.holds("trees", 1))
    }
}
