import Fuzzing
import Testing

@testable import Engine

@Suite struct JSONTests {
    private func parse(_ text: String) throws -> JSON { try JSON(decoding: Array(text.utf8)) }

    @Test func `a value is read back as it was`() throws {
        let value = JSON.object([
            "name": "a \"quoted\" \\ line\n\u{1} ä 🜁", "none": .null,
            "list": .array([
                .number(0.1), .integer(-3), .number(1e300), .number(-0.0),
                .number(.leastNonzeroMagnitude), .integer(.max), .bool(true), .bool(false),
            ]),
            "empty": .object([:]), "nothing": .array([]), "nested": .array([.array([.null])]),
        ])
        #expect(try JSON(decoding: value.encoded(.compact)) == value)
        #expect(try JSON(decoding: value.encoded(.indented)) == value)
    }

    @Test func `escapes and surrogate pairs are understood`() throws {
        let text = #""\u00e4\ud83d\udf01\/\b\f\n\r\t""#
        #expect(try self.parse(text) == .string("ä🜁/\u{8}\u{C}\n\r\t"))
    }

    @Test func `people get a member a line`() {
        let value = JSON.object(["a": .array([.integer(1), "b"]), "c": .object(["d": .null])])
        #expect(
            String(decoding: value.encoded(.indented), as: UTF8.self)
                == "{\n  \"a\": [1, \"b\"],\n  \"c\": {\n    \"d\": null\n  }\n}\n")
        #expect(
            String(decoding: value.encoded(), as: UTF8.self) == #"{"a":[1,"b"],"c":{"d":null}}"#)
    }

    @Test(arguments: [
        "", " ", "nul", "tru", "01", "1.", ".5", "-", "1e", "+1", "1e999", "NaN", "Infinity",
        "\"", "\"\\x\"", "\"\\ud83d\"", "\"\\ud83dx\"", "\"\\udf01\"", "\"\\u12\"", "\"\u{1}\"",
        "[", "[1", "[1,]", "[,1]", "{", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{a:1}",
        "{\"a\":1,\"a\":2}", "1 2", "[] []", "'a'", "//", String(repeating: "[", count: 100_000),
    ]) func `what is not JSON is an error and never a crash`(text: String) {
        #expect(throws: ArtifactError.self) { try self.parse(text) }
    }

    @Test func `a text that is not UTF-8 is refused`() {
        #expect(throws: ArtifactError.self) { try JSON(decoding: [0x22, 0xFF, 0x22]) }
        #expect(throws: ArtifactError.self) { try JSON(decoding: [0x22, 0xC0, 0x80, 0x22]) }
    }

    @Test func `a member that is missing or of another kind is named`() throws {
        let value = JSON.object(["rows": .number(1.5), "none": .null])
        let error = #expect(throws: ArtifactError.self) { try value.member("rows").count("rows") }
        #expect(error?.description == "rows is no whole number of 0 or more")
        #expect(throws: ArtifactError(.badMember, "")) { try value.member("rows").text("rows") }
        #expect(throws: ArtifactError(.badMember, "")) { try value.member("columns") }
        #expect(throws: ArtifactError(.badMember, "")) { try value.member("none") }
        #expect(try value.optionalMember("none") == nil)
    }

    @Test func `a number that is written is read back bit for bit`() throws {
        var generator = SeededGenerator(seed: 11)
        for _ in 0..<1000 {
            let number = Double(bitPattern: generator.next())
            guard number.isFinite else { continue }
            let back = try JSON(decoding: JSON.number(number).encoded()).number("it")
            #expect(back.bitPattern == number.bitPattern)
        }
    }

    @Test func `a text that would take many times its size of memory is refused`() {
        let brackets = String(repeating: "[],", count: JSON.Limits.valuesMax)
        #expect(throws: ArtifactError(.badJSON, "")) { try self.parse("[\(brackets)[]]") }
    }

    @Test func `no mutant of a text crashes the reader, and what it reads it can write`() throws {
        let text = #"{"a":[1,-2.5e3,"é\u20ac\n",null,true,{"b":[[],{}]}],"c":{"d":"e"}}"#
        var mutants = Mutants(of: Array(text.utf8), seed: 3)
        for _ in 0..<Mutants.rounds(20_000) {
            guard let value = try? JSON(decoding: mutants.next()) else { continue }
            #expect(try JSON(decoding: value.encoded()).encoded() == value.encoded())
        }
    }
}
