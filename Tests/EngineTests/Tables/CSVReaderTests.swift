import Testing

@testable import Engine

@Suite struct CSVReaderTests {
    @Test func `numbers and texts land in their columns`() throws {
        let frame = try SmallTables.frame("age,city\n39,Graz\n-1.5e1,Wien\n,Graz\n7,\n")
        #expect(frame.rows == 4)
        let ages = try #require(frame.numbers("age"))
        #expect(ages[0] == 39 && ages[1] == -15 && ages[2].isNaN && ages[3] == 7)
        #expect(frame.texts("city") == ["Graz", "Wien", "Graz", nil])
        guard case .categorical(let city) = frame.column(named: "city")?.values else { return }
        #expect(city.levels == ["Graz", "Wien"])
    }

    @Test(arguments: [
        "a,b\n1,x\n2,y\n", "a,b\r\n1,x\r\n2,y\r\n", "\u{FEFF}a,b\n1,x\n2,y", "a,b\n1,x\r\n2,y\r\n",
        "\"a\",\"b\"\n\"1\",\"x\"\n\"2\",\"y\"\n", "a,b\n 1,x\n2  ,y\n",
        "a,b\n1.0,x\n0.2e1,y\n",
    ]) func `line ends, marks, quotes and spaces around numbers make no difference`(
        csv: String
    ) throws {
        let frame = try SmallTables.frame(csv)
        #expect(frame.numbers("a") == [1, 2])
        #expect(frame.texts("b") == ["x", "y"])
    }

    @Test func `a quoted field may hold commas, line ends and doubled quotes`() throws {
        let csv = "a,b\n\"x,\ny\r\n\"\"z\"\"\",1\n\"\"\"\",2\nä\u{1F701},3\n"
        let frame = try SmallTables.frame(csv)
        #expect(frame.texts("a") == ["x,\ny\r\n\"z\"", "\"", "ä\u{1F701}"])
        #expect(frame.numbers("b") == [1, 2, 3])
    }

    @Test func `a table of one column may have an empty line, which is a missing value`() throws {
        let frame = try SmallTables.frame("a\n1\n\n3")
        #expect(frame.numbers("a")?.map(\.isNaN) == [false, true, false])
    }

    @Test func `a schema picks, orders and types the columns`() throws {
        let schema = try Schema([
            .init("c", .categorical()), .init("a", .numeric()), .init("b", .ignored),
        ])
        let frame = try SmallTables.frame("a,b,c\n1,x,007\n2,y,7\n", schema)
        #expect(frame.columns.map(\.name) == ["c", "a"])
        #expect(frame.texts("c") == ["007", "7"])
    }

    @Test func `listed categories that do not occur leave no level`() throws {
        let schema = try Schema([.init("a", .categorical(categories: ["z", "y", "x"]))])
        let frame = try SmallTables.frame("a\nx\nz\nx\n", schema)
        #expect(frame.texts("a") == ["x", "z", "x"])
        guard case .categorical(let column) = frame.columns[0].values else { return }
        #expect(column.levels == ["x", "z"])
    }

    @Test func `texts that Unicode holds equal are one level`() throws {
        let frame = try SmallTables.frame("a\nn\u{303}\n\u{F1}\nx\n")
        guard case .categorical(let column) = frame.columns[0].values else { return }
        #expect(column.levels.count == 2)
        #expect(column.codes[0] == column.codes[1])
    }

