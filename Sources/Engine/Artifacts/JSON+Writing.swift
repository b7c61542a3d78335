extension JSON {
    package enum Layout: Sendable {
        /// No byte more than needed.
        case compact
        /// For people: a member or item a line, but arrays of plain numbers and words in one.
        case indented
    }

    /// The value as text; equal values give equal bytes.
    ///
    /// - Requires: every number is finite.
    package func encoded(_ layout: Layout = .compact) -> [UInt8] {
        var writer = Writer(layout: layout)
        writer.write(self, depth: 0)
        if layout == .indented { writer.bytes.append(0x0A) }
        return writer.bytes
    }

    private struct Writer {
        let layout: Layout
        var bytes: [UInt8] = []

        mutating func write(_ value: JSON, depth: Int) {
            switch value {
            case .null: self.bytes += "null".utf8
            case .bool(let bool): self.bytes += (bool ? "true" : "false").utf8
            case .integer(let integer): self.bytes += String(integer).utf8
            case .number(let number):
                precondition(number.isFinite, "JSON has no word for \(number)")
                self.bytes += number.description.utf8
            case .string(let text): self.write(text)
            case .array(let items):
                let spread = self.layout == .indented && !items.allSatisfy(\.isPlain)
                self.list(items, in: "[]", depth: depth, spread: spread) { writer, item in
                    writer.write(item, depth: depth + 1)
                }
            case .object(let members):
                let spread = self.layout == .indented
                self.list(members, in: "{}", depth: depth, spread: spread) { writer, member in
                    writer.write(member.name)
                    writer.bytes += (writer.layout == .indented ? ": " : ":").utf8
                    writer.write(member.value, depth: depth + 1)
                }
            }
        }

        private mutating func list<Item>(
            _ items: [Item], in brackets: String, depth: Int, spread: Bool,
            _ write: (inout Self, Item) -> Void
        ) {
            self.bytes += brackets.utf8.prefix(1)
            let comma = self.layout == .indented && !spread ? ", " : ","
            for (index, item) in items.enumerated() {
                if index > 0 { self.bytes += comma.utf8 }
                if spread { self.newLine(depth + 1) }
                write(&self, item)
            }
            if spread, !items.isEmpty { self.newLine(depth) }
            self.bytes += brackets.utf8.suffix(1)
        }

        private mutating func newLine(_ depth: Int) {
            self.bytes.append(0x0A)
            self.bytes += repeatElement(0x20, count: depth * 2)
        }

        private mutating func write(_ text: String) {
            self.bytes.append(UInt8(ascii: "\""))
            for byte in text.utf8 {
                switch byte {
                case UInt8(ascii: "\""): self.bytes += "\\\"".utf8
                case UInt8(ascii: "\\"): self.bytes += "\\\\".utf8
                case 0x0A: self.bytes += "\\n".utf8
                case 0x0D: self.bytes += "\\r".utf8
                case 0x09: self.bytes += "\\t".utf8
                case 0..<0x20, 0x7F:
                    let digits = Array("0123456789abcdef".utf8)
                    self.bytes += "\\u00".utf8
                    self.bytes += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
                default: self.bytes.append(byte)
                }
            }
            self.bytes.append(UInt8(ascii: "\""))
        }
    }

    private var isPlain: Bool {
        switch self {
        case .array, .object: false
        default: true
        }
    }
}
