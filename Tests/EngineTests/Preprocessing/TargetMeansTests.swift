import Privacy
import Testing

@testable import Engine

@Suite struct TargetMeansTests {
    private static func column(_ texts: [String?]) -> Frame.Categories {
        TextScoresTests.column(texts)
    }

    private func fit(
        _ texts: [String?], _ answers: Answers, _ form: FeatureForm = .ordinal
    ) throws -> (means: TargetMeans, training: Matrix)? {
        let rows = Array(texts.indices)
        let categories = Self.column(texts)
        return TargetMeans.fit(
            categories, rows, Encoder.Encoding.ranked(categories, rows), answers,
            try #require(AnswerGroups(answers)), form)
    }

    private static let letters = Array("aaaaaabbbbbbbcccccde").map { "\($0)" }
    private static let flags: [Int32] = [
        1, 0, 1, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 1, 1, 1, 0, 1, 0, 1,
    ]

    private func expect(_ means: TargetMeans, _ expected: [[Double]]) {
        #expect(means.levels == ["b", "a", "c"])
        let outputs = means.width - 1
        for (output, column) in expected.enumerated() {
            // Their order is a, b, c, the rare; ours goes by frequency.
            let order = [column[1], column[0], column[2], column[3]]
            for (level, value) in order.enumerated() {
                #expect(abs(means.values[level * means.width + output] - value) < 1e-7)
            }
        }
        #expect(outputs == expected.count)
        #expect(means.values[outputs] == naturalLogarithm(8.0 / 21))
    }

    /// Computed by SciPy, the mean of all counting m rows: with F by f_oneway of the levels a, b
    /// and c, (F - 1) m = (N - sum of squared counts / N) / (levels - 1). Rare ones have ten at
    /// least.
    @Test func `means are smoothed, of two classes, of more, and of numbers`() throws {
        let two = try #require(try self.fit(Self.letters, .classes(Self.flags, count: 2)))
        self.expect(two.means, [[0.62294352, 0.22629184, 0.71026615, 0.5]])
        let numbers = Self.flags.enumerated().map { Double($1) * 3.5 + Double($0) / 10 }
        let mean = try #require(try self.fit(Self.letters, .numbers(numbers)))
        self.expect(mean.means, [[2.6058572, 1.62122737, 3.94310224, 2.85]])
        let three: [Int32] = [1, 1, 0, 1, 1, 1, 0, 0, 0, 0, 1, 2, 0, 2, 2, 1, 2, 0, 0, 2]
        let shares = try #require(try self.fit(Self.letters, .classes(three, count: 3)))
        self.expect(
            shares.means,
            [
                [0.2445297, 0.61989148, 0.27507707, 0.41666667],
                [0.74421279, 0.17648099, 0.2320093, 0.29166667],
                [0.06461353, 0.16750269, 0.49678457, 0.29166667],
            ])
    }

    @Test func `levels that tell nothing have nearly the mean of all`() throws {
        let texts = (0..<2000).map { "l\($0 % 100)" }
        var generator = SeededGenerator(seed: 9)
        let noise = texts.map { _ in Double(generator.below(1000)) }
        let noisy = try #require(try self.fit(texts, .numbers(noise))).means
        // The means of 20 such rows deviate by 65 of chance.
        let all = Engine.mean(noise)
        let distances = (0..<100).map { abs(noisy.values[2 * $0] - all) }
        #expect(Engine.mean(distances) < 20)
    }

    @Test(arguments: [1e3, 1e6, 1e12]) func `one far answer moves no level but its own`(
        far: Double
    ) throws {
        var generator = SeededGenerator(seed: 5)
        let texts = (0..<2000).map { "l\($0 % 400)" }
        var numbers = (0..<2000).map { index in
            Double(index % 400 % 7) + 0.5 * generator.unit()
        }
        let before = try #require(try self.fit(texts, .numbers(numbers))).means
        numbers[0] = far
        let after = try #require(try self.fit(texts, .numbers(numbers))).means
        // The mean of all moves by a two thousandth of it, and counts a fiftieth of a level.
        let most = 0.05 + far / 2000 / 20
        #expect(before.levels == after.levels)
        for (level, text) in before.levels.enumerated() where text != Private("l0") {
            #expect(abs(before.values[2 * level] - after.values[2 * level]) < most)
        }
    }

    /// A plain twin: the rows of the other parts, level by level, by the sums of squares of the
    /// analysis of variance as textbooks have them.
    @Test(arguments: [0.5, 4, 40])
    func `a training row is told by the others of its level`(noise: Double) throws {
        var generator = SeededGenerator(seed: 4)
        let levels = (0..<200).map { _ in generator.below(12) }
        let numbers = levels.map { 1e6 + Double($0 * 7 % 12) + noise * generator.unit() }
        let answers = Answers.numbers(numbers)
        let training = try #require(try self.fit(levels.map { "l\($0)" }, answers)).training
        let parts = try #require(AnswerGroups(answers)).parts
        // The least and the largest hundredth of 200 count as the next.
        let sorted = numbers.sorted()
        let usual = numbers.map { min(max($0, sorted[1]), sorted[198]) }
        for part in 0..<parts.count {
            let kept = parts.kept(in: part)
            let groups = Dictionary(grouping: kept) { levels[$0] }
            let prior = Engine.mean(kept.map { numbers[$0] })
            let weight = Self.priorRows(
                groups.mapValues { rows in rows.map { usual[$0] } },
                Engine.mean(kept.map { usual[$0] }))
            for row in parts.heldOut(in: part) {
                let like = try #require(groups[levels[row]])
                let sum = like.reduce(0) { $0 + numbers[$1] } + weight * prior
                #expect(abs(training[row, 0] - sum / (Double(like.count) + weight)) < 1e-6)
            }
        }
    }

    private static func priorRows(_ groups: [Int: [Double]], _ all: Double) -> Double {
        let (levels, count) = (Double(groups.count), Double(groups.values.joined().count))
        var (within, between, squares) = (0.0, 0.0, 0.0)
        for (_, group) in groups.sorted(by: { $0.key < $1.key }) {
            let own = Engine.mean(group)
            for number in group { within += (number - own) * (number - own) }
            between += Double(group.count) * (own - all) * (own - all)
            squares += Double(group.count * group.count)
        }
        within /= count - levels
        between /= levels - 1
        let typical = (count - squares / count) / (levels - 1)
        let variance = (between - within) / typical
        return variance > 0 ? min(max(within / variance, 0.1), 1000) : 1000
    }

    @Test func `a single rare row says little of a new level`() throws {
        let texts = (0..<300).map { "l\($0 / 3)" } + ["alone"]
        let numbers = (0..<300).map { Double($0 / 3 % 10) } + [1000]
        let means = try #require(try self.fit(texts, .numbers(numbers))).means
        // Levels are told exactly: m is 0.1, but 10 beside the rare one.
        #expect(abs(means.values[0] - 0) < 0.5)
        let all = Engine.mean(numbers)
        let rare = means.values[means.values.count - 2]
        #expect(abs(rare - (1000 + 10 * all) / 11) < 1e-9)
    }

    @Test func `answers near nothing have means as others`() throws {
        let texts = (0..<40).map { "l\($0 % 4)" }
        let numbers: [Double] = (0..<40).map { index in Double(3 * (index % 4) + index / 4 % 2) }
        let small = numbers.map { $0 * 0x1p-1000 }
        let means = try #require(try self.fit(texts, .numbers(numbers))).means
        let tiny = try #require(try self.fit(texts, .numbers(small))).means
        for (one, other) in zip(tiny.values, means.values) where other > 0 {
            #expect(one == other * 0x1p-1000)
        }
    }

    @Test func `the largest of numbers have means too`() throws {
        let texts = (0..<40).map { "l\($0 % 2)" }
        let numbers = (0..<40).map { $0 % 2 == 0 ? 1.5e308 : -1 }
        let fitted = try #require(try self.fit(texts, .numbers(numbers)))
        let all = fitted.means.values + fitted.training.values
        #expect(all.allSatisfy { $0.isFinite })
        let small = try #require(try self.fit(texts, .numbers(numbers.map { $0 / 1e300 })))
        for (one, other) in zip(fitted.means.values, small.means.values) where other > 1 {
            #expect(abs(one / 1e300 - other) < 1e-9 * other)
        }
    }

    @Test func `levels of a few rows each do not tell their own answers`() throws {
        let texts = (0..<600).map { "l\($0 / 6)" }
        let labels = (0..<600).map { Int32($0 * 7919 % 101 % 2) }
        let training = try #require(
            try self.fit(texts, .classes(labels, count: 2))
        ).training
        func mean(_ label: Int32) -> Double {
            let rows = labels.indices.filter { labels[$0] == label }
            return rows.reduce(0) { $0 + training[$1, 0] } / Double(rows.count)
        }
        #expect(mean(1) - mean(0) < 0.01)
    }

