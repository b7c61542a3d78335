import Engine
import Testing

@testable import assay

@Suite struct SchemaFileTests {
    private func read(_ text: String) throws(InputError) -> Schema {
        try SchemaFile.schema(StrictYAML(text: text, file: "s.yaml"))
    }

    @Test func `a schema is read back from what was written of it`() throws {
        let schema = try Schema([
            Schema.Column("age", .numeric(bounds: Schema.Bounds(low: 0, high: 120.5))),
            Schema.Column("7 up: \"x\"", .categorical(categories: ["a", "no", "b, c", "\\"])),
            Schema.Column("free", .categorical(), missing: .refused),
            Schema.Column("notes", .ignored),
        ])
        #expect(try self.read(SchemaFile.text(schema)) == schema)
    }

    @Test(arguments: [
        ("columns: []\n", "s.yaml:1:10: a schema names no column"),
        ("colums: []\n", "s.yaml:1:1: columns is missing"),
        ("columns: [{ kind: numeric }]\n", "s.yaml:1:11: columns[0].name is missing"),
        (
            "columns: [{ name: a, kind: number }]\n",
            "s.yaml:1:28: columns[0].kind must be one of numeric, categorical, ignored"
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
            "columns: [{ name: a, kind: ignored }, { name: a, kind: ignored }]\n",
            "s.yaml:1:10: column a is named twice"
        ),
    ]) func `a wrong schema file gets one sentence with its place`(text: String, expected: String) {
        let error = #expect(throws: InputError.self) { try self.read(text) }
        #expect(error?.description.hasPrefix(expected) == true, "\(error?.description ?? "")")
    }
}
