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

    @Test(arguments: [
        ("=1+1", "'=1+1"), ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"), ("@SUM(A1)", "'@SUM(A1)"),
        ("-2+3", "'-2+3"), ("\tx", "'\tx"), ("\r=1", "\"'\r=1\""), ("＝1", "'＝1"),
        ("=a,b", "\"'=a,b\""), ("-1.5e-3", "-1.5e-3"), ("+7", "+7"), ("a=1", "a=1"), ("", "\"\""),
    ]) func `what a spreadsheet would compute stands behind an apostrophe, where asked for`(
        field: String, written: String
    ) {
        #expect(CSVText.row([field, "x"], for: .spreadsheets) == written + ",x\n")
        #expect(!CSVText.row([field, "x"]).contains("'\(field)"))
    }
}