    @Test(arguments: [FeatureForm.dense, .ordinal])
    func `new, rare and missing levels are what the rare ones are together`(
        form: FeatureForm
    ) throws {
        let texts: [String?] = (0..<700).map { "l\($0 / 10)" } + ["x", "y", nil]
        let frame = Frame(
            rows: texts.count, columns: [.init("c", .categorical(Self.column(texts)))])
        let labels = (0..<703).map { Int32($0 / 10 % 2) }
        let encoder = try Encoder.fit(
            frame, .classes(labels, count: 2), rows: Array(0..<703), form: form
        ).encoder
        let means: TargetMeans
        switch encoder.columns[0].encoding {
        case .targetMeans(let own): means = own
        case .oneHotAndMeans(let oneHot, let own):
            means = own
            #expect(form == .dense && oneHot.levels.count == EncoderLimits.oneHotLevelsMax)
        default:
            Issue.record("not by means")
            return
        }
        #expect(means.levels.count == 70 && !means.hasMissing)
        // Where one-hot columns precede them, the means are the last two.
        let first = encoder.width - 2
        #expect((first == 0) == (form == .ordinal))
        let other = Frame(
            rows: 5,
            columns: [.init("c", .categorical(Self.column(["x", "new", nil, "l0", "l1"])))])
        let encoded = encoder.encode(other)
        #expect(encoded[0, first] == encoded[1, first] && encoded[1, first] == encoded[2, first])
        #expect(encoded[3, first] < encoded[0, first] && encoded[0, first] < encoded[4, first])
        #expect(encoded.values.allSatisfy { $0.isFinite })
        let json = try JSON(decoding: encoder.json.encoded())
        #expect(try Encoder(json: json) == encoder)
    }

