import Testing

@testable import Report

@Suite struct EscapingTests {
    @Test func `markup becomes text`() {
        #expect(
            Escaping.escaped("<script>\"it's\" & that</script>")
                == "&lt;script&gt;&quot;it&#39;s&quot; &amp; that&lt;/script&gt;")
    }

    @Test(arguments: [
        "\u{0}", "\u{1B}", "\u{7F}", "\u{85}", "\u{200B}", "\u{202E}", "\u{2066}", "\u{2028}",
        "\u{FEFF}", "\u{FFFF}", "\u{E000}", "\n", "\t",
    ])
    func `what is unseen or turns what is read becomes one visible mark`(scalar: String) {
        #expect(Escaping.tamed("a\(scalar)b") == "a\u{FFFD}b")
    }

    @Test(arguments: ["naïve", "日本語", "العربية", "می\u{200C}خواهم", "👩\u{200D}🚀", "½ × 10⁻⁶"])
    func `honest names of any writing stay as they are`(name: String) {
        #expect(Escaping.tamed(name) == name)
    }

    @Test func `long names are cut, and letters under a hundred marks lose most of them`() {
        let long = Escaping.tamed(String(repeating: "x", count: 10_000))
        #expect(long == String(repeating: "x", count: Escaping.most) + "…")
        let tall = "a" + String(repeating: "\u{301}", count: 100) + "b"
        #expect(Escaping.tamed(tall).unicodeScalars.count == 6)
    }

    @Test func `a name is fitted by the room that its letters take`() {
        #expect(Escaping.fitted("abcdefgh", width: 8) == "abcdefgh")
        #expect(Escaping.fitted("abcdefghi", width: 8) == "abcdefg…")
        #expect(Escaping.fitted("日本語日本語", width: 8) == "日本語…")
        #expect(Escaping.width(of: Escaping.fitted("日本語日本語", width: 8)) <= 8)
    }
}
