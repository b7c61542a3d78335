import Testing

@testable import Engine

/// What stands for a missing value, in either format.
@Suite struct MissingValuesTests {
    private static func bytes(_ name: String) throws -> [UInt8] {
        try ArrowFixtures.bytes(name)
    }

    private static func frame(_ text: String, _ column: Schema.Column) throws -> Frame {
        try SmallTables.frame(text, Schema([column]))
    }

    @Test func `a column of numbers stays one, whatever stands for a missing one`() throws {
        let csv =
            "a,b,c,d,e,f\n1,?,2020-01-01,NA,red,inf\nNA,2.5,NaT,NA,NA,1\n"
            + "n/a,-,2020-01-03,NA,blue,2\n-1.5,\"NULL\",null,NA,red,3\n"
        let schema = try SmallTables.schema(csv)
        #expect(
            schema.columns == [
                .init("a", .numeric(), missingValues: ["NA", "n/a"]),
                .init("b", .numeric(), missingValues: ["-", "?", "NULL"]),
                .init("c", .date, missingValues: ["NaT", "null"]),
                // Nothing is known of it but its one text, and a category may be called so.
                .init("d", .categorical()), .init("e", .categorical()),
                // No column holds an infinite number: to call it categories would hide the others.
                .init("f", .numeric()),
            ])
        let finite = try Schema(
            schema.columns.map { $0.name == "f" ? .init("f", .ignored) : $0 })
        let frame = try SmallTables.frame(csv, finite)
        let a = try #require(frame.numbers("a"))
        #expect(a[0] == 1 && a[1].isNaN && a[2].isNaN && a[3] == -1.5)
        let b = try #require(frame.numbers("b"))
        #expect(b[0].isNaN && b[1] == 2.5 && b[2].isNaN && b[3].isNaN)
        guard case .dates(let days) = frame.column(named: "c")?.values else {
            Issue.record("no dates")
            return
        }
        #expect(!days[0].isNaN && days[1].isNaN && !days[2].isNaN && days[3].isNaN)
        #expect(frame.texts("e") == ["red", "NA", "blue", "red"])
        let error = #expect(throws: TableError.self) { try SmallTables.frame(csv, schema) }
        #expect(error?.code == .badNumber && error?.line == 2 && error?.column?.name == "f")
    }

    @Test func `a number stands for a missing one however it is spelled, and before its bounds`()
        throws
    {
        let column = Schema.Column(
            "a", .numeric(bounds: .init(low: 0, high: 9)), missingValues: ["-999", "none"])
        let csv = "a\n1\n-999\n-999.0\n\"-9.99e2\"\nnone\n3\n"
        let numbers = try #require(
            try Self.frame(csv, column).numbers("a"))
        #expect(numbers.map(\.isNaN) == [false, true, true, true, true, false])
        let other = #expect(throws: TableError.self) { try Self.frame("a\n1\n-998\n", column) }
        #expect(other?.code == .outOfRange && other?.line == 3)
        var demanding = column
        demanding.missing = .refused
        let refused = #expect(throws: TableError.self) { try Self.frame(csv, demanding) }
        #expect(refused?.code == .missingValue && refused?.line == 3)
    }

    @Test func `a category or a text may be missing by name`() throws {
        for kind in [Schema.Kind.categorical(), .categorical(categories: ["x", "y\""]), .text] {
            let column = Schema.Column("a", kind, missingValues: ["NA", "\"\""])
            let frame = try Self.frame("a\nx\nNA\n\"y\"\"\"\n\"\"\"\"\"\"\n", column)
            switch frame.columns[0].values {
            case .categorical(let levels), .texts(let levels):
                #expect(levels.codes == [0, -1, 1, -1])
            case .numeric, .dates: Issue.record("\(kind)")
            }
        }
    }

    @Test func `both formats miss the same`() throws {
        let schema = try Schema([
            .init("price", .numeric(), missingValues: ["NA", "-999"]),
            .init("coded", .numeric(), missingValues: ["NA"]),
            .init("age", .numeric(), missingValues: ["-999"]),
            .init("day", .date, missingValues: ["NaT", "?"]),
            .init("city", .categorical(), missingValues: ["NA"]),
        ])
        let frame = try SmallTables.frame(try Self.bytes("missing.arrow"), schema)
        #expect(frame.bits == (try SmallTables.frame(try Self.bytes("missing.csv"), schema)).bits)
        #expect(frame.numbers("price").map { $0.map(\.isNaN) } == [false, true, true, false])
        #expect(frame.numbers("coded")?[2] == -999)
        #expect(frame.numbers("age").map { $0.map(\.isNaN) } == [false, true, false, false])
        #expect(frame.texts("city") == ["Graz", nil, "Wien", nil])
        let suggested = try Self.bytes("missing.arrow").withUnsafeBytes {
            try Schema.infer(from: $0)
        }
        #expect(
            suggested.column(named: "day") == .init("day", .date, missingValues: ["?", "NaT"]))
    }

    @Test func `a schema with them is read back, and a model asks for it`() throws {
        let schema = try Schema([
            .init("a", .numeric(), missingValues: ["-999", "NA"]), .init("b", .categorical()),
        ])
        #expect(try Schema(decoding: schema.encoded()) == schema)
        #expect(schema.forAnswering(without: "b").columns == [schema.columns[0]])
    }

    @Test(arguments: [
        ([""], "is empty"), (["NA", "NA"], "twice"),
        ([String(repeating: "x", count: 65)], "too long"), ((0...64).map { "n\($0)" }, "the most"),
    ]) func `what cannot stand for a missing value is refused`(values: [String], why: String) {
        let error = #expect(throws: SchemaError.self) {
            try Schema([.init("a", .numeric(), missingValues: values)])
        }
        #expect(error?.description.contains(why) == true, "\(String(describing: error))")
    }

    @Test func `neither an ignored column nor a listed category misses by name`() {
        #expect(throws: SchemaError.self) {
            try Schema([.init("a", .ignored, missingValues: ["NA"])])
        }
        #expect(throws: SchemaError.self) {
            try Schema([.init("a", .categorical(categories: ["NA"]), missingValues: ["NA"])])
        }
    }
}
