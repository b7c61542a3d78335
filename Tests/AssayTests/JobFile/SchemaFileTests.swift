import Engine
import Testing

@testable import assay

@Suite struct SchemaFileTests {
    private func read(_ text: String) throws(InputError) -> Schema {
        try SchemaFile.schema(StrictYAML(text: text, file: "s.yaml"))
    }

    @Test func `a schema is read back from what was written of it`() throws {
        let schema = try Schema(
            [
                Schema.Column("age", .numeric(bounds: Schema.Bounds(low: 0, high: 120.5))),
                Schema.Column("7 up: \"x\"", .categorical(categories: ["a", "no", "b, c", "\\"])),
                Schema.Column("free", .categorical(), missing: .refused),
                Schema.Column("paid", .numeric(), missingValues: ["?", "-999", "null", "n/a"]),
                Schema.Column("day", .date, missing: .refused), Schema.Column("words", .text),
                Schema.Column("notes", .ignored),
                Schema.Column("id", .categorical(), use: .checks),
                Schema.Column("odd", .categorical(categories: ["a"]), remedy: .repair),
            ],
            rules: [
                Rule("grown up", .require("age >= 18 or `7 up: \"x\"` != 'b, c'"), .drop),
                Rule("key", .unique(["id", "7 up: \"x\""])), Rule("time", .ascending("age")),
            ])
        #expect(try self.read(SchemaFile.text(schema)) == schema)
    }

    @Test(arguments: [
        ("columns: []\n", "s.yaml:1:10: a schema names no column"),
        ("colums: []\n", "s.yaml:1:1: columns is missing"),
        ("columns: [{ kind: numeric }]\n", "s.yaml:1:11: columns[0].name is missing"),
        (
            "columns: [{ name: a, kind: number }]\n",
            "s.yaml:1:28: columns[0].kind must be one of numeric, categorical, date, text, ignored"
        ),
        (
            "columns: [{ name: a, kind: categorical, min: 1 }]\n",
            "s.yaml:1:41: unknown key 'min'"
        ),
        (
            "columns: [{ name: a, kind: numeric, min: 2, max: 1 }]\n",
            "s.yaml:1:10: column a has a least number above its greatest"
        ),
        (
            "columns: [{ name: a, kind: numeric }]\nrules:\n  - { name: r, require: \"b > 1\" }\n",
            "s.yaml:3:25: rule r, character 1: the schema names no column 'b'"
        ),
        (
            "columns: [{ name: a, kind: numeric }]\nrules: [{ name: r, require: \"a > 'x'\" }]\n",
            "s.yaml:2:29: rule r, character 3: '>' compares a number with a text"
        ),
        (
            "columns: [{ name: a, kind: numeric }]\nrules: [{ name: r, unique: [b] }]\n",
            "s.yaml:2:28: rule r: the schema names no column 'b'"
        ),
        (
            "columns: [{ name: a, kind: numeric }]\nrules: [{ name: r }]\n",
            "s.yaml:2:9: rules[0] must ask one thing"
        ),
        (
            "columns: [{ name: a, kind: numeric, on_violation: repair }]\n",
            "s.yaml:1:10: column a has no bounds and no categories"
        ),
        (
            "columns: [{ name: a, kind: ignored }, { name: a, kind: ignored }]\n",
            "s.yaml:1:10: column a is named twice"
        ),
    ]) func `a wrong schema file gets one sentence with its place`(text: String, expected: String) {
        let error = #expect(throws: InputError.self) { try self.read(text) }
        #expect(error?.description.hasPrefix(expected) == true, "\(error?.description ?? "")")
    }
}
