/// HTML and SVG text under construction. Elements are closed by construction, names are constants,
/// and every text and every attribute's value is tamed and escaped: what comes from outside cannot
/// become markup. The result is well-formed XML as well.
struct Markup {
    private(set) var text = ""

    typealias Attributes = KeyValuePairs<StaticString, String>

    mutating func element(
        _ name: StaticString, _ attributes: Attributes = [:], _ content: (inout Markup) -> Void
    ) {
        self.open(name, attributes)
        self.text += ">"
        content(&self)
        self.text += "</\(name)>"
    }

    mutating func element(
        _ name: StaticString, _ attributes: Attributes = [:], text: String
    ) {
        self.element(name, attributes) { $0.write(text) }
    }

    /// An element without content, such as `meta` or `path`.
    mutating func empty(_ name: StaticString, _ attributes: Attributes = [:]) {
        self.open(name, attributes)
        self.text += "/>"
    }

    mutating func write(_ text: String) {
        self.text += Escaping.escaped(Escaping.tamed(text, most: Self.textMax))
    }

    /// A name from elsewhere, whose direction of writing does not touch what stands around it.
    mutating func isolated(_ name: String) {
        self.element("bdi", text: Escaping.tamed(name))
    }

    /// A constant that is markup, or a style sheet, already.
    mutating func raw(_ constant: StaticString) { self.text += "\(constant)" }

    mutating func newLine() { self.text += "\n" }

    /// Scalars of a paragraph.
    private static let textMax = 4000

    private mutating func open(_ name: StaticString, _ attributes: Attributes) {
        self.text += "<\(name)"
        for (name, value) in attributes {
            let safe = Escaping.escaped(Escaping.tamed(value, most: Self.valueMax))
            self.text += " \(name)=\"\(safe)\""
        }
    }

    /// Scalars of an attribute's value; a path of 512 points has the longest.
    private static let valueMax = 16_384
}
