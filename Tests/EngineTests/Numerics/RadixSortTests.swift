import Testing

@testable import Engine

@Suite struct RadixSortTests {
    private func check(_ values: [Double]) {
        var sorted = values
        var scratch = [Double](repeating: 0, count: values.count)
        radixSort(&sorted, scratch: &scratch)
        #expect(sorted == values.sorted())
    }

    @Test func `random numbers of every size and sign are sorted`() {
        var generator = SeededGenerator(seed: 2)
        self.check((0..<3000).map { _ in (generator.unit() - 0.5) * 1e6 })
        self.check(
            (0..<3000).map { _ in
                Double(sign: .minus, exponent: generator.below(600) - 300, significand: 1.5)
                    * (generator.unit() - 0.5)
            })
    }

    @Test func `few distinct values, extremes and short arrays are sorted`() {
        self.check([])
        self.check([3])
        self.check([2, 1])
        self.check((0..<1000).map { Double($0 * 7 % 5) })
        self.check([
            .infinity, -1, 0, -.infinity, .greatestFiniteMagnitude, -0.5, .leastNonzeroMagnitude,
        ])
    }
}
