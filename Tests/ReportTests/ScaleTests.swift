import Testing

@testable import Report

@Suite struct ScaleTests {
    @Test func `ends lie at the ends, also of an axis that is drawn upwards`() {
        let scale = Scale(of: [0, 10], from: 300, to: 100)
        #expect(scale(0) == 300 && scale(10) == 100 && scale(5) == 200)
    }

    @Test func `ticks are one, two or five times a power of ten`() {
        #expect(
            Scale(of: [0, 1], from: 0, to: 1).ticks(5).map(\.text) == [
                "0.0", "0.2", "0.4", "0.6", "0.8", "1.0",
            ])
        #expect(
            Scale(of: [-2, 2], from: 0, to: 1).ticks(5).map(\.text) == ["−2", "−1", "0", "1", "2"])
        #expect(
            Scale(of: [0, 43_000], from: 0, to: 1).ticks(5).map(\.text)
                == ["0", "10,000", "20,000", "30,000", "40,000", "50,000"])
    }

    @Test func `an axis ends at ticks`() {
        for numbers in [[0.18, 0.89], [113, 893], [-7, 3], [0.001, 0.0099], [5.53, 6.43]] {
            let scale = Scale(of: numbers, from: 0, to: 1)
            let ticks = scale.ticks(5).map(\.value)
            #expect(abs(ticks[0] - scale.low) < 1e-9)
            #expect(abs(ticks[ticks.count - 1] - scale.high) < 1e-9)
        }
    }

    @Test(arguments: [
        [], [3], [0, 0], [.nan, .infinity], [1e308, -1e308], [.leastNonzeroMagnitude, 0],
        [1, 1 + 1e-16],
        [1e300, 1.0000001e300], [-7, -7, -7], [1e15, 1e15 + 1],
    ])
    func `any numbers make an axis`(numbers: [Double]) {
        let scale = Scale(of: numbers, from: 0, to: 100)
        #expect(scale.low < scale.high && (scale.high - scale.low).isFinite)
        let ticks = scale.ticks(5)
        #expect((1...21).contains(ticks.count))
        #expect(ticks.allSatisfy { $0.value.isFinite && !$0.text.contains("nan") })
        for number in numbers where number.isFinite {
            #expect(scale(number).isFinite && abs(scale(number)) <= 1000)
        }
    }
}
