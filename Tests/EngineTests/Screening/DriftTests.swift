import Engine
import Privacy
import Testing

@Suite struct DriftTests {
    private static func noise(_ count: Int, seed: UInt64, shift: Double = 0) -> [Double] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in
            // The sum of twelve is nearly normal.
            (0..<12).reduce(-6.0 + shift) { sum, _ in sum + generator.unit() }
        }
    }

    private static func texts(_ texts: [String?]) -> Frame.Values {
        let levels = Set(texts.compactMap { $0.map { Private($0) } }).sorted()
        let codes = texts.map { text in
            text.flatMap { levels.firstIndex(of: Private($0)) }.map(Int32.init) ?? -1
        }
        return .categorical(Frame.Categories(codes: codes, levels: levels))
    }

    @Test func `a table has not moved from itself`() {
        let values = Frame.Values.numeric(Self.noise(5000, seed: 1))
        let drift = Drift(of: values, from: values)
        #expect(drift.stability == 0)
        #expect(drift.reading == .stable)
        #expect(drift.strangers.isEmpty)
    }

    @Test func `two samples of one source are stable, a shifted one is not`() {
        let reference = Frame.Values.numeric(Self.noise(5000, seed: 1))
        let same = Drift(of: .numeric(Self.noise(5000, seed: 2)), from: reference)
        #expect(same.reading == .stable)
        let shifted = Drift(of: .numeric(Self.noise(5000, seed: 2, shift: 0.4)), from: reference)
        #expect(shifted.reading == .shifted)
        let drifted = Drift(of: .numeric(Self.noise(5000, seed: 2, shift: 1)), from: reference)
        #expect(drifted.reading == .drifted)
        #expect(same.stability < shifted.stability && shifted.stability < drifted.stability)
    }

    @Test func `the index is that of its definition`() {
        // Two bins, 3 to 1 against 1 to 3, and half a row more in each.
        let reference = Self.texts(["a", "b", "b", "b"])
        let drift = Drift(of: Self.texts(["a", "a", "a", "b"]), from: reference)
        let (much, little) = (3.5 / 5, 1.5 / 5)
        let expected = 2 * (much - little) * 0.8472978603872037  // ln(3.5 / 1.5)
        #expect(abs(drift.stability - expected) < 1e-12)
    }

    @Test func `texts drift in what they say, not in being others`() {
        func texts(_ words: Int, _ first: Int) -> Frame.Values {
            let texts = (first..<first + 200).map {
                (0..<words + $0 % 5).map { "word\($0)" }.joined(separator: " ") + " \($0 % 1000)"
            }
            return .texts(TextScoresTests.column(texts))
        }
        #expect(Drift(of: texts(10, 500), from: texts(10, 0)).reading == .stable)
        #expect(Drift(of: texts(20, 500), from: texts(10, 0)).reading == .drifted)
    }

    @Test func `numbers that are far out are named by their rows`() {
        let reference = Frame.Values.numeric(Self.noise(1000, seed: 1))
        var values = Self.noise(100, seed: 2)
        values[17] = 40
        values[90] = -40
        #expect(Drift(of: .numeric(values), from: reference).strangers == [17, 90])
    }

    @Test func `texts that the reference does not have are named by their rows`() {
        let reference = Self.texts(["a", "b", "a", "b"])
        let drift = Drift(of: Self.texts(["b", "c", nil, "a"]), from: reference)
        #expect(drift.strangers == [1])
        #expect(drift.missing == 0.25)
        #expect(drift.referenceMissing == 0)
    }

    @Test func `values that go missing are drift`() {
        let values = Self.noise(1000, seed: 1)
        let holes = values.enumerated().map { $0.offset % 2 == 0 ? Double.nan : $0.element }
        let drift = Drift(of: .numeric(holes), from: .numeric(values))
        #expect(drift.missing == 0.5)
        #expect(drift.reading == .drifted)
    }

    @Test func `tables without a value, or of one value, are compared all the same`() {
        let empty = Frame.Values.numeric([.nan, .nan])
        #expect(Drift(of: empty, from: empty).stability == 0)
        let one = Drift(of: .numeric([5, 5, 6]), from: .numeric([5, 5, 5]))
        #expect(one.strangers == [2])
        #expect(one.stability.isFinite)
        let none = Drift(of: .numeric([]), from: .numeric([1, 2]))
        #expect(none.missing == 0 && none.stability.isFinite)
    }

    @Test func `the strangest rows come first`() {
        let reference = Frame(
            rows: 4,
            columns: [
                Frame.Column("x", .numeric([1, 2, 3, 4])),
                Frame.Column("y", Self.texts(["a", "b", "a", "b"])),
            ])
        let table = Frame(
            rows: 4,
            columns: [
                Frame.Column("x", .numeric([2, 1000, 3, -1000])),
                Frame.Column("y", Self.texts(["a", "b", "c", "c"])),
            ])
        let strange = TableScreen(of: table, against: reference).strangeRows
        #expect(strange.map(\.row) == [3, 1, 2])
        #expect(strange.map(\.columns) == [2, 1, 1])
    }
}