    @Test func `an inferred schema holds names and kinds, and nothing of the fields`() throws {
        let schema = try SmallTables.schema("a,b,c,d,e\n1,x,,nan,1\n2,canary,,1,0x1\n")
        #expect(
            schema.columns == [
                .init("a", .numeric()), .init("b", .categorical()), .init("c", .numeric()),
                .init("d", .numeric(), missingValues: ["nan"]), .init("e", .categorical()),
            ])
        #expect(!String(decoding: schema.encoded(), as: UTF8.self).contains("canary"))
    }

    @Test func `a column of dates is read as such, and no other is taken for one`() throws {
        let csv =
            "day,mixed,year,month,bad\n2024-02-29T18:30+02:00,2020,1999,2020-01,2023-02-29\n"
            + ",2020-01-01,2000,2020-02,2024-02-29\n\"1969-12-31\",x,2001,,\n"
        let schema = try SmallTables.schema(csv)
        #expect(
            schema.columns.map(\.kind) == [
                .date, .categorical(), .numeric(), .date, .categorical(),
            ])
        let frame = try SmallTables.frame(csv)
        guard case .dates(let days) = frame.columns[0].values else {
            Issue.record("no dates")
            return
        }
        #expect(days[0] == 1_709_224_200 && days[1].isNaN && days[2] == -86_400)
        #expect(try SmallTables.schema("a,b\n2020-01,1\n2020,1\n").columns[0].kind != .date)
        #expect(try SmallTables.schema("a,b\n2020,1\n2020-01,1\n").columns[0].kind != .date)
        #expect(try SmallTables.schema("a,b\n,1\n,1\n").columns[0].kind == .numeric())
    }

    @Test func `texts are many, mostly different and of several words`() throws {
        func kind(_ texts: [String]) throws -> Schema.Kind {
            try SmallTables.schema("a,b\n" + texts.map { "\"\($0)\",1\n" }.joined()).columns[0].kind
        }
        let notes = (0..<30).map { "the note number \($0)" }
        #expect(try kind(notes) == .text)
        #expect(try kind(Array(notes.dropLast())) == .categorical())
        #expect(try kind(notes + Array(repeating: "", count: 500)) == .text)
        #expect(try kind(notes + Array(repeating: notes[0], count: 29)) == .text)
        #expect(try kind(notes + Array(repeating: notes[0], count: 31)) == .categorical())
        #expect(try kind((0..<30).map { "note \($0)" }) == .categorical())
        #expect(try kind((0..<30).map { "1 2 3 4 \($0)" }) == .categorical())
        #expect(try kind((0..<30).map { "слово за словом \($0)" }) == .text)
        #expect(try kind((0..<30).map { "東京都渋谷区\($0)" }) == .text)
        #expect(try kind((0..<30).map { "2026-01-\(10 + $0 % 20) at noon" }) == .categorical())
        #expect(
            try kind((0..<30_000).map { $0 < 10_000 ? "a note about \($0)" : "x" }) == .text)
    }

    @Test func `a text may be a megabyte, a category may not`() throws {
        let long = String(repeating: "word ", count: 200_000)
        let csv = "a,b\n\(long),1\nshort,2\n"
        #expect(try SmallTables.schema(csv).columns.map(\.kind) == [.text, .numeric()])
        let frame = try SmallTables.frame(csv)
        guard case .texts(let texts) = frame.columns[0].values else {
            Issue.record("no texts")
            return
        }
        #expect(texts.levels.map { $0.revealed.utf8.count } == [5, 1_000_000])
        for start in ["0", "2026-01-01T00:00:00.0"] {
            let digits = start + String(repeating: "0", count: 70_000)
            #expect(try SmallTables.schema("a,b\n\(digits),1\n").columns[0].kind == .text)
        }
        let categories = try Schema([.init("a", .categorical()), .init("b", .numeric())])
        for (csv, schema) in [(csv, categories), ("a\n" + long + long, nil)] {
            let error = #expect(throws: TableError.self) { try SmallTables.frame(csv, schema) }
            #expect(error?.code == .fieldTooLong)
        }
    }

    /// A plain reader, a character at a time, judges the fast one.
    @Test func `the reader agrees with a plain twin on tables of every kind`() throws {
        var generator = SeededGenerator(seed: 2)
        let pieces = ["", "1", "-2.75", "x", "\"a,b\"", "\"q\"\"q\"", "\"l\nm\"", "1e5", "ä", " 3"]
        for _ in 0..<300 {
            let width = 1 + generator.below(4)
            let end = generator.below(2) == 0 ? "\n" : "\r\n"
            var csv = (0..<width).map { "c\($0)" }.joined(separator: ",") + end
            for _ in 0...generator.below(12) {
                let fields = (0..<width).map { _ in pieces[generator.below(pieces.count)] }
                csv += fields.joined(separator: ",") + end
            }
            let plain = PlainTwin.rows(csv)
            let schema = try Schema((0..<width).map { .init("c\($0)", .categorical()) })
            let frame = try SmallTables.frame(csv, schema)
            for column in 0..<width {
                let expected = plain.dropFirst().map { $0[column].isEmpty ? nil : $0[column] }
                #expect(frame.texts("c\(column)") == expected)
            }
        }
    }
}

/// RFC 4180 read by the book.
private enum PlainTwin {
    static func rows(_ csv: String) -> [[String]] {
        var rows: [[String]] = [[]]
        var field = ""
        var isQuoted = false
        let characters = Array(csv.unicodeScalars)
        var index = 0
        while index < characters.count {
            let character = characters[index]
            if isQuoted {
                if character == "\"", index + 1 < characters.count, characters[index + 1] == "\"" {
                    field += "\""
                    index += 1
                } else if character == "\"" {
                    isQuoted = false
                } else {
                    field.unicodeScalars.append(character)
                }
            } else if character == "\"" {
                isQuoted = true
            } else if character == "," || character == "\n" {
                rows[rows.count - 1].append(field)
                field = ""
                if character == "\n" { rows.append([]) }
            } else if character != "\r" {
                field.unicodeScalars.append(character)
            }
            index += 1
        }
        return rows.dropLast()
    }
}
