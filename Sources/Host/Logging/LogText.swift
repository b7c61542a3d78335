/// Makes text from anywhere safe to stand in a log or a status line.
package enum LogText {
    /// The longest value of a field, in bytes. What is longer is cut: a log is no place for bulk.
    static let valueBytesMax = 4096

    /// The text with every character spelt out that could forge a line, move a terminal's cursor or
    /// turn the direction of reading.
    package static func escaped(_ text: String) -> String {
        let isPlain =
            text.utf8.count <= Self.valueBytesMax
            && text.utf8.allSatisfy { (32..<127).contains($0) }
        if isPlain { return text }
        var escaped = ""
        for scalar in text.unicodeScalars {
            if escaped.utf8.count >= Self.valueBytesMax {
                escaped += "…"
                break
            }
            if Self.isHarmless(scalar) {
                escaped.unicodeScalars.append(scalar)
            } else {
                escaped += "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return escaped
    }

    /// The text as a value in `key=value`: in quotes where it would otherwise run into the next.
    static func value(_ text: String) -> String {
        let safe = Self.escaped(text)
        let isPlain =
            !safe.isEmpty
            && !safe.utf8.contains(where: { $0 == 32 || $0 == 34 || $0 == 61 || $0 == 92 })
        if isPlain { return safe }
        var quoted = "\""
        for character in safe.unicodeScalars {
            if character == "\"" || character == "\\" { quoted += "\\" }
            quoted.unicodeScalars.append(character)
        }
        return quoted + "\""
    }

    /// The text as a JSON string.
    static func json(_ text: String) -> String {
        var json = "\""
        for scalar in Self.escaped(text).unicodeScalars {
            if scalar == "\"" || scalar == "\\" { json += "\\" }
            json.unicodeScalars.append(scalar)
        }
        return json + "\""
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse,
            .unassigned:
            false
        default:
            true
        }
    }
}
