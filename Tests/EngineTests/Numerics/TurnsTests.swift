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
}
