import Testing

@testable import Engine

/// Dates and texts, which a CSV tells by its fields.
@Suite struct ArrowDatesTests {
    private static func schema(_ name: String) throws -> Schema {
        try ArrowFixtures.bytes(name).withUnsafeBytes { try Schema.infer(from: $0) }
    }

    private static func frame(_ name: String, _ schema: Schema) throws -> Frame {
        try SmallTables.frame(try ArrowFixtures.bytes(name), schema)
    }

    /// The named columns; others are ignored.
    private static func schema(
        _ name: String, keeping kinds: [String: Schema.Kind]
    ) throws -> Schema {
        let names = try ArrowFixtures.bytes(name).withUnsafeBytes {
            try ArrowReader($0).columnNames.map(\.revealed)
        }
        return try Schema(names.map { Schema.Column($0, kinds[$0] ?? .ignored) })
    }

    static let moments = ["moments.arrow", "moments-polars.arrow"]

    @Test(arguments: moments) func `types and texts suggest what the fields of a CSV do`(
        name: String
    ) throws {
        // A dictionary of texts is one of categories, which polars did not make of this one.
        let coded: Schema.Kind = name == "moments.arrow" ? .categorical() : .date
        var kinds: [(String, Schema.Kind)] = [
            ("d32", .date), ("d64", .date), ("s", .date), ("us", .date), ("ns", .date),
            ("spelled", .date), ("coded", coded), ("stamp", .date), ("note", .text),
            ("few", .categorical()), ("digits", .categorical()), ("none", .categorical()),
            ("y", .numeric()),
        ]
        #expect(try Self.schema(name) == Schema(kinds.map { Schema.Column($0.0, $0.1) }))
        // Only of texts that are numbers all the same, or nothing, does a CSV not know the type.
        let numbers = ["digits", "none"]
        kinds[6].1 = .date
        #expect(
            try Self.schema("moments.csv")
                == Schema(
                    kinds.map {
                        Schema.Column($0.0, numbers.contains($0.0) ? .numeric() : $0.1)
                    }))
    }

    @Test(arguments: moments) func `a table has the dates and texts of its CSV, bit for bit`(
        name: String
    ) throws {
        for schema in [try Self.schema("moments.csv"), try Self.schema(name)] {
            let expected = try Self.frame("moments.csv", schema)
            let frame = try Self.frame(name, schema)
            #expect(frame == expected)
            #expect(frame.bits == expected.bits)
        }
        // Missing in some rows, and refused there.
        var columns = try Self.schema(name).columns
        columns[6] = Schema.Column("coded", .date, missing: .refused)
        let schema = try Schema(columns)
        for name in [name, "moments.csv"] {
            let error = #expect(throws: TableError.self) { try Self.frame(name, schema) }
            let place = TableError.Place(number: 7, name: "coded")
            #expect(error == TableError(.missingValue, line: 5, column: place, ""))
        }
    }

    @Test func `moments are seconds since 1970`() throws {
        let dates: [String: Schema.Kind] = ["s": .date, "ms": .date, "ns": .date, "d64": .date]
        let frame = try Self.frame("types.arrow", try ArrowFixtures.typesSchema(dates))
        for (name, expected) in [
            ("s", [1_769_862_615.0, -1]), ("ms", [1_769_862_615, -0.75]),
            ("ns", [1_769_862_615, -0.75]), ("d64", [1_769_817_600, -2_203_977_600]),
        ] {
            guard case .dates(let seconds) = frame.column(named: name)?.values else {
                Issue.record("\(name) holds no dates")
                continue
            }
            #expect(seconds.prefix(2) == expected[...] && seconds[2].isNaN)
        }
        // A year is the day on which it begins, whatever its type.
        let digits = try Self.schema("moments.arrow", keeping: ["digits": .date])
        guard
            case .dates(let years) = try Self.frame("moments.arrow", digits).columns[0].values
        else {
            Issue.record("years are no dates")
            return
        }
        #expect(years.prefix(2) == [631_152_000, 662_688_000])
    }

    @Test func `what is no date is named with its row and column`() throws {
        for name in ArrowReaderTests.flowers + ["flowers.csv"] {
            let columns = try Self.schema(name).columns.map { column in
                column.name == "city" ? Schema.Column("city", .date) : column
            }
            let error = #expect(throws: TableError.self) {
                try Self.frame(name, Schema(columns))
            }
            let place = TableError.Place(number: 14, name: "city")
            #expect(error == TableError(.badDate, line: 2, column: place, ""))
            #expect(error?.description.contains("Graz") == false)
        }
        for (number, name) in ["when", "coded"].enumerated() {
            let schema = try Self.schema("far.arrow", keeping: [name: .date])
            let error = #expect(throws: TableError.self) { try Self.frame("far.arrow", schema) }
            let place = TableError.Place(number: number + 1, name: name)
            #expect(error == TableError(.badDate, line: 3, column: place, ""))
        }
    }

    @Test func `a text may be a mebibyte, anything else 64 KiB`() throws {
        let fitting = try Self.schema("bounds.arrow", keeping: ["long": .text])
        guard case .texts(let texts) = try Self.frame("bounds.arrow", fitting).columns[0].values
        else {
            Issue.record("a long text is none")
            return
        }
        #expect(texts.levels.map { $0.revealed.utf8.count } == [1 << 20])
        let kinds: [(String, Schema.Kind, TableError.Code)] = [
            ("longer", .text, .fieldTooLong), ("long", .categorical(), .fieldTooLong),
            ("long", .date, .badDate),
        ]
        for (name, kind, code) in kinds {
            let schema = try Self.schema("bounds.arrow", keeping: [name: kind])
            let error = #expect(throws: TableError.self) {
                try Self.frame("bounds.arrow", schema)
            }
            let place = TableError.Place(number: name == "long" ? 1 : 2, name: name)
            #expect(error == TableError(code, line: 2, column: place, ""))
        }
        #expect(try Self.schema("bounds.arrow").columns.map(\.kind) == [.text, .text])
    }
}
