import Testing

@testable import Engine

@Suite struct CleanTableTests {
    static let canary = "canary"

    private static func table(_ csv: String, _ schema: Schema) throws -> CleanTable {
        try Array(csv.utf8).withUnsafeBytes { try CSVReader($0).table(schema) }
    }

    private static func visits(_ rules: [Rule]) throws -> Schema {
        try Schema(
            [
                .init("id", .categorical(), use: .checks), .init("start", .categorical()),
                .init("end", .categorical()), .init("age", .numeric()),
            ], rules: rules)
    }

    static let csv = """
        id,start,end,age
        a,2026-01-01,2026-01-02,30
        b,2026-01-05,2026-01-03,20
        a,2026-01-05,2026-01-06,10
        c,,2026-01-06,12

        """

    @Test func `a rule that is broken refuses the table, with lines and without values`() throws {
        let schema = try Self.visits([.init("dates", .require("end >= start"))])
        let error = #expect(throws: TableError.self) { try Self.table(Self.csv, schema) }
        #expect(error?.code == .brokenRule)
        #expect(error?.description == "line 3: the row breaks rule dates")
        let grown = try Self.visits([.init("grown", .require("age > 18"))])
        let more = #expect(throws: TableError.self) { try Self.table(Self.csv, grown) }
        #expect(more?.description == "line 4: 2 rows break rule grown, at lines 4, 5")
    }

    @Test func `rows that break a rule are dropped, and counted by their lines`() throws {
        let schema = try Self.visits([
            .init("dates", .require("end >= start"), .drop),
            .init("key", .unique(["id"]), .drop),
            .init("grown", .require("age >= 12"), .drop),
        ])
        let table = try Self.table(Self.csv, schema)
        #expect(table.frame.numbers("age") == [30, 12])
        #expect(table.frame.columns.map(\.name) == ["start", "end", "age"])
        #expect(table.repairs.rowsRead == 4 && table.repairs.rowsDropped == 2)
        #expect(table.origin(ofRow: 0) == 0 && table.origin(ofRow: 1) == 3)
        // The third rule sees what the second left: the row of age 10 is gone already.
        let told = table.repairs.amendments.map { "\($0.subject.name) \($0.count) \($0.lines)" }
        #expect(told == ["dates 1 [3]", "key 1 [4]", "grown 0 []"])
    }

