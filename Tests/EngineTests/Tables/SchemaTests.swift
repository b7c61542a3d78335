import Fuzzing
import Privacy
import Testing

@testable import Engine

@Suite struct SchemaTests {
    @Test func `a schema survives its encoding`() throws {
        let schema = try Schema(
            [
                .init("age", .numeric(bounds: .init(low: 0, high: nil)), missing: .refused),
                .init("weight", .numeric(bounds: .init(low: -0.1, high: 1e300))),
                .init("stadt", .categorical(categories: ["Köln", "a \"b\"", "\n"])),
                .init("x", .categorical()), .init("note", .ignored),
                .init("day", .date, missing: .refused, remedy: .drop),
                .init("words", .text, missing: .refused),
                .init("id", .categorical(categories: ["a"]), remedy: .repair, use: .checks),
            ],
            rules: [
                .init("grown", .require("age >= 18 or x == 'ü'"), .drop),
                .init("key", .unique(["id", "age"])), .init("time", .ascending("weight"), .drop),
            ])
        #expect(try Schema(decoding: schema.encoded()) == schema)
        #expect(try Schema(decoding: schema.encoded()).encoded() == schema.encoded())
    }

    @Test func `a suggested schema takes the words for missing values of later tables`() throws {
        let columns: [Schema.Column] = [
            .init("a", .numeric(), missingValues: ["NA"]), .init("b", .date),
            .init("c", .categorical()), .init("d", .text), .init("e", .ignored),
        ]
        let expecting = try Schema(columns).expectingMissingValues()
        #expect(
            expecting.columns.map { $0.missingValues.contains("null") } == [
                true, true, false, false, false,
            ])
        let later = "a,b,c,d,e\nNULL,n/a,NA,words,1\n"
        let frame = try Array(later.utf8).withUnsafeBytes {
            try CSVReader($0).table(expecting).frame
        }
        guard case .numeric(let numbers)? = frame.column(named: "a")?.values,
            case .categorical(let texts)? = frame.column(named: "c")?.values
        else {
            Issue.record("columns of other kinds")
            return
        }
        #expect(numbers[0].isNaN && texts.codes[0] == 0)
    }

    @Test func `columns are ignored, but for the rules that name them`() throws {
        let columns: [Schema.Column] = [
            .init("id", .categorical(categories: ["a", "b"]), missing: .refused),
            .init("age", .numeric(bounds: .init(low: 0, high: nil)), remedy: .repair),
        ]
        let plain = try Schema(columns).forLearning(ignoring: ["id", "other"])
        #expect(plain.columns == [.init("id", .ignored), columns[1], .init("other", .ignored)])
        let key = Rule("key", .unique(["id"]))
        let ruled = try Schema(columns, rules: [key]).forLearning(ignoring: ["id", "age"])
        #expect(ruled.column(named: "id")?.use == .checks && ruled.rules == [key])
        #expect(ruled.column(named: "age")?.kind == .ignored)
        // What is for checks only was not learned from before.
        let checked = try Schema([.init("id", .categorical(), use: .checks), columns[1]])
        #expect(try checked.forLearning(ignoring: ["id"]) == checked)
        #expect(try checked.forLearning(ignoring: []) == checked)
    }

    @Test func `columns are chosen by name, and a name that is not there is told`() throws {
        let names = ["a", "b", "c"].map { Private($0) }
        #expect(try ColumnChoice.all.ignored(among: names).isEmpty)
        #expect(try ColumnChoice.allBut(["b"]).ignored(among: names) == ["b"])
        #expect(try ColumnChoice.only(["b", "d"]).ignored(among: names) == ["a", "c"])
        let error = #expect(throws: TableError.self) {
            try ColumnChoice.allBut(["b", "d"]).ignored(among: names)
        }
        #expect(error?.code == .missingColumn && error?.column?.name == "d")
    }

    @Test func `no mutation of an encoded schema makes the decoder crash`() throws {
        let bytes = try Schema(
            [
                .init("a", .numeric(bounds: .init(low: 0, high: 1))),
                .init("b", .categorical(categories: ["x", "y"]), missing: .refused),
            ],
            rules: [
                .init("r", .require("a > 1 and b != 'x'"), .drop), .init("k", .unique(["a"])),
            ]
        ).encoded()
        var mutants = Mutants(of: bytes, seed: 8)
        for _ in 0..<Mutants.rounds(5000) {
            guard let schema = try? Schema(decoding: mutants.next()) else { continue }
            #expect(try Schema(decoding: schema.encoded()) == schema)
        }
        for length in bytes.indices {
            #expect(throws: SchemaError.self) { try Schema(decoding: Array(bytes[..<length])) }
        }
    }

    @Test func `what contradicts itself is refused with the column's name`() {
        let faults: [(Schema.Column, String)] = [
            (.init("a", .numeric(bounds: .init(low: 2, high: 1))), "least"),
            (.init("a", .numeric(bounds: .init(low: .nan, high: 1))), "finite"),
            (.init("a", .categorical(categories: [])), "no category"),
            (.init("a", .categorical(categories: ["x", "x"])), "twice"),
            (.init("a", .categorical(categories: ["x", ""])), "empty"),
            (.init("a", .numeric(), remedy: .repair), "no bounds"),
            (.init("a", .categorical(), remedy: .repair), "no categories"),
            (
                .init("a", .categorical(categories: ["x"]), missing: .refused, remedy: .repair),
                "drop instead"
            ),
            (.init("a", .ignored, use: .checks), "ignored"),
            (.init("a", .date, remedy: .repair), "no bounds"),
            (.init("a", .text, remedy: .repair), "no categories"),
        ]
        for (column, word) in faults {
            let error = #expect(throws: SchemaError.self) { try Schema([column]) }
            #expect(error?.column == "a")
            #expect(error?.description.contains(word) == true)
        }
        #expect(throws: SchemaError.self) { try Schema([]) }
        #expect(throws: SchemaError.self) { try Schema([.init("", .ignored)]) }
        #expect(throws: SchemaError.self) { try Schema([.init("a\nb", .ignored)]) }
        #expect(throws: SchemaError.self) {
            try Schema([.init("a", .ignored), .init("a", .numeric())])
        }
    }
}
