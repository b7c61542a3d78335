import Wire
import Yams

extension StrictYAML {
    /// A value and where it stands.
    struct Value {
        fileprivate let node: Node
        /// The keys that lead to it, such as `budget.trials`.
        let path: String
        fileprivate let file: String
        /// Where errors say that it stands.
        let place: String

        init(node: Node, path: String, file: String, place: String) {
            self.node = node
            self.path = path
            self.file = file
            self.place = place
        }

        func wrong(_ sentence: String) -> InputError {
            InputError(self.place, "\(self.path) \(sentence)")
        }

        func mapping() throws(InputError) -> Mapping {
            guard let mapping = self.node.mapping else {
                throw self.wrong("must be a mapping of keys to values")
            }
            return try Mapping(mapping, path: self.path, file: self.file)
        }

        /// Text that is not empty.
        func text() throws(InputError) -> String {
            guard let scalar = self.node.scalar, !scalar.string.isEmpty else {
                throw self.wrong("must be a text")
            }
            return scalar.string
        }

        /// A text that may be empty.
        func scalar() throws(InputError) -> String {
            guard let scalar = self.node.scalar else { throw self.wrong("must be a text") }
            return scalar.string
        }

        var isList: Bool { self.node.sequence != nil }
        var isMapping: Bool { self.node.mapping != nil }

        /// What a mapping holds whose keys are for the user to choose, in the file's order.
        func entries() throws(InputError) -> [(key: String, value: Value)] {
            try self.mapping().all()
        }

        /// `true`, `12.5` or a text; in quotes all are texts.
        func choiceValue() throws(InputError) -> ChoiceValue {
            guard let scalar = self.node.scalar else { throw self.wrong("must be a text") }
            guard [.plain, .any].contains(scalar.style) else { return .text(scalar.string) }
            switch scalar.string {
            case "true": return .boolean(true)
            case "false": return .boolean(false)
            case let text:
                guard let number = Double(text), number.isFinite else { return .text(text) }
                return .number(number)
            }
        }

        /// A list of texts, or one text that stands for a list of one.
        func texts() throws(InputError) -> [String] {
            guard let sequence = self.node.sequence else { return [try self.text()] }
            var texts: [String] = []
            for (index, node) in sequence.enumerated() {
                let place = node.mark.map { "\(self.file):\($0.line):\($0.column)" } ?? self.place
                let item = Value(
                    node: node, path: "\(self.path)[\(index)]", file: self.file, place: place)
                texts.append(try item.text())
            }
            guard !texts.isEmpty else { throw self.wrong("is an empty list") }
            return texts
        }

        func items() throws(InputError) -> [Value] {
            guard let sequence = self.node.sequence else { throw self.wrong("must be a list") }
            return sequence.enumerated().map { index, node in
                let place = node.mark.map { "\(self.file):\($0.line):\($0.column)" } ?? self.place
                return Value(
                    node: node, path: "\(self.path)[\(index)]", file: self.file, place: place)
            }
        }

        func integer<Number: FixedWidthInteger>(
            in range: ClosedRange<Number>
        ) throws(InputError) -> Number {
            guard let number = Number(try self.text()), range.contains(number) else {
                throw self.wrong(
                    "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            }
            return number
        }

        func number() throws(InputError) -> Double {
            guard let number = Double(try self.text()), number.isFinite else {
                throw self.wrong("must be a number")
            }
            return number
        }

        func flag() throws(InputError) -> Bool {
            switch try self.text() {
            case "true": return true
            case "false": return false
            default: throw self.wrong("must be true or false")
            }
        }

        func choice<Choice: RawRepresentable & CaseIterable>(
            _ type: Choice.Type
        ) throws(InputError) -> Choice where Choice.RawValue == String {
            guard let choice = Choice(rawValue: try self.text()) else {
                let words = Choice.allCases.map(\.rawValue).joined(separator: ", ")
                throw self.wrong("must be one of \(words)")
            }
            return choice
        }

        func duration() throws(InputError) -> Duration {
            guard let duration = Duration(text: try self.text()) else {
                throw self.wrong("must be a duration such as 500ms, 120s, 5m or 1h")
            }
            return duration
        }
    }
}

extension Duration {
    /// Reads `500ms`, `120s`, `5m` or `1.5h`; nil for anything else, and for what is not positive
    /// or longer than 365 days.
    init?(text: String) {
        let units: [(suffix: String, seconds: Double)] = [
            ("ms", 0.001), ("s", 1), ("m", 60), ("h", 3600),
        ]
        guard let unit = units.first(where: { text.hasSuffix($0.suffix) }),
            let count = Double(text.dropLast(unit.suffix.count)), count.isFinite
        else { return nil }
        let seconds = count * unit.seconds
        guard seconds > 0, seconds <= 365 * 86_400 else { return nil }
        self = .nanoseconds(Int64((seconds * 1e9).rounded()))
    }
}
