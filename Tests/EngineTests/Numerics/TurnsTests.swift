import Foundation
import Testing

@testable import Engine

@Suite struct TurnsTests {
    @Test(arguments: [1, 3, 7, 8, 12, 365, 1461])
    func `sines and cosines of parts of a turn are those of the C library`(whole: Int) {
        for part in -2 * whole...2 * whole {
            let angle = 2 * Double.pi * Double(part) / Double(whole)
            #expect(abs(cosineOfTurns(part, of: whole) - cos(angle)) < 3e-15)
            #expect(abs(sineOfTurns(part, of: whole) - sin(angle)) < 3e-15)
        }
    }

    @Test func `cosines of turns are those of the C library`() {
        var generator = SeededGenerator(seed: 2)
        for _ in 0..<2000 {
            let x = generator.unit() - 0.5
            // The angle in radians is rounded: half a unit of its last place.
            #expect(abs(cosineOfTurns(SIMD4(repeating: x))[0] - cos(2 * .pi * x)) < 9e-16)
            let whole = Double(generator.below(1 << 20))
            let far = x + whole
            let near = far - whole
            #expect(
                cosineOfTurns(SIMD4(repeating: far)) == cosineOfTurns(SIMD4(repeating: near)))
        }
    }
}
