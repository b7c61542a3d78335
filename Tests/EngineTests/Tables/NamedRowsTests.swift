import Privacy
import Testing

@testable import Engine

@Suite struct NamedRowsTests {
    private static let names = ["size", "kind", "day", "note", "extra"]

    private let schema = Result {
        try Schema([
            .init("size", .numeric(bounds: .init(low: -5, high: 5)), remedy: .repair),
            .init("kind", .categorical(categories: ["1", "2.5", "red"]), remedy: .repair),
            .init("day", .date), .init("note", .text),
        ])
    }

    private func frame(
        _ rows: [[NamedRows.Value]], _ schema: Schema, names: [String] = Self.names
    ) throws -> Frame {
        try NamedRows(columns: names.map { Private($0) }, rows: rows)
            .frame(schema, unknownColumns: .ignored)
    }

    @Test func `rows of values are the table that a CSV of them is, bit for bit`() throws {
        let schema = try self.schema.get()
        let csv = """
            size,kind,day,note,extra
            0.1,red,2026-01-31,"a ""b""\",7
            1e3,1,2026-01-31T09:30:00Z,,x
            ,2.5,2026,many words here,
            -7,green,,"",1
            3,,2026-Q2,12,1

            """
        let rows: [[NamedRows.Value]] = [
            [.number(0.1), .text("red"), .text("2026-01-31"), .text("a \"b\""), .number(7)],
            [.text("1e3"), .number(1), .text("2026-01-31T09:30:00Z"), .missing, .text("x")],
            [.missing, .number(2.5), .number(2026), .text("many words here"), .missing],
            [.number(-7), .text("green"), .missing, .text(""), .number(1)],
            [.text(" 3 "), .number(.nan), .text("2026-Q2"), .number(12), .number(.infinity)],
        ]
        let expected = try Array(csv.utf8).withUnsafeBytes {
            try CSVReader($0).frame(schema, unknownColumns: .ignored)
        }
        #expect(try self.frame(rows, schema).bits == expected.bits)
        // One by one they are the rows of that table.
        for (row, values) in rows.enumerated() {
            #expect(try self.frame([values], schema) == expected.rows(at: [row]))
        }
    }

    @Test func `what stands for a missing value in a table does so in rows`() throws {
        let schema = try Schema([
            .init("size", .numeric(), missingValues: ["?", "-999"]),
            .init("kind", .categorical(), missingValues: ["NA", "-1"]),
            .init("day", .date, missingValues: ["NaT", "0"]),
        ])
        let csv = "size,kind,day\n?,NA,NaT\n-999,-1,0\n-999.0,?,2026-01-31\n"
        let rows: [[NamedRows.Value]] = [
            [.text("?"), .text("NA"), .text("NaT")], [.number(-999), .number(-1), .number(0)],
            [.text("-999.0"), .text("?"), .text("2026-01-31")],
        ]
        let expected = try Array(csv.utf8).withUnsafeBytes { try CSVReader($0).frame(schema) }
        #expect(expected.numbers("size")?.allSatisfy(\.isNaN) == true)
        let frame = try self.frame(rows, schema, names: schema.columns.map(\.name))
        #expect(frame.bits == expected.bits)
    }

    @Test func `a fault is named with row and column, and never its value`() throws {
        let schema = try Schema([
            .init("size", .numeric(bounds: .init(low: 0, high: 9)), missing: .refused),
            .init("kind", .categorical(categories: ["a", "b"])), .init("day", .date),
        ])
        let good: [NamedRows.Value] = [.number(1), .text("a"), .text("2026-01-31")]
        let faults: [(Int, NamedRows.Value, TableError.Code)] = [
            (0, .text("canary"), .badNumber), (0, .number(.infinity), .badNumber),
            (0, .number(10), .outOfRange), (0, .missing, .missingValue),
            (0, .text(""), .missingValue), (1, .text("canary"), .unknownCategory),
            (1, .text("ca\0nary"), .nulByte), (1, .number(-.infinity), .badNumber),
            (1, .text(Private(String(repeating: "x", count: 70_000))), .fieldTooLong),
            (2, .text("canary"), .badDate), (2, .number(31.5), .badDate),
        ]
        for (column, value, code) in faults {
            var bad = good
            bad[column] = value
            let error = #expect(throws: TableError.self) {
                try self.frame([good, bad, good], schema, names: ["size", "kind", "day"])
            }
            let name = ["size", "kind", "day"][column]
            #expect(error?.code == code)
            let place = "line 2, column \(column + 1) (\(name)): "
            #expect(error?.description.hasPrefix(place) == true)
            #expect(error?.description.contains("nary") == false)
        }
    }

    @Test func `what is no set of rows is refused`() throws {
        let schema = try Schema([.init("size", .numeric())])
        let cases: [([String], [[NamedRows.Value]], TableError.Code)] = [
            (["size"], [], .noRows), (["size"], [[.number(1)], []], .raggedRow),
            (["size"], [[.number(1), .number(2)]], .raggedRow),
            (["size", "size"], [[.number(1), .number(2)]], .duplicateColumn),
            (["other"], [[.number(1)]], .missingColumn),
        ]
        for (names, rows, code) in cases {
            let error = #expect(throws: TableError.self) {
                try self.frame(rows, schema, names: names)
            }
            #expect(error?.code == code)
        }
    }

    @Test func `rules are held against rows, and name them`() throws {
        let schema = try Schema(
            [.init("a", .numeric()), .init("b", .numeric())],
            rules: [Rule("order", .require("a <= b"), .refuse)])
        let error = #expect(throws: TableError.self) {
            try self.frame(
                [[.number(1), .number(2)], [.number(3), .number(2)]], schema, names: ["a", "b"])
        }
        #expect(error?.description == "line 2: the row breaks rule order")
    }
}
