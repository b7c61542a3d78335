import Testing

@testable import Engine

@Suite struct DecimalNumberTests {
    private func read(_ text: String) throws -> Double {
        let schema = try Schema([.init("a", .numeric())])
        return try #require(SmallTables.frame("a\n\(text)\n", schema).numbers("a")?.first)
    }

    /// The standard library is the judge; it calls `strtod`.
    private func expectNearest(_ text: String) throws {
        let expected = try #require(Double(text))
        #expect(try self.read(text).bitPattern == expected.bitPattern, "\(text)")
    }

    @Test(arguments: [
        "0", "-0", "+7", "00012", "1.", ".5", "-.5e1", "9007199254740993", "9007199254740992.5",
        "9223372036854775807", "18446744073709551615", "9999999999999999999", "1e22", "1e23",
        "8.5e-22", "123456789012345678e27", "123456789012345678e-27", "0e30", "0.0e-400",
        "2.2250738585072011e-308", "4.9e-324", "1e-400", "1.7976931348623157e308", "1e0005",
        "0.000000000000000000000000000000000123", "123456789012345678901234567890",
        "7.2057594037927933e16", "1E5", "12345678", "123456789", "1234567.12345678",
    ]) func `a number is the double nearest to its digits`(text: String) throws {
        try self.expectNearest(text)
    }

    @Test func `digits and exponents of every length give the nearest double`() throws {
        var generator = SeededGenerator(seed: 4)
        for _ in 0..<20_000 {
            let count = 1 + generator.below(21)
            var digits = (0..<count).map { _ in Character(String(generator.below(10))) }
            if generator.below(2) == 0 { digits.insert(".", at: generator.below(count + 1)) }
            var text = (generator.below(2) == 0 ? "-" : "") + String(digits)
            if generator.below(3) == 0 { text += "e\(generator.below(80) - 40)" }
            guard Double(text) != nil else { continue }
            try self.expectNearest(text)
        }
    }

    @Test func `a double printed in its shortest digits is read back`() throws {
        var generator = SeededGenerator(seed: 5)
        for _ in 0..<5000 {
            let scale = Double(sign: .plus, exponent: generator.below(80) - 40, significand: 1)
            let number = (generator.unit() - 0.5) * scale
            #expect(try self.read(number.description).bitPattern == number.bitPattern)
        }
    }

    /// Halfway cases, where the one lost bit decides: an odd multiple of half a unit.
    @Test func `a number halfway between two doubles goes to the even one`() throws {
        var generator = SeededGenerator(seed: 6)
        for _ in 0..<2000 {
            let halfway = (UInt64(1) << 53 + generator.next() >> 12) << 1 | 1
            try self.expectNearest(String(halfway))
            try self.expectNearest(String(halfway) + "e-1")
            try self.expectNearest(String(halfway) + "e3")
        }
    }
}
