/// A reader of well-formed XML that is as strict as the pages are: no entity but five and numbers,
/// no duplicate attribute, every element closed.
struct XMLChecker {
    private var rest: Substring.UnicodeScalarView
    private(set) var elements: [String] = []
    private(set) var texts: [String] = []
    private(set) var attributes: [(element: String, name: String, value: String)] = []

    struct Fault: Error, CustomStringConvertible {
        let description: String
    }

    /// - Throws: `Fault` if `text` is not well formed.
    init(_ text: String) throws {
        self.rest = Substring(text).unicodeScalars
        guard !self.rest.contains(where: { $0.value < 0x20 && $0 != "\n" || $0.value == 0x7F })
        else { throw Fault(description: "a control character") }
        _ = self.take("<!DOCTYPE html>")
        var open: [String] = []
        var isAfterRoot = false
        while !self.rest.isEmpty {
            if self.take("</") {
                let name = self.name()
                guard open.popLast() == name, self.take(">") else {
                    throw Fault(description: "</\(name)> closes something else")
                }
                isAfterRoot = open.isEmpty
            } else if self.take("<") {
                guard !isAfterRoot else { throw Fault(description: "two roots") }
                let name = self.name()
                self.elements.append(name)
                try self.readAttributes(of: name)
                if !self.take("/>") {
                    guard self.take(">") else { throw Fault(description: "<\(name)> does not end") }
                    open.append(name)
                }
            } else {
                let text = try self.text(until: "<")
                guard !open.isEmpty || text.allSatisfy(\.isWhitespace) else {
                    throw Fault(description: "text outside of the root")
                }
                self.texts.append(text)
            }
        }
        guard open.isEmpty else { throw Fault(description: "<\(open)> are not closed") }
    }

    private mutating func readAttributes(of element: String) throws {
        var seen: Set<String> = []
        while self.take(" ") {
            let name = self.name()
            guard !name.isEmpty, seen.insert(name).inserted, self.take("=\"") else {
                throw Fault(description: "<\(element)> has a bad attribute \(name)")
            }
            self.attributes.append((element, name, try self.text(until: "\"")))
            guard self.take("\"") else { throw Fault(description: "a value does not end") }
        }
    }

    private mutating func name() -> String {
        let name = self.rest.prefix {
            $0.properties.isAlphabetic || "0123456789-:".contains(Character($0))
        }
        self.rest = self.rest[name.endIndex...]
        return String(name)
    }

    private mutating func text(until end: Unicode.Scalar) throws -> String {
        var text = ""
        while let scalar = self.rest.first, scalar != end {
            guard scalar != "<" else { throw Fault(description: "< in a value") }
            if scalar == "&" {
                text += try self.entity()
            } else {
                text.unicodeScalars.append(scalar)
                self.rest.removeFirst()
            }
        }
        return text
    }

    private mutating func entity() throws -> String {
        let known = [
            "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": "\"", "&#39;": "'",
        ]
        for (entity, text) in known where self.take(entity) { return text }
        throw Fault(description: "an unknown entity")
    }

    private mutating func take(_ text: String) -> Bool {
        guard self.rest.starts(with: text.unicodeScalars) else { return false }
        self.rest.removeFirst(text.unicodeScalars.count)
        return true
    }
}
