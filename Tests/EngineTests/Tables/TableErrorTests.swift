import Testing

@testable import Engine

@Suite struct TableErrorTests {
    /// A text that must never show in a message.
    static let canary = "canary"

    struct Case: CustomTestStringConvertible {
        let csv: [UInt8]
        let code: TableError.Code
        let line: Int?
        let column: Int?
        let testDescription: String

        init(_ csv: String, _ code: TableError.Code, line: Int? = nil, column: Int? = nil) {
            self.init(Array(csv.utf8), code, line: line, column: column)
        }

        init(_ csv: [UInt8], _ code: TableError.Code, line: Int? = nil, column: Int? = nil) {
            self.csv = csv
            self.code = code
            self.line = line
            self.column = column
            self.testDescription = "\(code), \(csv.count) bytes"
        }
    }

    /// Each is read as numbers `a` and texts `b`.
    static let cases: [Case] = [
        Case("", .emptyFile),
        Case([0xEF, 0xBB, 0xBF], .emptyFile),
        Case([0xFF, 0xFE, 0x61, 0], .wrongEncoding),
        Case([0xFE, 0xFF, 0, 0x61], .wrongEncoding),
        Case(Array("a,b\n1,x\n2,".utf8) + [0xE4, 0x0A], .invalidUTF8, line: 3),
        Case(Array("a,b\n1,".utf8) + [0xED, 0xA0, 0x80, 0x0A], .invalidUTF8, line: 2),
        // Longer forms of a slash, and a character beyond the last.
        Case(Array("a,b\n1,".utf8) + [0xC0, 0xAF, 0x0A], .invalidUTF8, line: 2),
        Case(Array("a,b\n1,x\n2,".utf8) + [0xE0, 0x80, 0xAF, 0x0A], .invalidUTF8, line: 3),
        Case(Array("a,b\n1,".utf8) + [0xF4, 0x90, 0x80, 0x80, 0x0A], .invalidUTF8, line: 2),
        Case("\u{FEFF}\u{FEFF}a,b\n1,canary\n", .badColumnName, line: 1, column: 1),
        Case([0xEF, 0xBB, 0xBF] + Array("a,b\n1,\0\n".utf8), .nulByte, line: 2),
        Case("a,b\n1,x\n2,\0canary\n", .nulByte, line: 3),
        Case("a,b", .noRows), Case("a,b\n", .noRows), Case("a,b\r\n", .noRows),
        Case("a;b\n1;canary\n", .wrongDelimiter, line: 1),
        Case("a,\n1,canary\n", .emptyColumnName, line: 1, column: 2),
        Case("\n1,canary\n", .emptyColumnName, line: 1, column: 1),
        Case("a,\"b\nc\"\n1,canary\n", .badColumnName, line: 1, column: 2),
        Case("a,b,a\n1,canary,2\n", .duplicateColumn, line: 1, column: 3),
        Case("canary,b,canary\n1,x,2\n", .duplicateColumn, line: 1, column: 3),
        Case("a\n1\n", .missingColumn, line: 1),
        Case("a,canary,7\n1,x,canary\n", .missingColumn, line: 1),
        Case("a,b,canary\n1,x,canary\n", .unknownColumn, line: 1, column: 3),
        Case("a,b\n1\n", .raggedRow, line: 2),
        Case("a,b\n1,x\n\n", .raggedRow, line: 3),
        Case("a,b\n1,\"x\n\"\n2,x,canary\n", .raggedRow, line: 4),
        Case("a,b\n1,x\n2,\"canary\n", .unterminatedQuote, line: 3, column: 2),
        Case("a,b\n1,can\"ary\n", .strayQuote, line: 2, column: 2),
        Case("a,b\n1,\"can\"ary\n", .strayQuote, line: 2, column: 2),
        Case("a,b\r1,canary\r", .strayCarriageReturn, line: 1),
        Case("a,b\n1,canary\rx\n", .strayCarriageReturn, line: 2, column: 2),
        Case("a,b\n1,canary\r", .strayCarriageReturn, line: 2, column: 2),
        Case("a,b\n1,x\ncanary,x\n", .badNumber, line: 3, column: 1),
        Case("a,b\n1 2,x\n", .badNumber, line: 2, column: 1),
        Case("a,b\ninf,x\n", .badNumber, line: 2, column: 1),
        Case("a,b\nNaN,x\n", .badNumber, line: 2, column: 1),
        Case("a,b\n0x10,x\n", .badNumber, line: 2, column: 1),
        Case("a,b\n1e999,x\n", .badNumber, line: 2, column: 1),
        Case("a,b\n.,x\n", .badNumber, line: 2, column: 1),
        Case("a,b\n1e,x\n", .badNumber, line: 2, column: 1),
        Case("a,b\n\"1\"\"2\",x\n", .badNumber, line: 2, column: 1),
        Case("a,b\n1," + String(repeating: "x", count: 70_000), .fieldTooLong, line: 2, column: 2),
        Case(String(repeating: "x", count: 10_000_000), .fieldTooLong, line: 1, column: 1),
    ]

