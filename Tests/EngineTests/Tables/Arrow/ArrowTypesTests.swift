import Testing

@testable import Engine

@Suite struct ArrowTypesTests {
    private static func frame(
        _ kinds: [String: Schema.Kind] = [:], _ name: String = "types.arrow"
    ) throws -> Frame {
        try SmallTables.frame(
            try ArrowFixtures.bytes(name), try ArrowFixtures.typesSchema(kinds))
    }

    private static func bits(_ numbers: [Double]?) -> [UInt64] {
        (numbers ?? []).map { ($0.isNaN ? Double.nan : $0).bitPattern }
    }

    @Test(arguments: ["types.arrow", "types-lz4.arrow"])
    func `lists of a fixed size are a column for each place`(name: String) throws {
        let frame = try Self.frame([:], name)
        #expect(Self.bits(frame.numbers("spot.0")) == Self.bits([1.5, .nan, .nan]))
        #expect(Self.bits(frame.numbers("spot.1")) == Self.bits([2.5, .nan, 4.5]))
        #expect(frame.numbers("pair.0") == [1, 4, 7])
        #expect(frame.numbers("pair.2") == [3, 6, 9])
        // What is passed over takes the right number of buffers with it.
        #expect(frame.numbers("last") == [1, 2, 3])
        #expect(frame.texts("large") == ["x", nil, nil])
        #expect(frame.texts("view") == ["QXZQ", nil, "a text of more than twelve bytes"])
    }

