import Testing

@testable import Engine

@Suite struct RowSplitTests {
    /// A table with a group, a time and a class for every row.
    private struct World {
        let groups: [Int]
        let times: [Double]
        let labels: [Int32]

        init(rows: Int, groups: Int, times: Int, seed: UInt64) {
            var generator = SeededGenerator(seed: seed)
            // A few groups are large, most are small.
            self.groups = (0..<rows).map { _ in
                min(generator.below(groups), generator.below(groups))
            }
            self.times = (0..<rows).map { _ in Double(generator.below(times)) / 4 - 7 }
            self.labels = (0..<rows).map { _ in generator.below(4) == 0 ? 1 : 0 }
        }

        var answers: Answers { .classes(self.labels, count: 2) }

        /// `g` is of texts; `t` of numbers.
        func table() throws -> CleanTable {
            let rows = zip(self.groups, self.times).map { "g\($0),\($1),1\n" }
            let schema = try Schema([
                .init("g", .categorical(), use: .checks), .init("t", .numeric(), use: .checks),
                .init("x", .numeric()),
            ])
            return try Array(("g,t,x\n" + rows.joined()).utf8).withUnsafeBytes {
                try CSVReader($0).table(schema)
            }
        }

        func folds(_ split: RowSplit, seed: UInt64 = 1) throws -> Folds {
            try Folds(split, self.answers, try self.table(), seed: seed)
        }
    }

    private static let byGroup = RowSplit.Key.group(.init("g"))
    private static let byTime = RowSplit.Key.time(.init("t"))

    @Test func `no group is on both sides of a fold`() throws {
        for seed in UInt64(0)..<20 {
            let world = World(rows: 400, groups: 30, times: 9, seed: seed)
            for parts in [RowSplit.Parts.folds(2), .folds(5), .share(0.3), .share(0.5)] {
                let folds = try world.folds(.init(Self.byGroup, parts), seed: seed)
                for fold in 0..<folds.count {
                    let heldOut = Set(folds.heldOut(in: fold).map { world.groups[$0] })
                    let kept = Set(folds.kept(in: fold).map { world.groups[$0] })
                    #expect(!heldOut.isEmpty && !kept.isEmpty)
                    #expect(heldOut.isDisjoint(with: kept))
                    #expect(folds.heldOut(in: fold).count + folds.kept(in: fold).count == 400)
                }
            }
        }
    }

    @Test func `groups are dealt so that folds are alike in size and in classes`() throws {
        for seed in UInt64(0)..<10 {
            let world = World(rows: 2000, groups: 120, times: 9, seed: seed)
            let folds = try world.folds(.init(Self.byGroup, .folds(5)), seed: seed)
            let sizes = (0..<5).map { folds.heldOut(in: $0).count }
            let largest = Dictionary(grouping: world.groups, by: \.self).values.map(\.count).max()!
            #expect(sizes.max()! - sizes.min()! <= largest / 2)
            let ones = (0..<5).map { fold in
                folds.heldOut(in: fold).count { world.labels[$0] == 1 }
            }
            // A fifth of some 500 each; dealt by size alone they differ by 20 and more.
            #expect(ones.max()! - ones.min()! <= 12)
            let share = try world.folds(.init(Self.byGroup, .share(0.2)), seed: seed)
            #expect(abs(share.heldOut(in: 0).count - 400) <= largest / 2)
        }
    }