    @Test(arguments: cases) func `a fault is named with its place and never its value`(
        fault: Case
    ) throws {
        let schema = try Schema([.init("a", .numeric()), .init("b", .categorical())])
        let error = #expect(throws: TableError.self) { try SmallTables.frame(fault.csv, schema) }
        #expect(error?.code == fault.code)
        #expect(error?.line == fault.line)
        if let column = fault.column { #expect(error?.column?.number == column) }
        let sentence = error?.description ?? ""
        #expect(!sentence.contains(Self.canary))
        #expect(sentence.count > 20)
    }

    @Test func `a first row with numbers in it may be no header, and the message asks`() throws {
        let schema = try Schema([.init("a", .numeric()), .init("b", .categorical())])
        let rows = [
            ("a,5\n1,x\n", true), ("a,b,1e3\n1,x,2\n", true), ("a,b, 7,7 \n1,x,2,3\n", true),
            ("a,c\n1,x\n", false), ("a,b,c7\n1,x,2\n", false),
        ]
        for (csv, doubts) in rows {
            let error = #expect(throws: TableError.self) { try SmallTables.frame(csv, schema) }
            #expect(error?.description.hasSuffix("; is the header row missing?") == doubts)
        }
    }

    @Test func `the names of columns that nobody else named are not told`() throws {
        let error = #expect(throws: TableError.self) {
            try SmallTables.schema("canary,b\n\"x,1\n")
        }
        #expect(error?.description == "line 2, column 1: the quote is never closed")
        let schema = try Schema([.init("b", .categorical())])
        let ignored = #expect(throws: TableError.self) {
            try Array("canary,b\n\"x,1\n".utf8).withUnsafeBytes { bytes in
                try CSVReader(bytes).frame(schema, unknownColumns: .ignored)
            }
        }
        #expect(ignored?.description == "line 2, column 1: the quote is never closed")
    }

    @Test func `a row of 10 megabytes is too long`() throws {
        let width = 30_000
        let names = (0..<width).map { "c\($0)" }.joined(separator: ",")
        let fields = Array(repeating: String(repeating: "x", count: 350), count: width)
        let csv = names + "\n" + fields.joined(separator: ",") + "\n"
        let error = #expect(throws: TableError.self) { try SmallTables.schema(csv) }
        #expect(error?.code == .rowTooLong)
        #expect(error?.line == 2)
    }

    @Test func `a ragged row says how many fields it has`() {
        let error = #expect(throws: TableError.self) { try SmallTables.schema("a,b\n1,2\n3\n") }
        #expect(error?.description == "line 3: the row has 1 field, the header has 2")
        let more = #expect(throws: TableError.self) { try SmallTables.schema("a,b\n1,2,3,4\n") }
        #expect(more?.description == "line 2: the row has 4 fields, the header has 2")
    }

    @Test func `bounds, categories and demanded values are enforced`() throws {
        let schema = try Schema([
            .init("a", .numeric(bounds: .init(low: 0, high: 1)), missing: .refused),
            .init("b", .categorical(categories: ["x", "y"]), missing: .refused),
        ])
        #expect(try SmallTables.frame("a,b\n0,x\n1,y\n", schema).rows == 2)
        let faults: [(String, TableError.Code, Int)] = [
            ("1.5,x", .outOfRange, 1), ("-0.5,x", .outOfRange, 1), (",x", .missingValue, 1),
            ("\"\",x", .missingValue, 1), ("1,canary", .unknownCategory, 2),
            ("1,", .missingValue, 2), ("1,\"\"", .missingValue, 2),
        ]
        for (row, code, column) in faults {
            let error = #expect(throws: TableError.self) {
                try SmallTables.frame("a,b\n0,x\n\(row)\n", schema)
            }
            #expect(error?.code == code)
            #expect(error?.line == 3)
            #expect(error?.column?.number == column)
            #expect(error?.description.contains(Self.canary) == false)
        }
    }

    @Test func `what is no date is refused with its line, and so is a missing one that is wanted`()
        throws
    {
        let schema = try Schema([.init("a", .date, missing: .refused), .init("b", .numeric())])
        let faults: [(String, TableError.Code)] = [
            ("2023-02-29", .badDate), ("01/02/2023", .badDate), (" 2023-01-02", .badDate),
            ("\"2023\"\"\"", .badDate), ("canary", .badDate), ("12023-01-01", .badDate),
            ("", .missingValue),
        ]
        for (text, code) in faults {
            let error = #expect(throws: TableError.self) {
                try SmallTables.frame("a,b\n2024-02-29,1\n\(text),1\n", schema)
            }
            #expect(error == TableError(code, line: 3, column: .init(number: 1, name: "a"), ""))
            #expect(error?.description.contains("canary") == false)
        }
    }

    @Test func `no mutation of a table makes the reader crash`() throws {
        let csv = Array("a,b,c\n1,x,\"q\"\"q\"\r\n-2.5e3,ä,\n,\"l\nm\",y\n12345678901,z,w\n".utf8)
        let bytes = Array("\",\n\r\0e.-+1x ".utf8) + [0xC3, 0xFF]
        var generator = SeededGenerator(seed: 3)
        for _ in 0..<20_000 {
            var mutated = csv
            for _ in 0...generator.below(3) {
                mutated[generator.below(mutated.count)] = bytes[generator.below(bytes.count)]
            }
            mutated.removeLast(generator.below(mutated.count))
            _ = try? SmallTables.frame(mutated)
        }
    }
}