    /// Long columns are looked at block by block; this looks row by row.
    @Test func `what is missing or out of bounds is found in any block`() throws {
        let schema = try Schema([
            .init("eighths", .numeric(bounds: .init(low: 1, high: 320)), remedy: .repair),
            .init("whole", .numeric(bounds: .init(low: -1499, high: 1400)), remedy: .repair),
            .init("flag", .numeric()), .init("pair.0", .numeric()),
            .init("pair.1", .numeric(bounds: .init(low: -2990, high: nil)), remedy: .repair),
        ])
        let table = try ArrowFixtures.bytes("long.arrow").withUnsafeBytes {
            try ArrowReader($0).table(schema)
        }
        func expected(_ value: (Int) -> Double?) -> [UInt64] {
            Self.bits((0..<3000).map { value($0) ?? .nan })
        }
        let frame = table.frame
        #expect(
            Self.bits(frame.numbers("eighths"))
                == expected { $0 % 997 == 5 ? nil : min(max(Double($0) / 8, 1), 320) })
        #expect(
            Self.bits(frame.numbers("whole"))
                == expected { min(max(Double($0) - 1500, -1499), 1400) })
        #expect(
            Self.bits(frame.numbers("flag"))
                == expected { $0 % 1000 == 999 ? nil : $0 % 3 == 0 ? 1 : 0 })
        #expect(
            Self.bits(frame.numbers("pair.0")) == expected { $0 % 1100 == 1099 ? nil : Double($0) })
        #expect(
            Self.bits(frame.numbers("pair.1"))
                == expected {
                    $0 % 1100 == 1099 || $0 % 7 == 0 ? nil : max(-Double($0), -2990)
                })
        let counts = table.repairs.amendments.map(\.count)
        #expect(counts == [445, 100, 8])
    }

    @Test func `moments are ISO 8601 texts, or seconds since 1970`() throws {
        let texts = try Self.frame()
        #expect(texts.texts("s") == ["2026-01-31T12:30:15", "1969-12-31T23:59:59", nil])
        #expect(texts.texts("ms") == ["2026-01-31T12:30:15Z", "1969-12-31T23:59:59.250Z", nil])
        #expect(texts.texts("ns") == ["2026-01-31T12:30:15", "1969-12-31T23:59:59.250000000", nil])
        #expect(texts.texts("d64") == ["2026-01-31", "1900-02-28", nil])
        let numbers = try Self.frame(
            ["s": .numeric(), "ms": .numeric(), "ns": .numeric(), "d64": .numeric()])
        #expect(Self.bits(numbers.numbers("s")) == Self.bits([1_769_862_615, -1, .nan]))
        for name in ["ms", "ns"] {
            #expect(Self.bits(numbers.numbers(name)) == Self.bits([1_769_862_615, -0.75, .nan]))
        }
        #expect(
            Self.bits(numbers.numbers("d64"))
                == Self.bits([1_769_817_600, -2_203_977_600, .nan]))
        // As dates they are these seconds, and so is a text that spells one.
        let dates = try Self.frame(["s": .date, "ms": .date, "ns": .date, "d64": .date])
        for name in ["s", "ms", "ns", "d64"] {
            guard case .dates(let seconds)? = dates.column(named: name)?.values else {
                Issue.record("\(name) is of no dates")
                continue
            }
            #expect(Self.bits(seconds) == Self.bits(numbers.numbers(name)))
        }
        let error = #expect(throws: TableError.self) { try Self.frame(["view": .date]) }
        #expect(error?.code == .badDate)
    }

    @Test func `decimals are the nearest doubles, or all their digits`() throws {
        let numbers = try Self.frame()
        #expect(Self.bits(numbers.numbers("price")) == Self.bits([12.5, -0.05, .nan]))
        #expect(
            Self.bits(numbers.numbers("sum"))
                == Self.bits([12345678901234567890123456789.25, 0, .nan]))
        let texts = try Self.frame(["price": .categorical(), "sum": .categorical()])
        #expect(texts.texts("price") == ["12.50", "-0.05", nil])
        #expect(texts.texts("sum") == ["12345678901234567890123456789.25", "0.00", nil])
    }

    @Test func `a schema may want numbers as texts, and texts as numbers`() throws {
        let kinds: [String: Schema.Kind] = ["last": .categorical(), "spot.1": .categorical()]
        let frame = try Self.frame(kinds)
        #expect(frame.texts("last") == ["1", "2", "3"])
        #expect(frame.texts("spot.1") == ["2.5", nil, "4.5"])
        let error = #expect(throws: TableError.self) { try Self.frame(["view": .numeric()]) }
        #expect(error?.code == .badNumber)
        #expect(error?.line == 2)
        #expect(error?.description.contains("QXZQ") == false)
        // Booleans are texts or numbers.
        let flowers = try ArrowFixtures.bytes("flowers.arrow")
        let schema = try Schema([.init("flag", .numeric()), .init("u64", .categorical())])
        let read = try flowers.withUnsafeBytes {
            try ArrowReader($0).frame(schema, unknownColumns: .ignored)
        }
        #expect(read.numbers("flag")?.prefix(3) == [1, 0, 0])
        #expect(read.texts("u64")?.prefix(2) == ["18446744073709551615", "9007199254740993"])
    }

    @Test func `what a text is read for is told by what it holds, in a dictionary by its type`()
        throws
    {
        let schema = try ArrowFixtures.bytes("texts.arrow").withUnsafeBytes {
            try Schema.infer(from: $0)
        }
        #expect(
            schema.columns == [
                .init("review", .text), .init("listed", .categorical()), .init("when", .date),
                .init("short", .categorical()),
            ])
        let bytes = try ArrowFixtures.bytes("texts.arrow")
        guard case .texts(let texts)? = try SmallTables.frame(bytes).columns.first?.values else {
            Issue.record("the reviews are no texts")
            return
        }
        #expect(texts.levels.count == 40)
        let csv = try ArrowFixtures.bytes("texts.csv")
        let columns = schema.columns
        #expect(try SmallTables.frame(bytes, schema).bits == SmallTables.frame(csv, schema).bits)
        let suggested = try csv.withUnsafeBytes { try Schema.infer(from: $0) }.columns
        #expect(suggested.map(\.kind) == [.text, .text, columns[2].kind, columns[3].kind])
    }

    @Test func `a type that is no column is refused by its name`() throws {
        for (column, type) in [("tags", "list"), ("box", "struct"), ("blob", "binary_view")] {
            let error = #expect(throws: TableError.self) {
                try Self.frame([column: .categorical()])
            }
            #expect(error?.code == .unknownType)
            #expect(error?.column?.name == column)
            #expect(error?.description.contains("type \(type),") == true)
        }
        let error = #expect(throws: TableError.self) {
            try ArrowFixtures.bytes("types.feather").withUnsafeBytes {
                try Schema.infer(from: $0)
            }
        }
        #expect(error?.column == .init(number: 3, name: "tags"))
        let columns = try ArrowFixtures.bytes("types.feather").withUnsafeBytes {
            try TableFormat.reader(of: $0)
                .schemaForLearning(given: nil, .allBut(["tags"])).columns
        }
        #expect(columns.filter { $0.kind == .ignored }.map(\.name) == ["tags"])
    }
}
