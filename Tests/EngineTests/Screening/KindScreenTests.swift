import Testing

@testable import Engine

@Suite struct KindScreenTests {
    private static func screen(_ cells: [String], target: String? = nil) throws -> KindScreen {
        let csv = "x,c\n" + cells.map { "1,\"\($0)\"\n" }.joined()
        return KindScreen(try SmallTables.frame(csv), target: target)
    }

    @Test(arguments: ["--", "#DIV/0!", "1e400", "oops"])
    func `one odd cell among numbers is named by its row`(odd: String) throws {
        let numbers = (0..<30).map { "\($0).5" }
        let screen = try Self.screen(numbers + ["NA", odd] + numbers)
        #expect(
            screen.findings == [.init(column: "c", reason: .nearlyNumbers, rows: [31])])
        #expect(try Self.screen(numbers + ["NA"]).findings.isEmpty)
        #expect(try Self.screen(numbers + [odd], target: "c").findings.isEmpty)
    }

    @Test(arguments: ["5%", "$5", "1,234.50", "1.234,50", "3,7", "12 000", "€ 7"])
    func `numbers that are spelled otherwise are told`(cell: String) throws {
        let screen = try Self.screen((0..<20).map { _ in cell })
        #expect(screen.findings.map(\.reason) == [.nearlyNumbers])
        #expect(screen.findings[0].rows == Array(0..<20))
    }

    @Test(arguments: ["31.01.2026", "01/31/2026", "2026/01/31", "2026-1-5", "1/5/26 10:00"])
    func `dates that are spelled otherwise are told`(cell: String) throws {
        let screen = try Self.screen((0..<20).map { _ in cell })
        #expect(screen.findings == [.init(column: "c", reason: .nearlyDates, rows: Array(0..<20))])
    }

    @Test(arguments: [
        ["a", "b", "c1"], ["2026-01-31", "2026-02-01"], ["1", "2"], ["A 12", "B 7", "3rd"],
        ["1", "x", "2", "y", "3", "z", "4", "5"],
    ]) func `texts, dates and numbers are left alone`(cells: [String]) throws {
        #expect(try Self.screen(cells).findings.isEmpty)
    }
}
