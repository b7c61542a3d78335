/// Rows of CSV as RFC 4180 has them: what the CSV reader of the engine takes back unchanged.
enum CSVText {
    /// One row with its line end. A field is quoted when it would otherwise be read as something
    /// else: commas, quotes, line ends, spaces at its ends, or nothing at all.
    static func row(_ fields: some Sequence<String>) -> String {
        fields.map(Self.field).joined(separator: ",") + "\n"
    }

    private static func field(_ text: String) -> String {
        let needsQuotes =
            text.isEmpty || text.first == " " || text.last == " "
            || text.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
}
