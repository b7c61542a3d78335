import Yams

/// A YAML file whose every key is asked for by name; what nobody asked for is an error.
///
/// Anchors and aliases are refused: nothing here needs them, and a few lines of them can stand for
/// gigabytes.
struct StrictYAML {
    /// The longest file, in bytes; a job file is under 4 KiB.
    static let bytesMax = 256 * 1024
    /// Brackets and braces opened in one file.
    static let bracketsMax = 256
    /// `- - - x`: markers that begin one line.
    static let markersMax = 8

    let file: String
    let root: Mapping

    /// - Parameter file: how errors call the file.
    init(text: String, file: String) throws(InputError) {
        guard text.utf8.count <= Self.bytesMax else {
            throw InputError(file, "is longer than \(Self.bytesMax) bytes")
        }
        try Self.refuseBombs(text, file)
        let node: Node?
        do {
            // The encoding is named because Yams would otherwise ask the environment for it.
            node = try Parser(yaml: text, encoding: .utf8).singleRoot()
        } catch {
            throw Self.explain(error, file)
        }
        guard let node, let mapping = node.mapping else {
            throw InputError("\(file):1", "a mapping of keys to values is expected")
        }
        self.file = file
        self.root = try Mapping(mapping, path: "", file: file)
    }

    init(path: String) throws(InputError) {
        let bytes = try InputFile.read(path, upTo: Self.bytesMax, what: "YAML file")
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw InputError(path, "is not UTF-8 text")
        }
        // Editors of Windows begin a file with a byte order mark, which is no part of its text.
        let isMarked = text.unicodeScalars.first == "\u{FEFF}"
        try self.init(
            text: isMarked ? String(text.unicodeScalars.dropFirst()) : text, file: path)
    }

    /// Looks at the text before the parser does: an alias may stand for gigabytes, and each bracket
    /// or list marker may nest the parser one level deeper.
    private static func refuseBombs(_ text: String, _ file: String) throws(InputError) {
        var brackets = 0
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false)
            .enumerated()
        {
            if line.utf8.contains(0) {
                throw InputError("\(file):\(number + 1)", "holds a NUL byte; YAML is text")
            }
            if let column = Self.alias(in: line) {
                throw InputError(
                    "\(file):\(number + 1):\(column)",
                    "anchors and aliases are not allowed; & or * may not begin a word")
            }
            brackets += line.utf8.count { $0 == UInt8(ascii: "[") || $0 == UInt8(ascii: "{") }
            let markers = line.prefix { $0.isWhitespace || "-?:".contains($0) }
                .count { !$0.isWhitespace }
            guard brackets <= Self.bracketsMax, markers <= Self.markersMax else {
                throw InputError("\(file):\(number + 1)", "is nested too deeply for settings")
            }
        }
    }

    /// The column, from 1, at which YAML might read `&name` or `*name`.
    ///
    /// Quotes are not looked at: telling a quote from an apostrophe takes a YAML parser, and what
    /// hid an alias would be a hole. So a few harmless texts are refused too.
    private static func alias(in line: Substring) -> Int? {
        guard line.first(where: { !$0.isWhitespace }) != "#" else { return nil }
        var before: Character = " "
        for index in line.indices {
            let begins = before.isWhitespace || "[{,:?-".contains(before)
            let next = line[line.index(after: index)...].first ?? " "
            if begins, line[index] == "&" || line[index] == "*", !next.isWhitespace {
                return line.distance(from: line.startIndex, to: index) + 1
            }
            before = line[index]
        }
        return nil
    }

    private static func explain(_ error: any Error, _ file: String) -> InputError {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _),
            YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            InputError("\(file):\(mark.line):\(mark.column)", "is not YAML: \(problem)")
        case YamlError.duplicatedKeysInMapping(let keys, let context):
            InputError(
                "\(file):\(context.mark.line):\(context.mark.column)",
                "names \(keys.map { "'\($0)'" }.joined(separator: ", ")) twice")
        default:
            InputError(file, "is not YAML")
        }
    }

    /// A mapping that remembers which of its keys were asked for.
    struct Mapping {
        let path: String
        let file: String
        let place: String
        private let entries: [(key: String, place: String, node: Node)]
        private var asked: [String] = []

        init(_ mapping: Node.Mapping, path: String, file: String) throws(InputError) {
            self.path = path
            self.file = file
            self.place = Self.place(mapping.mark, file)
            var entries: [(key: String, place: String, node: Node)] = []
            for (key, node) in mapping {
                let place = Self.place(key.mark, file)
                guard let name = key.scalar?.string else {
                    throw InputError(place, "a key must be a plain word")
                }
                entries.append((name, place, node))
            }
            self.entries = entries
        }

        /// The value of a key, if it is there.
        mutating func value(_ key: String) -> Value? {
            self.asked.append(key)
            guard let entry = self.entries.first(where: { $0.key == key }) else { return nil }
            let path = self.path.isEmpty ? key : "\(self.path).\(key)"
            return Value(
                node: entry.node, path: path, file: self.file,
                place: Self.place(entry.node.mark, self.file, or: entry.place))
        }

        /// Every key with its value.
        func all() -> [(key: String, value: Value)] {
            self.entries.map { entry in
                let path = self.path.isEmpty ? entry.key : "\(self.path).\(entry.key)"
                let place = Self.place(entry.node.mark, self.file, or: entry.place)
                return (
                    entry.key,
                    Value(node: entry.node, path: path, file: self.file, place: place)
                )
            }
        }

        /// The value of a key that must be there.
        mutating func required(_ key: String, example: String) throws(InputError) -> Value {
            if let value = self.value(key) { return value }
            let path = self.path.isEmpty ? key : "\(self.path).\(key)"
            throw InputError(self.place, "\(path) is missing; write for example \(example)")
        }

        /// - Throws: when a key is there that nobody asked for, with those that may be.
        func finish() throws(InputError) {
            guard let unknown = self.entries.first(where: { !self.asked.contains($0.key) }) else {
                return
            }
            let known = self.asked.joined(separator: ", ")
            throw InputError(unknown.place, "unknown key '\(unknown.key)'; known are \(known)")
        }

        private static func place(_ mark: Mark?, _ file: String, or other: String? = nil) -> String
        {
            guard let mark else { return other ?? file }
            return "\(file):\(mark.line):\(mark.column)"
        }
    }
}
