import Testing

@testable import Engine

@Suite struct TimeGridTests {
    @Test(arguments: [
        (Frequency.months(1), 0, "1970-01-01"), (.months(1), -1, "1969-12-01"),
        (.months(3), 5, "1971-04-01"), (.seconds(86_400), 59, "1970-03-01"),
        (.seconds(3600), 25, "1970-01-02T01:00:00"), (.seconds(1), 61, "1970-01-01T00:01:01"),
        (.seconds(3600), 24, "1970-01-02T00:00:00"), (.number(0.5), 3, "1.5"),
    ]) func `a place on the grid has a time`(frequency: Frequency, place: Int, text: String) {
        #expect(TimeGrid(frequency: frequency, start: 0).text(of: place)?.revealed == text)
    }

    @Test func `the last day of a month stays the last`() {
        let start = Double(CivilTime.days(2024, 1, 31) * 86_400)
        let grid = TimeGrid(frequency: .months(1), start: start, endsMonths: true)
        let days = (0..<4).map { grid.text(of: $0)?.revealed }
        #expect(days == ["2024-01-31", "2024-02-29", "2024-03-31", "2024-04-30"])
        let kept = TimeGrid(frequency: .months(1), start: start - 86_400)
        #expect(kept.text(of: 1)?.revealed == "2024-02-29")
        #expect(kept.text(of: 2)?.revealed == "2024-03-30")
    }
}
