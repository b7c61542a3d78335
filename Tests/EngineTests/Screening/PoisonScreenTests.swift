import Testing

@testable import Engine

@Suite struct PoisonScreenTests {
    private static func rows(_ screen: PoisonScreen, _ reason: PoisonScreen.Reason) -> [Int] {
        screen.findings.filter { $0.reason == reason }.flatMap(\.rows).sorted()
    }

    /// Two far clouds of one class each, then rows of a cloud with the other's label.
    private static func clouds(_ rows: Int, flipped: Int, seed: UInt64 = 1) throws -> Dataset {
        var chance = SeededGenerator(seed: seed)
        var (x, y): ([Double], [Double]) = ([], [])
        var labels: [Int32] = []
        for row in 0..<rows + flipped {
            let cloud = Int32(row % 2)
            x.append(Double(cloud) * 4 + chance.unit())
            y.append(Double(cloud) * 4 + chance.unit())
            labels.append(row < rows ? cloud : 1 - cloud)
        }
        return try Dataset(
            Frame(
                rows: rows + flipped,
                columns: [
                    .init("x", .numeric(x)), .init("y", .numeric(y)),
                    .init("label", .categorical(.init(codes: labels, levels: ["no", "yes"]))),
                ]),
            target: "label", task: .classification)
    }

    @Test func `flipped labels stand alone among their neighbours`() throws {
        let screen = PoisonScreen(try Self.clouds(300, flipped: 2), seed: 3)
        #expect(Self.rows(screen, .loneLabel) == [300, 301])
        #expect(
            Self.rows(PoisonScreen(try Self.clouds(300, flipped: 0), seed: 3), .loneLabel) == [])
    }

    @Test func `of labels by pure chance hardly one is called lone`() throws {
        var chance = SeededGenerator(seed: 8)
        let rows = 1000
        let dataset = try Dataset(
            Frame(
                rows: rows,
                columns: [
                    .init("x", .numeric((0..<rows).map { _ in chance.unit() })),
                    .init(
                        "label",
                        .categorical(
                            .init(
                                codes: (0..<rows).map { _ in chance.below(3) == 0 ? 1 : 0 },
                                levels: ["a", "b"]))),
                ]),
            target: "label", task: .classification)
        #expect(Self.rows(PoisonScreen(dataset, seed: 1), .loneLabel).count < 25)
    }

    @Test func `a number that its neighbours contradict is told`() throws {
        var chance = SeededGenerator(seed: 2)
        let x = (0..<400).map { _ in chance.unit() * 10 }
        var y = x.map { 3 * $0 + chance.unit() }
        // Within the range of all answers: only the neighbours can tell.
        y[77] = x[77] < 5 ? 28 : 2
        let dataset = try Dataset(
            Frame(rows: 400, columns: [.init("x", .numeric(x)), .init("y", .numeric(y))]),
            target: "y", task: .regression)
        #expect(Self.rows(PoisonScreen(dataset, seed: 1), .loneLabel) == [77])
    }

    @Test func `twins of another class contradict, unless the table repeats itself by nature`()
        throws
    {
        func dataset(_ x: [Double], _ labels: [Int32]) throws -> Dataset {
            try Dataset(
                Frame(
                    rows: x.count,
                    columns: [
                        .init("x", .numeric(x)),
                        .init("label", .categorical(.init(codes: labels, levels: ["a", "b"]))),
                    ]),
                target: "label", task: .classification)
        }
        var x = (0..<100).map(Double.init)
        var labels = [Int32](repeating: 0, count: 99) + [1]
        // Row 7 three times, once otherwise; row 9 twice, both ways.
        x += [7, 7, 9]
        labels += [0, 1, 1]
        let screen = PoisonScreen(try dataset(x, labels), seed: 1)
        #expect(Self.rows(screen, .contradiction) == [9, 101, 102])
        let few = (0..<100).map { Double($0 % 3) }
        let mixed = (0..<100).map { Int32($0 % 2) }
        #expect(Self.rows(PoisonScreen(try dataset(few, mixed), seed: 1), .contradiction) == [])
    }

    @Test func `numbers far outside are told by their column, those of a long tail are not`() throws
    {
        var chance = SeededGenerator(seed: 5)
        var x = (0..<1000).map { _ in chance.unit() - chance.unit() }
        let tail = (0..<1000).map { _ in -log(1 - chance.unit()) }
        x[17] = 400
        x[18] = -.infinity.nextUp
        let dataset = try Dataset(
            Frame(
                rows: 1000,
                columns: [
                    .init("x", .numeric(x)), .init("tail", .numeric(tail)),
                    .init("flat", .numeric(.init(repeating: 1, count: 999) + [9e9])),
                    .init("gap", .numeric(.init(repeating: .nan, count: 1000))),
                    .init("y", .numeric(tail.map { $0 + 1 })),
                ]),
            target: "y", task: .regression)
        let far = PoisonScreen(dataset, seed: 1).findings.filter { $0.reason == .farOut }
        #expect(far.map(\.column) == ["x"])
        #expect(far.first?.rows == [17, 18])
        #expect(PoisonScreen(dataset, seed: 1).strangeShare >= 0.002)
    }

    @Test func `the same seed draws the same sample, and a small table is looked at whole`() throws
    {
        let dataset = try Self.clouds(5000, flipped: 40)
        let screen = PoisonScreen(dataset, seed: 9)
        #expect(screen == PoisonScreen(dataset, seed: 9))
        #expect(screen.sampledRows == PoisonScreen.sampleRows)
        #expect(PoisonScreen(try Self.clouds(50, flipped: 0), seed: 9).sampledRows == 50)
        var generator = SeededGenerator(seed: 1)
        for (size, count) in [(3, 4), (2000, 5040), (1, 9)] {
            let sample = generator.sample(size, of: count)
            #expect(sample == Set(sample).sorted() && sample.count == size)
            #expect(sample.allSatisfy { (0..<count).contains($0) })
        }
    }
}
