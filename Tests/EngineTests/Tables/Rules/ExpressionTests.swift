import Fuzzing
import Testing

@testable import Engine

@Suite struct ExpressionTests {
    static let columns: [String: Schema.Column] = [
        "age": .init("age", .numeric()), "size": .init("size", .numeric()),
        "guardian": .init("guardian", .categorical()), "city": .init("city", .categorical()),
        "note": .init("note", .ignored), "how much": .init("how much", .numeric()),
        "in": .init("in", .numeric()), "start": .init("start", .date),
        "end": .init("end", .date),
    ]

    private static func parse(_ text: String) throws -> Expression.Truth {
        try ExpressionParser.truth(text, over: Self.columns)
    }

    @Test func `and binds before or, not before both, products before sums`() throws {
        #expect(
            try Self.parse("age > 1 or age > 2 and not age > 3")
                == Self.parse("age > 1 or (age > 2 and (not (age > 3)))"))
        #expect(
            try Self.parse("age + size * 2 - -age / 4 < 1")
                == Self.parse("(age + (size * 2)) - ((-age) / 4) < 1"))
        #expect(try Self.parse("age - size - 1 > 0") != Self.parse("age - (size - 1) > 0"))
        #expect(
            try Self.parse("city not in ['a', 'b']") == Self.parse("not (city in ['a', 'b'])"))
    }

    @Test func `dates are compared with dates, spelt or not, and taken from each other in days`()
        throws
    {
        #expect(
            try Self.parse("start < '1970-01-02' and '1970-01-01T00:01Z' != end")
                == .and(
                    .numbers(.column("start"), .less, .literal(86_400)),
                    .numbers(.literal(60), .unequal, .column("end"))))
        #expect(
            try Self.parse("end - start <= 30")
                == .numbers(
                    .arithmetic(
                        .arithmetic(.column("end"), .subtract, .column("start")), .divide,
                        .literal(86_400)), .lessOrEqual, .literal(30)))
        #expect(try Self.parse("missing(start)") == .missing(column: "start"))
        for text in [
            "start > 5", "start == 'soon'", "start + end > 1", "start - 1 > 0", "start * 2 > 1",
            "start in ['1970-01-01']", "-start < 1", "start == city", "start", "1 - start > 0",
        ] { #expect(throws: ExpressionError.self) { try Self.parse(text) } }
    }

    @Test func `columns whose names are no words stand in backquotes`() throws {
        #expect(
            try Self.parse("`how much` > 1 and `in` < 2")
                == .and(
                    .numbers(.column("how much"), .greater, .literal(1)),
                    .numbers(.column("in"), .less, .literal(2))))
    }

    @Test func `texts stand in either quotes, a doubled one for itself`() throws {
        #expect(
            try Self.parse(#"city == 'it''s' or city == "say ""x""""#)
                == .or(
                    .texts(.column("city"), .equal, .literal("it's")),
                    .texts(.column("city"), .equal, .literal("say \"x\""))))
    }

    @Test(arguments: [
        ("ages > 1", 1, "no column 'ages'"), ("age > 1 or note == 'x'", 12, "ignores"),
        ("age > '1'", 5, "compares a number with a text"), ("city < 3", 6, "a text with a number"),
        ("age = 1", 5, "write =="), ("age", 1, "a number, and something true or false"),
        ("age > 1 and city", 13, "a text, and something true"),
        ("age + city > 1", 7, "a number is"),
        ("(age > 1) == (age > 2)", 11, "true or false"), ("age > 1 2", 9, "have ended before"),
        ("age in [1, 'x']", 12, "literals"), ("age in [size]", 9, "literals"),
        ("city in ['a', -'b']", 16, "literals"), ("age in []", 9, "literals"),
        ("age in [1", 10, "does not end"), ("age in 1", 8, "a list"), ("(age > 1", 9, "close"),
        ("missing(age > 1)", 13, "one column"), ("missing('age')", 9, "name is expected"),
        ("missing age", 9, "in brackets"), ("age not 1", 9, "'in' should follow"),
        ("age > 1e999", 7, "no decimal number"), ("age > 0x10", 7, "no decimal number"),
        ("city == 'x", 9, "does not end"), ("", 1, "is expected"), ("age > ", 7, "is expected"),
        ("age & 1", 5, "no word of the language"), ("and > 1", 1, "a word of the language"),
        ("ä > 1", 1, "backquotes"), ("`a\u{1B}[2J` > 1", 1, "no column of this name"),
        ("system('x')", 1, "no column 'system'"), ("-city > 1", 2, "a number is expected"),
        ("not age", 5, "something true or false"), ("(age > 1) in [1]", 2, "looks for"),
    ]) func `a wrong expression gets a sentence and its place`(
        text: String, place: Int, words: String
    ) {
        let error = #expect(throws: ExpressionError.self) { try Self.parse(text) }
        #expect(error?.place == place, "\(error?.description ?? "")")
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(error?.description.unicodeScalars.contains { $0.value < 32 } == false)
    }

    @Test func `length, depth, parts and lists are bounded`() {
        let deep = String(repeating: "(", count: 40) + "age > 1" + String(repeating: ")", count: 40)
        let nots = String(repeating: "not ", count: 40) + "age > 1"
        let signs = "age > " + String(repeating: "-", count: 40) + "1"
        let wide = "age > 1" + String(repeating: " + 1", count: 300)
        let long = "age > 1" + String(repeating: " ", count: 5000)
        let list = "age in [" + Array(repeating: "1", count: 1100).joined(separator: ",") + "]"
        for (text, words) in [
            (deep, "levels deep"), (nots, "levels deep"), (signs, "levels deep"),
            (wide, "more than 256 parts"), (long, "longer than"), (list, "more than 1024"),
        ] {
            let error = #expect(throws: ExpressionError.self) { try Self.parse(text) }
            #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        }
        let most = String(repeating: "(", count: 32) + "age > 1" + String(repeating: ")", count: 32)
        #expect(throws: Never.self) { try Self.parse(most) }
    }

    @Test func `no mutation of an expression makes the parser crash`() {
        let text =
            "not (age + 2.5e1 * -size >= 18 or `how much` in [1, -2]) and guardian == 'it''s' "
            + "and missing(city) or city not in [\"a\", 'b'] and size / 0 != 1"
        #expect(throws: Never.self) { try Self.parse(text) }
        var mutants = Mutants(of: Array(text.utf8), seed: 11)
        for _ in 0..<Mutants.rounds(20_000) {
            let mutant = String(decoding: mutants.next(), as: UTF8.self)
            guard let truth = try? Self.parse(mutant) else { continue }
            #expect(truth.columns.isSubset(of: Set(Self.columns.keys)))
        }
    }
}
