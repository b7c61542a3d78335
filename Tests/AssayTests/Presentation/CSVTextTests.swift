import Testing

@testable import assay

@Suite struct CSVTextTests {
    @Test(arguments: [
        (["a", "1.5"], "a,1.5\n"), (["a,b", "c"], "\"a,b\",c\n"),
        (["say \"hi\""], "\"say \"\"hi\"\"\"\n"), (["two\nlines"], "\"two\nlines\"\n"),
        (["cr\r\nlf"], "\"cr\r\nlf\"\n"), ([""], "\"\"\n"), ([" a", "b "], "\" a\",\"b \"\n"),
    ]) func `a field is quoted where it must be`(fields: [String], row: String) {
        #expect(CSVText.row(fields) == row)
    }
}
