import Testing

@testable import Report

@Suite struct NumberTextTests {
    @Test(arguments: [
        (0.912345, "0.912"), (32_561, "32,561"), (0.0000123, "1.23e-5"), (1_234_567_890, "1.23e9"),
        (0, "0"), (-0.0, "0"), (-2.5, "−2.5"), (12.3456, "12.3"), (0.1 + 0.2, "0.3"),
        (999.9, "1,000"),
        (1e-300, "1e-300"), (.leastNonzeroMagnitude, "4.94e-324"), (1.7e308, "1.7e308"), (1, "1"),
    ])
    func `a number has three digits that matter`(number: Double, text: String) {
        #expect(NumberText.short(number) == text)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func `what is no number is a dash`(number: Double) {
        #expect(NumberText.short(number) == "–")
        #expect(NumberText.fixed(number, decimals: 2) == "–")
        #expect(NumberText.percent(number) == "–")
        #expect(["0", "1000000", "-1000000"].contains(NumberText.coordinate(number)))
    }

    @Test func `decimals are kept, and a share is all only when it is`() {
        #expect(NumberText.fixed(0.5, decimals: 3) == "0.500")
        #expect(NumberText.fixed(-0.0004, decimals: 3) == "0.000")
        #expect(NumberText.fixed(1234.5, decimals: 1) == "1,234.5")
        #expect(NumberText.score(0.604) == "0.6040")
        #expect(NumberText.score(0) == "0.0000")
        #expect(NumberText.score(0.000125) == "0.000125")
        #expect(NumberText.score(.nan) == "–")
        #expect(NumberText.percent(1) == "100\u{202F}%")
        #expect(NumberText.percent(0.9999) == "99.99\u{202F}%")
        #expect(NumberText.percent(0.37) == "37\u{202F}%")
        #expect(NumberText.coordinate(-0.04) == "0")
        #expect(NumberText.coordinate(12.25) == "12.3")
        #expect(NumberText.coordinate(-3.5) == "-3.5")
    }
}
