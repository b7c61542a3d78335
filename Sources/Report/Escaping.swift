/// Text from elsewhere, made fit to stand on a page: column names, levels, class names and error
/// sentences are whatever a table says.
enum Escaping {
    /// Characters that a text keeps where nothing less is said: no honest name is longer, and a
    /// page stays small however long a dishonest one is.
    static let most = 400
    /// Marks that may sit on one letter. More of them climb over the lines above.
    private static let marksMax = 4

    /// The text without what is invisible, moves other text, or would make it too long.
    ///
    /// Controls, ends of lines, and what turns the direction of writing become U+FFFD, each of
    /// them, so that two names that differ stay different. What is cut off shows as an ellipsis.
    ///
    /// - Parameter most: scalars that are kept.
    static func tamed(_ text: String, most: Int = Self.most) -> String {
        var kept = String.UnicodeScalarView()
        var count = 0
        var marks = 0
        for scalar in text.unicodeScalars {
            guard count < most else {
                kept.append("…")
                break
            }
            count += 1
            switch scalar.properties.generalCategory {
            case .nonspacingMark, .enclosingMark: marks += 1
            default: marks = 0
            }
            guard marks <= Self.marksMax else { continue }
            kept.append(Self.isPlain(scalar) ? scalar : "\u{FFFD}")
        }
        return String(kept)
    }

    /// Whether the scalar shows itself, or joins its neighbours as writing demands.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        if (0x20..<0x7F).contains(scalar.value) { return true }
        // Joiners: Persian and many emoji are misspelt without them.
        if scalar.value == 0x200C || scalar.value == 0x200D { return true }
        if scalar.properties.isNoncharacterCodePoint || scalar.properties.isBidiControl {
            return false
        }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .unassigned,
            .privateUse:
            return false
        default: return true
        }
    }

    /// What HTML and SVG read as the text itself, between tags and in quotes alike.
    static func escaped(_ text: String) -> String {
        var escaped = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": escaped += "&amp;"
            case "<": escaped += "&lt;"
            case ">": escaped += "&gt;"
            case "\"": escaped += "&quot;"
            case "'": escaped += "&#39;"
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return escaped
    }

    /// The text as far as it fits `width` letters of usual width.
    ///
    /// A letter of Chinese, Japanese or Korean takes the room of two. Fonts differ: it is a measure
    /// to leave room by, no promise.
    static func fitted(_ text: String, width: Int) -> String {
        let tamed = Self.tamed(text)
        guard Self.width(of: tamed) > width else { return tamed }
        var kept = String.UnicodeScalarView()
        var used = 0
        for scalar in tamed.unicodeScalars {
            used += Self.width(of: scalar)
            guard used < width else { break }
            kept.append(scalar)
        }
        return String(kept) + "…"
    }

    /// In letters of usual width, of a text that was tamed.
    static func width(of text: String) -> Int {
        text.unicodeScalars.reduce(0) { $0 + Self.width(of: $1) }
    }

    private static let wide: [ClosedRange<UInt32>] = [
        0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
        0xFF00...0xFF60, 0x1F300...0x1FAFF, 0x20000...0x3FFFD,
    ]

    private static func width(of scalar: Unicode.Scalar) -> Int {
        if scalar.value < 0x1100 { return 1 }
        return Self.wide.contains { $0.contains(scalar.value) } ? 2 : 1
    }
}
