import Testing

@testable import Engine

@Suite struct SeriesTableTests {
    private func table(
        _ csv: String, _ change: (inout SeriesPlan) -> Void = { _ in }
    ) throws -> SeriesTable {
        var plan = SeriesPlan(target: "y", time: "t")
        change(&plan)
        return try SeriesTable(try SmallTables.frame(csv), plan)
    }

    @Test func `rows are sorted, missing steps and values lie on the line between neighbours`()
        throws
    {
        let table = try self.table(
            "t,y\n2024-01-03,30\n2024-01-01,10\n2024-01-05,\n2024-01-06,60\n2024-01-02,20\n")
        #expect(table.frequency == .seconds(86_400))
        #expect(table.entries.map(\.series.values) == [[10, 20, 30, 40, 50, 60]])
        let notes = table.notes.map { "\($0.deed) \($0.count)" }
        #expect(notes == ["sorted 2", "insertedSteps 1", "filledTargets 1"])
        #expect(table.entries[0].key == nil && table.entries[0].start == 1_704_067_200)
    }

    @Test func `in a history that ends in a gap nothing is known of what came behind it`() throws {
        let table = try self.table("t,y\n1,10\n2,\n3,30\n4,\n5,\n6,60\n7,70\n")
        let series = table.entries[0].series
        #expect(series.values == [10, 20, 30, 40, 50, 60, 70])
        #expect((0..<7).filter(series.isObserved) == [0, 2, 5, 6])
        #expect(series.prefix(2).values == [10, 10])
        #expect(series.prefix(4).values == [10, 20, 30, 30])
        #expect(series.prefix(5).values == [10, 20, 30, 30, 30])
        #expect(series.prefix(6).values == [10, 20, 30, 40, 50, 60])
        #expect((0..<5).filter(series.prefix(5).isObserved) == [0, 2])
        #expect((0..<4).filter(series.newest(4).isObserved) == [2, 3])
        #expect(try Series(series.values).values == series.values)
    }

    @Test(arguments: [
        (["2024-01-31", "2024-02-29", "2024-03-31"], true),
        (["2021-04-30", "2021-05-30", "2021-06-30"], false),
        (["2023-12-30", "2024-01-30", "2024-02-29"], false),
    ]) func `days of months are the last ones only where all of them are`(
        days: [String], areLast: Bool
    ) throws {
        let table = try self.table("t,y\n" + days.map { "\($0),1\n" }.joined())
        #expect(table.frequency == .months(1))
        #expect(table.endsMonths == areLast)
    }

    @Test func `each key is a series`() throws {
        let table = try self.table("t,k,y\n1,b,5\n1,a,1\n2,a,2\n2,b,6\n3,b,7\n") { $0.key = "k" }
        #expect(table.entries.map(\.series.values) == [[1, 2], [5, 6, 7]])
        #expect(table.entries.map { $0.key?.revealed } == ["a", "b"])
        let numbered = try self.table("t,k,y\n1,2,5\n1,1,1\n2,1,2\n") { $0.key = "k" }
        #expect(numbered.entries.map { $0.key?.revealed } == ["1", "2"])
    }

    @Test func `times may be dates or texts that spell them, and keys may be dates`() throws {
        let csv = "t,y\n2024-01-31,1\n2024-02-29,2\n"
        let texts = try Schema([.init("t", .categorical()), .init("y", .numeric())])
        let spelt = try SeriesTable(
            try SmallTables.frame(csv, texts), SeriesPlan(target: "y", time: "t"))
        #expect(try self.table(csv) == spelt)
        let keyed = try self.table("t,k,y\n1,2024-01-02,5\n2,2024-01-02,6\n1,2023-12-31T06:00,7\n")
        {
            $0.key = "k"
        }
        #expect(keyed.entries.map { $0.key?.revealed } == ["2023-12-31T06:00:00", "2024-01-02"])
        for time in ["", "2024-01-01T00:00:00.5"] {
            #expect(throws: SeriesError.self) { try self.table("t,y\n2024-01-01,1\n\(time),2\n") }
        }
    }

    @Test func `duplicates are refused with both rows, or averaged`() throws {
        let csv = "t,y\n1,5\n2,10\n2,20\n3,5\n"
        let error = #expect(throws: SeriesError.self) { try self.table(csv) }
        #expect(error == SeriesError(.duplicateTime, row: 3, column: "t", ""))
        #expect(error?.description.contains("row 2 has the same time") == true)
        let table = try self.table(csv) { $0.duplicates = .averaged }
        #expect(table.entries[0].series.values == [5, 15, 5])
        #expect(table.notes == [.init(deed: .averaged, count: 1)])
    }

    @Test func `rows without a target at the end tell of the future`() throws {
        let table = try self.table("t,y,x\n1,,9\n2,5,1\n3,6,\n4,7,3\n5,,4\n6,,5\n7,,\n") {
            $0.exogenous = ["x"]
        }
        let entry = table.entries[0]
        #expect(entry.series.values == [5, 6, 7] && entry.start == 2)
        #expect(entry.series.exogenous.values == [1, 2, 3])
        #expect(entry.future == Matrix(rows: 2, columns: 1, values: [4, 5]))
        let notes = table.notes.map { "\($0.deed) \($0.count)" }
        #expect(notes == ["filledExogenous 1", "trimmedStart 1", "trimmedEnd 1"])
    }

    @Test func `without a time column the order of rows is that of time`() throws {
        let table = try self.table("t,y\n9,5\n1,\n4,7\n") { $0.time = nil }
        #expect(table.entries[0].series.values == [5, 6, 7] && table.frequency == nil)
    }

    @Test func `faults name their row and column, and never a value`() throws {
        func fails(
            _ csv: String, _ code: SeriesError.Code, row: Int? = nil, column: String? = nil,
            _ change: (inout SeriesPlan) -> Void = { _ in }
        ) {
            let error = #expect(throws: SeriesError.self) { try self.table(csv, change) }
            #expect(error == SeriesError(code, row: row, column: column, ""))
            #expect(error?.description.contains("47") == false)
        }
        fails("t,x\n1,47\n", .missingColumn, column: "y")
        fails("t,y\n1,a47\n2,b\n", .wrongKind, column: "y")
        fails("t,y\n2024-01-01,1\nlate47,2\n", .badTime, row: 2, column: "t")
        fails("t,y\n1,1\n,2\n", .missingTime, row: 2, column: "t")
        fails("t,y\n1,1\n2,2\n3,3\n3.5,47\n", .offGrid, row: 4, column: "t")
        fails("t,y\n1,\n2,\n", .noValues, row: 1, column: "y") { _ in }
        fails("t,y\n1,47\n2,47\n3,47\n900,47\n", .tooManyGaps, row: 1, column: "y")
        let monthly = "t,y\n2024-01-01,47\n2024-02-01,2\n2024-03-01,3\n"
        fails(monthly, .wrongFrequency, column: "t") { $0.frequency = .months(3) }
        fails(monthly, .wrongFrequency, column: "t") { $0.frequency = .seconds(7 * 86_400) }
        let days = "t,y\n2024-01-30,47\n2024-01-31,2\n2024-02-03,3\n"
        fails(days, .wrongFrequency, row: 2, column: "t") { $0.frequency = .months(1) }
        fails(monthly, .badSeason, column: "y") { $0.season = 0 }
    }
}