    @Test func `numbers are clamped, texts blanked, rows dropped as the columns say`() throws {
        let schema = try Schema([
            .init("a", .numeric(bounds: .init(low: 0, high: 10)), remedy: .repair),
            .init("b", .categorical(categories: ["x", "y"]), remedy: .repair),
            .init(
                "c", .numeric(bounds: .init(low: 0, high: nil)), missing: .refused, remedy: .drop),
        ])
        let csv = "a,b,c\n11,x,1\n-1,\(Self.canary),2\n5,y,-1\n20,z,\n,,7\n"
        let table = try Self.table(csv, schema)
        #expect(table.frame.rows == 3)
        let numbers = try #require(table.frame.numbers("a"))
        #expect(numbers[0] == 10 && numbers[1] == 0 && numbers[2].isNaN)
        #expect(table.frame.texts("b") == ["x", nil, nil])
        let told = table.repairs.amendments.map {
            "\($0.subject.name) \($0.remedy) \($0.count) \($0.lines)"
        }
        #expect(
            told == [
                "a clamped 3 [2, 3, 5]", "b blanked 2 [3, 5]", "c dropped 1 [4]", "c dropped 1 [5]",
            ])
        #expect(table.repairs.fieldsRepaired == 5 && table.repairs.rowsDropped == 2)
        #expect(!"\(table.repairs)".contains(Self.canary))
        // Levels that only dropped rows had are gone with them.
        guard case .categorical(let b) = table.frame.column(named: "b")?.values else { return }
        #expect(b.levels == ["x"])
    }

    @Test func `what has no number is refused, whatever the remedy`() throws {
        for remedy in [Schema.Remedy.drop, .repair] {
            let schema = try Schema([
                .init("a", .numeric(bounds: .init(low: 0, high: 1)), remedy: remedy)
            ])
            let error = #expect(throws: TableError.self) { try Self.table("a\n1\nx\n", schema) }
            #expect(error?.code == .badNumber && error?.line == 3)
        }
    }

    @Test func `a missing value that is wanted cannot be repaired`() throws {
        let schema = try Schema([
            .init(
                "a", .numeric(bounds: .init(low: 0, high: 1)), missing: .refused, remedy: .repair),
            .init("b", .ignored),
        ])
        let error = #expect(throws: TableError.self) { try Self.table("a,b\n1,x\n,y\n", schema) }
        #expect(error?.code == .missingValue && error?.line == 3)
    }

    @Test func `keys of several columns are unique as a whole, and missing ones equal none`() throws
    {
        let schema = try Schema(
            [.init("a", .numeric()), .init("b", .categorical())],
            rules: [.init("key", .unique(["a", "b"]), .drop)])
        let table = try Self.table("a,b\n1,x\n1,y\n0,x\n-0,x\n,x\n,x\n1,x\n1,\n1,\n", schema)
        #expect(table.repairs.amendments.map(\.lines) == [[5, 8]])
    }

    @Test func `a time that falls is told, and does not become the mark`() throws {
        let schema = try Schema(
            [.init("t", .numeric()), .init("day", .categorical())],
            rules: [.init("clock", .ascending("t"), .drop), .init("days", .ascending("day"))])
        let table = try Self.table("t,day\n1,a\n5,a\n2,b\n,b\n4,c\n5,c\n6,\n", schema)
        #expect(table.repairs.amendments.map(\.lines) == [[4, 6], []])
    }

    @Test func `rules compare dates, and pass over missing ones`() throws {
        let schema = try Schema(
            [.init("start", .date), .init("end", .date), .init("x", .numeric())],
            rules: [
                .init("order", .require("end >= start and end - start <= 1.5"), .drop),
                .init("era", .require("start >= '2000-01-01'"), .drop),
                .init("key", .unique(["start"]), .drop), .init("time", .ascending("start"), .drop),
            ])
        let table = try Self.table(
            "start,end,x\n2024-01-01,2024-01-02T12:00,0\n2024-01-01,2024-01-02T12:01,1\n"
                + "2024-01-02,2024-01-01,2\n,2024-01-01,3\n1999-12-31,,4\n"
                + "2024-01-01T00:00Z,,5\n2023-12-31,,6\n2024-01-02T01:00+01:00,,7\n", schema)
        #expect(table.frame.numbers("x") == [0, 3, 7])
    }

    @Test func `lines are those on which rows begin, whatever their fields hold`() throws {
        let schema = try Schema(
            [.init("a", .categorical()), .init("b", .numeric())],
            rules: [.init("positive", .require("b > 0"), .drop)])
        let table = try Self.table(
            "\"a\",b\r\n\"x\r\ny\"\"\n\",1\r\n\"\"\"\",-1\r\nz,2\r\nq,-3", schema)
        #expect(table.repairs.amendments.map(\.lines) == [[5, 7]])
    }

    @Test func `of many rows the first lines are told, and how many there are`() throws {
        let schema = try Schema(
            [.init("a", .numeric())], rules: [.init("small", .require("a < 5"), .drop)])
        let rows = (0..<1000).map { "\($0)\n" }.joined()
        let table = try Self.table("a\n" + rows, schema)
        let amendment = try #require(table.repairs.amendments.first)
        #expect(amendment.count == 995)
        #expect(amendment.lines == Array(7..<27))
        let refusing = try Schema(
            [.init("a", .numeric())], rules: [.init("small", .require("a < 5"))])
        let error = #expect(throws: TableError.self) { try Self.table("a\n" + rows, refusing) }
        #expect(error?.description.hasSuffix("14, 15, 16 and 985 more") == true)
    }

    @Test func `rules that leave no row are an error`() throws {
        let schema = try Schema(
            [.init("a", .numeric())], rules: [.init("none", .require("a > 9"), .drop)])
        let error = #expect(throws: TableError.self) { try Self.table("a\n1\n2\n", schema) }
        #expect(error?.code == .noRows)
    }

    @Test func `what is for checks only is not learned from, and the model does not ask for it`()
        throws
    {
        let schema = try Schema(
            [
                .init("id", .categorical(), use: .checks),
                .init("size", .numeric(bounds: .init(low: 0, high: 50)), remedy: .drop),
                .init("price", .numeric()),
            ],
            rules: [
                .init("key", .unique(["id"])), .init("priced", .require("price > 0")),
                .init("sized", .require("size != 13")), .init("known", .require("id != 'x'")),
            ])
        let csv =
            "id,size,price\n"
            + (1..<30).filter { $0 != 13 }.map { "k\($0),\($0),\($0)\n" }
            .joined() + "z,99,7\n"
        let dataset = try SmallTables.dataset(csv, target: "price", .regression, schema)
        #expect(dataset.features.columns.map(\.name) == ["size"])
        #expect(dataset.rows == 28 && dataset.repairs.rowsDropped == 1)
        #expect(dataset.schema.rules.map(\.name) == ["priced", "sized"])
        let model = try FittedModel.fit(Recipe(.ridge, []), dataset)
        func frame(_ csv: String, _ purpose: FittedModel.Purpose) throws -> Frame {
            try Array(csv.utf8).withUnsafeBytes { try model.frame(bytes: $0, for: purpose) }
        }
        #expect(try frame("size\n1\n2\n", .prediction).rows == 2)
        // No row goes without an answer: what learning dropped is refused here.
        for (csv, purpose) in [
            ("size\n99\n", FittedModel.Purpose.prediction), ("size\n13\n", .prediction),
            ("size,price\n1,-1\n", .scoring),
        ] {
            #expect(throws: TableError.self) { try frame(csv, purpose) }
        }
    }

    @Test func `a rule that regression makes meaningless is an error, not a crash`() throws {
        let schema = try Schema(
            [.init("a", .numeric()), .init("y", .categorical())],
            rules: [.init("word", .require("y != 'none'"))])
        let error = #expect(throws: TableError.self) {
            try SmallTables.dataset("a,y\n1,2\n", target: "y", .regression, schema)
        }
        #expect(error?.code == .wrongKind)
    }

    @Test func `equal tables have equal bytes, and others have others`() throws {
        func bytes(_ csv: String, _ schema: Schema? = nil) throws -> [UInt8] {
            var bytes: [UInt8] = []
            try SmallTables.frame(csv, schema).forEachBlock { bytes += $0 }
            return bytes
        }
        let one = try bytes("a,b\n1,x\n,y\n")
        #expect(try bytes("a,b\r\n1.0,\"x\"\r\n\"\",y") == one)
        for other in ["a,b\n1,x\n0,y\n", "a,b\n1,x\n,\n", "a,c\n1,x\n,y\n", "b,a\nx,1\ny,\n"] {
            #expect(try bytes(other) != one)
        }
        let kinds: [Schema.Kind] = [.numeric(), .categorical(), .date, .text]
        let read = try kinds.map { try bytes("a\n1970\n", try Schema([.init("a", $0)])) }
        #expect(Set(read).count == kinds.count)
    }

    @Test func `two tables are joined to what one of all their rows is`() throws {
        let schema = try Schema(
            [
                .init("n", .numeric(bounds: .init(low: 0, high: 9)), remedy: .repair),
                .init("k", .categorical()), .init("d", .date), .init("t", .text),
                .init("id", .categorical(), use: .checks),
            ], rules: [.init("small", .require("n < 8"), .drop)])
        let header = "n,k,d,t,id\n"
        let first = "1,b,2026-01-01,some words,x\n8,a,,,y\n,,2026-01-03,b,z\n"
        let second = "11,c,2025-01-01,,u\n2,a,,more words,v\n3,b,2024,b,w\n-1,,,some words,x\n"
        let joined = try Self.table(header + first, schema)
            .joined(with: Self.table(header + second, schema))
        let whole = try Self.table(header + first + second, schema)
        #expect(joined.frame.bits == whole.frame.bits)
        #expect(joined.aside.bits == whole.aside.bits)
        #expect(joined.repairs.rowsRead == 7 && joined.repairs.rowsDropped == 2)
        #expect(joined.repairs.fieldsRepaired == whole.repairs.fieldsRepaired)
        #expect((0..<5).map(joined.origin) == (0..<5).map(whole.origin))
        // Either alone, where nothing is dropped.
        let plain = try Schema([.init("n", .numeric()), .init("k", .categorical())])
        let left = try Self.table("n,k\n1,b\n", plain)
        let right = try Self.table("n,k\n2,a\n", plain)
        #expect(try left.joined(with: right).frame == Self.table("n,k\n1,b\n2,a\n", plain).frame)
        #expect(left.joined(with: right).origin(ofRow: 1) == 1)
    }
}
