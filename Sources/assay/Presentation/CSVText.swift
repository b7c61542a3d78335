/// Rows of CSV as RFC 4180 has them: what the CSV reader of the engine takes back unchanged.
enum CSVText {
    /// One row with its line end. A field is quoted when it would otherwise be read as something
    /// else: commas, quotes, line ends, spaces at its ends, or nothing at all.
    static func row(_ fields: some Sequence<String>, for reader: Reader = .programs) -> String {
        fields.map { Self.field($0, for: reader) }.joined(separator: ",") + "\n"
    }

    static func field(_ text: String, for reader: Reader = .programs) -> String {
        Self.quoted(reader == .spreadsheets ? Self.harmless(text) : text)
    }

    enum Reader {
        /// A text is what it is.
        case programs
        /// A text that begins like a formula would be one.
        case spreadsheets
    }

    /// The text behind an apostrophe, where a spreadsheet would compute it (OWASP, CSV injection).
    /// Numbers stay numbers.
    private static func harmless(_ text: String) -> String {
        let begins: [Unicode.Scalar] = [
            "=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠",
        ]
        guard let first = text.unicodeScalars.first, begins.contains(first), Double(text) == nil
        else { return text }
        return "'" + text
    }

    private static func quoted(_ text: String) -> String {
        let needsQuotes =
            text.isEmpty || text.first == " " || text.last == " "
            || text.utf8.contains { $0 == 0x2C || $0 == 0x22 || $0 == 0x0A || $0 == 0x0D }
        return needsQuotes ? "\"\(text.replacing("\"", with: "\"\""))\"" : text
    }
}
