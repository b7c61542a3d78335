import Testing

@testable import assay

@Suite struct StrictYAMLTests {
    private func error(_ text: String, _ read: (inout StrictYAML.Mapping) throws -> Void) -> String
    {
        do {
            var root = try StrictYAML(text: text, file: "a.yaml").root
            try read(&root)
            try root.finish()
            return "no error"
        } catch {
            return "\(error)"
        }
    }

    @Test func `an unknown key is named with its place and those that are known`() {
        #expect(
            error("name: a\nnmae: b\n") { _ = $0.value("name") }
                == "a.yaml:2:1: unknown key 'nmae'; known are name")
    }

    @Test func `a key that is missing says what would be right`() {
        #expect(
            error("name: a\n") { _ = try $0.required("task", example: "task: regression") }
                == "a.yaml:1:1: task is missing; write for example task: regression")
    }

    @Test func `a value of the wrong kind is named with line and column`() {
        #expect(
            error("a: 1\nbudget: {trials: many}\n") {
                _ = $0.value("a")
                let value = $0.value("budget")
                var budget = try #require(value).mapping()
                let _: UInt32? = try budget.value("trials")?.integer(in: 1...9)
            } == "a.yaml:2:18: budget.trials must be a whole number from 1 to 9")
    }

    @Test(arguments: [
        "a: &x 1\n", "a: *x\n", "a: [&b 1, *b]\n", "- &a 1\n", "&a b: 1\n", "a: [b 'c, *d]\n",
    ])
    func `anchors and aliases are refused before anything is built`(text: String) {
        #expect(error(text) { _ in }.contains("anchors and aliases are not allowed"))
    }

    @Test(arguments: [
        String(repeating: "[", count: 257), "- - - - - - - - - a\n", "a: {b: \u{0}}\n",
    ]) func `nesting bombs and NUL bytes are refused before the parser sees them`(text: String) {
        #expect(error(text) { _ in }.hasPrefix("a.yaml:1: "))
    }

    @Test func `an ampersand between words or a comment is no anchor`() {
        #expect(error("a: 'R & D' # 2 * 3\n# *y\n") { _ = $0.value("a") } == "no error")
        #expect(error("a: R&D\n") { _ = $0.value("a") } == "no error")
    }

    @Test(arguments: ["a: [1\n", "\t- x\n", "a: 'b\n", "a: 1\na: 2\n", "", "- 1\n", "text"])
    func `what is no mapping is an error with a line`(text: String) {
        #expect(error(text) { _ = $0.value("a") }.hasPrefix("a.yaml"))
        #expect(error(text) { _ = $0.value("a") } != "no error")
    }

    @Test func `a file without end is refused`() {
        let text = "a: " + String(repeating: "x", count: StrictYAML.bytesMax)
        #expect(error(text) { _ in } == "a.yaml: is longer than 262144 bytes")
    }

    @Test func `durations have a unit and are positive`() {
        #expect(Duration(text: "500ms") == .milliseconds(500))
        #expect(Duration(text: "120s") == .seconds(120))
        #expect(Duration(text: "1.5h") == .seconds(5400))
        for text in ["", "5", "s", "-1s", "0s", "1d", "nans", "infs", "1e9h", "5 m5"] {
            #expect(Duration(text: text) == nil, "\(text)")
        }
    }
}
