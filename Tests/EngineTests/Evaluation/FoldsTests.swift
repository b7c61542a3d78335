import Testing

@testable import Engine

@Suite struct FoldsTests {
    @Test func `folds and each class in them differ by one row at most`() throws {
        var generator = SeededGenerator(seed: 12)
        for count in [2, 3, 5, 10] {
            let labels = (0..<211).map { _ in Int32(min(generator.below(6), 3)) }
            let folds = try Folds(.classes(labels, count: 4), count: count, seed: 1)
            for k in 0..<4 {
                let sizes = (0..<count).map { fold in
                    folds.heldOut(in: fold).count { labels[$0] == k }
                }
                #expect(sizes.max()! - sizes.min()! <= 1)
            }
            let sizes = (0..<count).map { folds.heldOut(in: $0).count }
            #expect(sizes.max()! - sizes.min()! <= 1)
        }
    }

    @Test func `anomalies are dealt out evenly, however few they are`() throws {
        let flags = (0..<103).map { $0 % 20 == 7 ? Answers.Flag.anomalous : .normal }
        let folds = try Folds(.flags(flags), count: 3, seed: 2)
        let sizes = (0..<3).map { fold in
            folds.heldOut(in: fold).count { flags[$0] == .anomalous }
        }
        #expect(sizes.sorted() == [1, 2, 2])
    }

    @Test func `every row is held out once and kept everywhere else`() throws {
        let folds = try Folds(.numbers(Array(repeating: 1, count: 20)), count: 3, seed: 5)
        for fold in 0..<3 {
            #expect((folds.heldOut(in: fold) + folds.kept(in: fold)).sorted() == Array(0..<20))
        }
        #expect((0..<3).flatMap(folds.heldOut(in:)).sorted() == Array(0..<20))
    }

    @Test func `equal seeds deal equally, others do not`() throws {
        let answers = Answers.numbers((0..<100).map(Double.init))
        let folds = try Folds(answers, count: 5, seed: 1)
        #expect(try Folds(answers, count: 5, seed: 1) == folds)
        #expect(try Folds(answers, count: 5, seed: 2) != folds)
        // Scores of all versions must compare: the deal may not change with a library.
        #expect(folds.ids.prefix(12) == [4, 3, 0, 1, 4, 0, 3, 4, 2, 1, 4, 2])
    }

    @Test(arguments: [(1, 10), (51, 100), (11, 10), (-1, 10)])
    func `a number of folds that rows cannot fill is refused`(count: Int, rows: Int) {
        #expect(throws: EvaluationError(.badFolds, "")) {
            try Folds(.numbers(Array(repeating: 0, count: rows)), count: count, seed: 1)
        }
    }
}
