import Testing

@testable import Engine

@Suite struct FunctionsTests {
    @Test func `four exponentials at once are right to two units of the last place`() {
        var generator = SeededGenerator(seed: 1)
        for _ in 0..<2000 {
            let x = SIMD4<Double>.random(in: -700...700, using: &generator)
            let fast = exponential(x)
            for lane in 0..<4 {
                let exact = exp(x[lane])
                #expect(abs(fast[lane] - exact) <= 2 * exact.ulp, "at \(x[lane])")
            }
        }
    }

    @Test func `exponentials of extreme arguments stay finite and positive`() {
        let values = exponential(SIMD4(-.infinity, -1e9, 1e9, .infinity))
        for lane in 0..<4 { #expect(values[lane] > 0 && values[lane].isFinite) }
        #expect(exponential(SIMD4(repeating: 0))[0] == 1)
    }

    @Test func `sigmoids of a buffer equal sigmoids one by one`() {
        let values = (0..<11).map { Double($0) * 3 - 17 }
        var buffer = values
        buffer.withUnsafeMutableBufferPointer { applySigmoid($0) }
        for (fast, x) in zip(buffer, values) {
            #expect(fast == sigmoid(x))
            #expect(abs(fast - 1 / (1 + exp(-x))) < 1e-15)
        }
    }

    @Test(arguments: [1, 3, 4, 7]) func `a softmax row sums to one`(columns: Int) {
        var values = (0..<columns * 3).map { Double($0 * $0 % 17) * 100 - 300 }
        values.withUnsafeMutableBufferPointer { applySoftmax($0, columns: columns) }
        for row in 0..<3 {
            let sum = values[row * columns..<(row + 1) * columns].reduce(0, +)
            #expect(abs(sum - 1) < 1e-14)
        }
    }

    @Test func `softmax keeps the ratios of the exponentials`() {
        var values = [1.0, 2, 4, 0.5, 3]
        values.withUnsafeMutableBufferPointer { applySoftmax($0, columns: 5) }
        #expect(abs(values[1] / values[0] - exp(1)) < 1e-14)
        #expect(abs(values[2] / values[4] - exp(1)) < 1e-14)
    }

    @Test func `four cosines at once are right, mirrored and periodic`() {
        // Multiples of a twelfth of a turn, whose cosines are known; then by whole turns.
        let root = 3.0.squareRoot() / 2
        let known = [1, root, 0.5, 0, -0.5, -root, -1, -root, -0.5, 0, 0.5, root]
        for (twelfth, cosine) in known.enumerated() {
            let x = Double(twelfth) / 12
            for turns in [0.0, 3, -7, 1000] {
                #expect(abs(cosineOfTurns(SIMD4(repeating: x + turns))[0] - cosine) < 1e-12)
                #expect(abs(cosineOfTurns(SIMD4(repeating: -x - turns))[0] - cosine) < 1e-12)
            }
        }
    }

    @Test func `cosines of extreme arguments stay within their bounds`() {
        var values = [-Double.infinity, -1e300, 1e16, 1e300, .infinity, 0]
        let phases = [Double](repeating: 0, count: values.count)
        values.withUnsafeMutableBufferPointer {
            applyCosineOfTurns($0, phases: phases, scale: 2)
        }
        for value in values { #expect(abs(value) <= 2) }
        #expect(values[5] == 2)
    }

    @Test(arguments: 1...9) func `phases are added, whatever the number of values`(count: Int) {
        let phases = (0..<count).map { Double($0) / 7 }
        var values = (0..<count).map { Double($0 * $0) / 11 }
        let expected = zip(values, phases).map {
            0.5 * cosineOfTurns(SIMD4(repeating: $0 + $1))[0]
        }
        values.withUnsafeMutableBufferPointer {
            applyCosineOfTurns($0, phases: phases, scale: 0.5)
        }
        #expect(values == expected)
    }
}