    @Test func `nothing is learned from the time that is judged, or from a later one`() throws {
        for seed in UInt64(0)..<20 {
            let world = World(rows: 300, groups: 3, times: 5 + Int(seed) * 4, seed: seed)
            for parts in [RowSplit.Parts.folds(2), .folds(4), .share(0.25)] {
                let folds = try world.folds(.init(Self.byTime, parts))
                var judged: [Int] = []
                for fold in 0..<folds.count {
                    let last = folds.kept(in: fold).map { world.times[$0] }.max()!
                    let first = folds.heldOut(in: fold).map { world.times[$0] }.min()!
                    #expect(last < first)
                    judged += folds.heldOut(in: fold)
                    // All of the past is learned from.
                    #expect(
                        folds.kept(in: fold)
                            == world.times.indices.filter { world.times[$0] < first })
                }
                #expect(judged.sorted() == folds.judged)
                #expect(Set(judged).count == judged.count && judged.count < 300)
            }
        }
    }

    @Test func `windows of time are alike in size where times let them be`() throws {
        let world = World(rows: 1000, groups: 3, times: 1_000_000, seed: 3)
        let folds = try world.folds(.init(Self.byTime, .folds(4)))
        for fold in 0..<4 { #expect(abs(folds.heldOut(in: fold).count - 200) <= 2) }
        let share = try world.folds(.init(Self.byTime, .share(0.1)))
        #expect(abs(share.heldOut(in: 0).count - 100) <= 2)
    }

    @Test(arguments: [Schema.Kind.categorical(), .date])
    func `dates and texts of them are in their order too`(kind: Schema.Kind) throws {
        let days = ["2026-02-01", "2025-12-31", "2026-01-15", "2026-01-15", "2026-03-01"]
        let csv = "day,x\n" + days.map { "\($0),1\n" }.joined()
        let schema = try Schema([.init("day", kind), .init("x", .numeric())])
        let table = try Array(csv.utf8).withUnsafeBytes { try CSVReader($0).table(schema) }
        let split = RowSplit(.time(.init("day", .feature)), .folds(2))
        let folds = try Folds(split, .numbers([0, 0, 0, 0, 0]), table, seed: 1)
        #expect(folds.kept(in: 0) == [1, 2, 3])
        #expect(folds.heldOut(in: 0) == [0])
        #expect(folds.heldOut(in: 1) == [4])
        #expect(folds.kept(in: 1) == [0, 1, 2, 3])
    }

    @Test func `texts that spell no time have no order that rows could be split by`() throws {
        let days = ["01/02/2026", "31/12/2025", "15/01/2026", "16/01/2026", "01/03/2026"]
        let csv = "day,x\n" + days.map { "\($0),1\n" }.joined()
        let table = try Array(csv.utf8).withUnsafeBytes { bytes in
            try CSVReader(bytes).table(try Schema.infer(from: bytes))
        }
        let answers = Answers.numbers([0, 0, 0, 0, 0])
        let error = #expect(throws: EvaluationError.self) {
            try Folds(.init(.time(.init("day", .feature)), .folds(2)), answers, table, seed: 1)
        }
        #expect(error?.code == .badFolds)
        #expect(error?.description.contains("column day") == true)
        #expect(error?.description.contains("/2026") == false)
        #expect(throws: Never.self) {
            try Folds(.init(.group(.init("day", .feature)), .folds(2)), answers, table, seed: 1)
        }
    }

    @Test func `equal seeds deal groups equally, others do not`() throws {
        let world = World(rows: 300, groups: 40, times: 3, seed: 8)
        let split = RowSplit(Self.byGroup, .folds(3))
        #expect(try world.folds(split, seed: 4) == world.folds(split, seed: 4))
        #expect(try world.folds(split, seed: 4) != world.folds(split, seed: 5))
    }

    @Test func `too few groups or times for the parts are refused`() throws {
        let one = World(rows: 20, groups: 1, times: 1, seed: 1)
        let three = World(rows: 200, groups: 3, times: 3, seed: 1)
        for key in [Self.byGroup, Self.byTime] {
            for parts in [RowSplit.Parts.folds(2), .share(0.5)] {
                #expect(throws: EvaluationError(.badFolds, "")) {
                    try one.folds(.init(key, parts))
                }
            }
            #expect(throws: EvaluationError(.badFolds, "")) {
                try three.folds(.init(key, .folds(4)))
            }
            for share in [0, 1, -0.5, Double.nan, 2] {
                #expect(throws: EvaluationError(.badFolds, "")) {
                    try three.folds(.init(key, .share(share)))
                }
            }
        }
        // As many as they need are enough, however unequal.
        let groups = try three.folds(.init(Self.byGroup, .folds(3)))
        #expect((0..<3).allSatisfy { !groups.heldOut(in: $0).isEmpty })
        let times = try three.folds(.init(Self.byTime, .folds(2)))
        #expect((0..<2).allSatisfy { !times.heldOut(in: $0).isEmpty })
    }

    @Test func `a share is held out by chance, of every class`() throws {
        let world = World(rows: 1000, groups: 3, times: 3, seed: 2)
        let folds = try world.folds(.init(.chance, .share(0.2)))
        #expect(folds.count == 1)
        #expect(folds.heldOut(in: 0).count == 200)
        let ones = world.labels.count { $0 == 1 }
        let heldOut = folds.heldOut(in: 0).count { world.labels[$0] == 1 }
        #expect(abs(Double(heldOut) - 0.2 * Double(ones)) <= 1)
        #expect((folds.heldOut(in: 0) + folds.kept(in: 0)).sorted() == Array(0..<1000))
        #expect(throws: EvaluationError(.badFolds, "")) {
            try Folds(.numbers([1, 2, 3]), share: 0.1, seed: 1)
        }
    }
}
