import Testing

@testable import Engine

@Suite struct ArrowReaderTests {
    private static func schema(_ name: String) throws -> Schema {
        try ArrowFixtures.bytes(name).withUnsafeBytes { try Schema.infer(from: $0) }
    }

    private static func frame(_ bytes: [UInt8], _ schema: Schema? = nil) throws -> Frame {
        try SmallTables.frame(bytes, schema)
    }

    private static func dataset(
        _ name: String, _ schema: Schema, target: String, _ task: LearningTask
    ) throws -> Dataset {
        try ArrowFixtures.bytes(name).withUnsafeBytes {
            try Dataset(bytes: $0, schema: schema, target: target, task: task)
        }
    }

    static let flowers = [
        "flowers.arrow", "flowers-batches.arrow", "flowers-slices.arrow", "flowers-lz4.arrow",
        "flowers-dictionary.arrow", "flowers.feather", "flowers-polars.arrow",
        "flowers-polars-stream.arrow",
    ]

    @Test(arguments: flowers) func `a table is the same data set as the CSV of it`(
        name: String
    ) throws {
        let schema = try Self.schema("flowers.csv")
        #expect(try Self.schema(name) == schema)
        for (target, task) in [
            ("target", LearningTask.classification), ("u8", .regression), ("i16", .classification),
        ] {
            let expected = try Self.dataset("flowers.csv", schema, target: target, task)
            let dataset = try Self.dataset(name, schema, target: target, task)
            #expect(dataset == expected)
            #expect(dataset.features.bits == expected.features.bits)
        }
    }

    /// Bounds, categories, remedies and rules do to both formats the same.
    @Test(arguments: flowers) func `a schema repairs and drops the same rows`(
        name: String
    ) throws {
        let inferred = try Self.schema("flowers.csv")
        let columns = inferred.columns.map { column in
            switch column.name {
            case "i8":
                Schema.Column("i8", .numeric(bounds: .init(low: -50, high: 60)), remedy: .repair)
            case "f64":
                Schema.Column(
                    "f64", .numeric(bounds: .init(low: -1e5, high: nil)), missing: .refused,
                    remedy: .drop)
            case "city":
                Schema.Column(
                    "city", .categorical(categories: ["Graz", "Wien", "nähe"]), remedy: .repair)
            case "flag": Schema.Column("flag", .categorical(), use: .checks)
            case "u32": Schema.Column("u32", .ignored)
            default: column
            }
        }
        let schema = try Schema(
            columns,
            rules: [
                Rule("odd", .require("flag == 'true' or u8 >= 30"), .drop),
                Rule("days", .require("day != '1970-01-01'"), .drop),
                Rule("key", .unique(["u16"]), .drop),
            ])
        let csv = try ArrowFixtures.bytes("flowers.csv").withUnsafeBytes {
            try CSVReader($0).table(schema)
        }
        #expect(csv.repairs.rowsDropped > 3 && csv.repairs.fieldsRepaired > 3)
        let arrow = try ArrowFixtures.bytes(name).withUnsafeBytes {
            try ArrowReader($0).table(schema)
        }
        #expect(arrow == csv)
        #expect(arrow.frame.bits == csv.frame.bits)
    }

    @Test func `what pandas writes is read as it stands`() throws {
        let bytes = try ArrowFixtures.bytes("pandas.feather")
        let frame = try Self.frame(bytes)
        #expect(frame.columns.map(\.name) == ["size", "count", "colour", "name"])
        let sizes = try #require(frame.numbers("size"))
        #expect(sizes[0] == 0.5 && sizes[1].isNaN && sizes[2] == 2.25 && sizes[3] == -1)
        #expect(frame.numbers("count") == [1, 2, 3, 4])
        #expect(frame.texts("colour") == ["red", "blue", nil, "red"])
        #expect(frame.texts("name") == ["a", "b", nil, "d"])
    }

    @Test func `the parts of a data set joined end to end are the whole`() throws {
        let parts = try (0..<2).map { try ArrowFixtures.bytes("data-0000\($0)-of-00002.arrow") }
        let frame = try Self.frame(parts[0] + parts[1])
        #expect(frame.numbers("x") == [0, 1, 2, 3, 4, 5])
        // Each part has a dictionary of its own.
        #expect(frame.texts("y") == ["a", "b", "a", "c", "a", "c"])
        let other = try ArrowFixtures.bytes("deltas.arrow")
        for joined in [parts[0] + other, parts[0].dropLast(8) + parts[1]] {
            #expect(throws: TableError(.badArrow, "")) { try Self.frame(joined) }
        }
    }

    @Test func `dictionaries may grow, and in a stream be replaced`() throws {
        let grown = try Self.frame(try ArrowFixtures.bytes("deltas.arrow"))
        #expect(
            grown.texts("y") == ["a", "b", nil, "a", "b", "c", nil, "a", "b", "c", "d", nil])
        let replaced = try Self.frame(try ArrowFixtures.bytes("replaced.arrow"))
        #expect(replaced.texts("y") == ["a", "b", nil, "c", "b", nil, "d", "a", nil])
    }

    @Test func `a fault is named with the line that a CSV would have, and the column`() throws {
        let schema = try Schema(
            try Self.schema("flowers.csv").columns.map { column in
                column.name == "f32"
                    ? Schema.Column("f32", .numeric(bounds: .init(low: nil, high: 0.125)))
                    : column
            })
        for name in Self.flowers + ["flowers.csv"] {
            let error = #expect(throws: TableError.self) {
                try Self.frame(try ArrowFixtures.bytes(name), schema)
            }
            let place = TableError.Place(number: 10, name: "f32")
            #expect(error == TableError(.outOfRange, line: 31, column: place, ""))
        }
    }

    @Test(arguments: ["flowers-polars.arrow", "flowers-dictionary.arrow", "flowers.feather"])
    func `a table under other names holds the same, and its old names no more`(
        name: String
    ) throws {
        let bytes = try ArrowFixtures.bytes(name)
        let schema = try Self.schema(name)
        let names = (1...schema.columns.count).map { "c\($0)" }
        let renamed = try bytes.withUnsafeBytes { try ArrowReader($0).bytes(naming: names) }
        let frame = try Self.frame(renamed)
        #expect(frame.columns.map(\.name) == names)
        let own = Dictionary(uniqueKeysWithValues: zip(names, schema.columns.map(\.name)))
        let back = frame.renamed { own[$0] ?? "" }
        #expect(try back.bits == Self.frame(bytes).bits)
        for column in schema.columns where column.name.utf8.count > 3 {
            #expect(!renamed.contains(Array(column.name.utf8)))
        }
        // A second time nothing is left to change.
        #expect(try renamed.withUnsafeBytes { try ArrowReader($0).bytes(naming: names) } == renamed)
    }

    @Test func `tables of other formats are told by their names`() {
        for (magic, word) in [("PAR1", "Parquet"), ("FEA1", "version 1")] {
            let error = #expect(throws: TableError.self) {
                try Self.frame(Array(magic.utf8) + [0, 0, 0, 0])
            }
            #expect(error?.code == .unknownFormat)
            #expect(error?.description.contains(word) == true)
        }
        let error = #expect(throws: TableError.self) {
            try Self.frame(try ArrowFixtures.bytes("flowers-zstd.arrow"))
        }
        #expect(error?.description.contains("compression 'lz4'") == true)
    }
}