    @Test(arguments: [FeatureForm.dense, .ordinal])
    func `ten thousand levels make a few columns, and names none`(form: FeatureForm) throws {
        let texts = (0..<60_000).map { "l\($0 % 10_007)" }
        let frame = Frame(
            rows: texts.count, columns: [.init("c", .categorical(Self.column(texts)))])
        let numbers = Answers.numbers((0..<60_000).map { Double($0 % 10_007 % 5) })
        let fitted = try Encoder.fit(frame, numbers, rows: Array(texts.indices), form: form)
        let oneHot = form == .dense ? EncoderLimits.oneHotLevelsMax + 1 : 0
        #expect(fitted.training.columns == oneHot + 2)
        let names = Frame(
            rows: 500,
            columns: [.init("c", .categorical(Self.column((0..<500).map { "n\($0)" })))])
        #expect(throws: EncodingError(.nothingVaries, "")) {
            try Encoder.fit(
                names, .numbers((0..<500).map(Double.init)), rows: Array(0..<500), form: form)
        }
    }

    @Test func `missing values are a level where there are enough of them`() throws {
        let texts: [String?] = (0..<40).map { $0 % 2 == 0 ? nil : "l\($0 % 3)" }
        let fitted = try #require(
            try self.fit(texts, .classes((0..<40).map { Int32($0 % 2) }, count: 2)))
        #expect(fitted.means.hasMissing)
        let places = fitted.means.places(in: Self.column(["l0", "z"]))
        #expect(places[0] == fitted.means.levels.count)
        #expect(places[2] == fitted.means.rows - 1)
    }

    @Test(arguments: [
        #""levels":["a"],"missing":false,"width":2,"values":[1,2,3]"#,
        #""levels":["a","a"],"missing":false,"width":2,"values":[1,2,3,4,5,6]"#,
        #""levels":["a"],"missing":true,"width":2,"values":[1,2,3,4]"#,
        #""levels":[],"missing":false,"width":0,"values":[]"#,
        #""levels":[],"missing":false,"width":9000000000000000000,"values":[]"#,
    ])
    func `means that are not one for each level are refused`(members: String) throws {
        let text = #"{"form":"dense","columns":[{"name":"x","as":"target_means",\#(members)}]}"#
        let json = try JSON(decoding: Array(text.utf8))
        #expect(throws: ArtifactError.self) { try Encoder(json: json) }
    }
}
