import Engine

/// A schema as a file: what the columns of a table are called and may hold.
///
/// ```yaml
/// columns:
///   - { name: age, kind: numeric, min: 0, max: 120, missing: refused }
///   - { name: income, kind: numeric, missing_values: ["?", -999] }
///   - { name: colour, kind: categorical, categories: [red, blue], on_violation: repair }
///   - { name: id, kind: categorical, use: checks }
///   - { name: notes, kind: ignored }
/// rules:
///   - { name: grown, require: "age >= 18 or colour == 'red'", on_violation: drop }
///   - { name: key, unique: [id] }
/// ```
///
/// docs/DATA.md tells it all.
enum SchemaFile {
    static func read(_ path: String) throws(InputError) -> Schema {
        try Self.schema(StrictYAML(path: path))
    }

    /// The schema that somebody named, where somebody named one.
    static func read(ifGiven path: String?) throws(InputError) -> Schema? {
        guard let path else { return nil }
        return try Self.read(path)
    }

    static func schema(_ yaml: StrictYAML) throws(InputError) -> Schema {
        var root = yaml.root
        let list = try root.required("columns", example: "columns: [{ name: a, kind: numeric }]")
        var columns: [Schema.Column] = []
        for item in try list.items() { columns.append(try Self.column(item)) }
        var rules: [Rule] = []
        var places: [String] = []
        for item in try root.value("rules").map({ value throws(InputError) in
            try value.items()
        }) ?? [] {
            let (rule, place) = try Self.rule(item)
            rules.append(rule)
            places.append(place)
        }
        try root.finish()
        do {
            return try Schema(columns, rules: rules)
        } catch {
            let place = error.rule.flatMap { places.indices.contains($0) ? places[$0] : nil }
            throw InputError(place ?? list.place, error.description)
        }
    }

    /// A rule, and where what it asks stands.
    private static func rule(
        _ value: StrictYAML.Value
    ) throws(InputError) -> (rule: Rule, place: String) {
        var mapping = try value.mapping()
        let name = try mapping.required("name", example: "name: dates").text()
        let require = mapping.value("require")
        let unique = mapping.value("unique")
        let ascending = mapping.value("ascending")
        let remedy = try mapping.value("on_violation").map { value throws(InputError) in
            try value.choice(Rule.Remedy.self)
        }
        try mapping.finish()
        let check: Rule.Check
        let place: String
        switch (require, unique, ascending) {
        case (let value?, nil, nil): (check, place) = (.require(try value.text()), value.place)
        case (nil, let value?, nil): (check, place) = (.unique(try value.texts()), value.place)
        case (nil, nil, let value?): (check, place) = (.ascending(try value.text()), value.place)
        default:
            throw value.wrong(
                "must ask one thing: require, unique or ascending, such as "
                    + "require: \"end >= start\"")
        }
        return (Rule(name, check, remedy ?? .refuse), place)
    }

    private enum Kind: String, CaseIterable { case numeric, categorical, date, text, ignored }
    private enum Missing: String, CaseIterable { case allowed, refused }

    private static func column(_ value: StrictYAML.Value) throws(InputError) -> Schema.Column {
        var mapping = try value.mapping()
        let name = try mapping.required("name", example: "name: age").text()
        let kind = try mapping.required("kind", example: "kind: numeric").choice(Kind.self)
        let missing = try mapping.value("missing").map { value throws(InputError) in
            try value.choice(Missing.self)
        }
        let missingValues = try mapping.value("missing_values").map { value throws(InputError) in
            try value.texts()
        }
        let remedy = try mapping.value("on_violation").map { value throws(InputError) in
            try value.choice(Schema.Remedy.self)
        }
        let use = try mapping.value("use").map { value throws(InputError) in
            try value.choice(Schema.Use.self)
        }
        let schemaKind: Schema.Kind
        switch kind {
        case .numeric:
            let low = try mapping.value("min").map { value throws(InputError) in
                try value.number()
            }
            let high = try mapping.value("max").map { value throws(InputError) in
                try value.number()
            }
            schemaKind = .numeric(bounds: Schema.Bounds(low: low, high: high))
        case .categorical:
            let categories = try mapping.value("categories").map { value throws(InputError) in
                try value.texts()
            }
            schemaKind = .categorical(categories: categories)
        case .date:
            schemaKind = .date
        case .text:
            schemaKind = .text
        case .ignored:
            schemaKind = .ignored
        }
        try mapping.finish()
        return Schema.Column(
            name, schemaKind, missing: missing == .refused ? .refused : .allowed,
            missingValues: missingValues ?? [], remedy: remedy ?? .refuse, use: use ?? .features)
    }

    /// The schema as `read` takes it.
    static func text(_ schema: Schema) -> String {
        var lines = ["columns:"]
        for column in schema.columns {
            var parts = ["name: \(Self.quoted(column.name))", "kind: \(column.kind.word)"]
            switch column.kind {
            case .numeric(let bounds):
                if let low = bounds.low { parts.append("min: \(low)") }
                if let high = bounds.high { parts.append("max: \(high)") }
            case .categorical(let categories?):
                let words = categories.map(Self.quoted).joined(separator: ", ")
                parts.append("categories: [\(words)]")
            case .categorical(nil), .date, .text, .ignored: break
            }
            if column.missing == .refused { parts.append("missing: refused") }
            if !column.missingValues.isEmpty {
                let words = column.missingValues.map(Self.quoted).joined(separator: ", ")
                parts.append("missing_values: [\(words)]")
            }
            if column.remedy != .refuse {
                parts.append("on_violation: \(column.remedy.rawValue)")
            }
            if column.use != .features { parts.append("use: \(column.use.rawValue)") }
            lines.append("  - { \(parts.joined(separator: ", ")) }")
        }
        if !schema.rules.isEmpty { lines.append("rules:") }
        for rule in schema.rules {
            let asked =
                switch rule.check {
                case .require(let text): Self.quoted(text)
                case .unique(let names): "[\(names.map(Self.quoted).joined(separator: ", "))]"
                case .ascending(let name): Self.quoted(name)
                }
            var parts = ["name: \(Self.quoted(rule.name))", "\(rule.check.word): \(asked)"]
            if rule.remedy != .refuse { parts.append("on_violation: \(rule.remedy.rawValue)") }
            lines.append("  - { \(parts.joined(separator: ", ")) }")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// As it is when YAML cannot take it for anything but a plain word, else in double quotes.
    private static func quoted(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy {
            (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0)
                || $0 == 95
        }
        let words = ["true", "false", "yes", "no", "null", "on", "off", "y", "n"]
        let first = text.utf8.first ?? 0
        if isPlain, !(48...57).contains(first), !words.contains(text.lowercased()) { return text }
        let escaped = text.unicodeScalars.map { scalar in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            case _ where scalar.value < 32 || scalar.value == 127: Self.escape(scalar)
            default: String(scalar)
            }
        }.joined()
        return "\"\(escaped)\""
    }

    private static func escape(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16)
        return "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
    }
}
