/// The schema as bytes, for the wire and for models: compact JSON, equal for equal schemas.
extension Schema {
    package func encoded() -> [UInt8] { self.json.encoded() }

    /// Reads what `encoded()` wrote; the bytes may come from anywhere.
    ///
    /// - Throws: `SchemaError`.
    package init(decoding bytes: [UInt8]) throws(SchemaError) {
        guard bytes.count <= TableLimits.schemaBytesMax else {
            throw SchemaError(
                column: nil, "the schema is longer than \(TableLimits.schemaBytesMax) bytes")
        }
        let parts: (columns: [Column], rules: [Rule])
        do throws(ArtifactError) {
            parts = try Self.parts(of: try JSON(decoding: bytes))
        } catch {
            throw SchemaError(column: nil, "the schema cannot be read: \(error)")
        }
        try self.init(parts.columns, rules: parts.rules)
    }

    /// As models store it: a list of columns, or with rules an object of both. A reader that knows
    /// no rules refuses the object, rather than pass over what it should ask.
    var json: JSON {
        guard !self.rules.isEmpty else { return self.columnsJSON }
        return .object(["columns": self.columnsJSON, "rules": self.rulesJSON])
    }

    private var rulesJSON: JSON {
        .array(
            self.rules.map { rule in
                let check: JSON =
                    switch rule.check {
                    case .require(let text): .string(text)
                    case .unique(let names): .array(names.map { .string($0) })
                    case .ascending(let name): .string(name)
                    }
                var members: [JSON.Member] = [
                    .init("name", .string(rule.name)), .init(rule.check.word, check),
                ]
                if rule.remedy != .refuse {
                    members.append(.init("on_violation", .string(rule.remedy.rawValue)))
                }
                return .object(members)
            })
    }

    private var columnsJSON: JSON {
        .array(
            self.columns.map { column in
                var members: [JSON.Member] = [
                    .init("name", .string(column.name)), .init("kind", .string(column.kind.word)),
                ]
                if column.missing == .refused {
                    members.append(.init("missing", .string(column.missing.rawValue)))
                }
                switch column.kind {
                case .numeric(let bounds):
                    if let low = bounds.low { members.append(.init("min", .number(low))) }
                    if let high = bounds.high { members.append(.init("max", .number(high))) }
                case .categorical(let categories?):
                    members.append(.init("categories", .array(categories.map { .string($0) })))
                case .categorical(nil), .date, .text, .ignored: break
                }
                if !column.missingValues.isEmpty {
                    members.append(
                        .init("missing_values", .array(column.missingValues.map { .string($0) })))
                }
                if column.remedy != .refuse {
                    members.append(.init("on_violation", .string(column.remedy.rawValue)))
                }
                if column.use != .features {
                    members.append(.init("use", .string(column.use.rawValue)))
                }
                return .object(members)
            })
    }

    /// Columns and rules as stored; `Schema.init` still has to check them.
    static func parts(of json: JSON) throws(ArtifactError) -> (columns: [Column], rules: [Rule]) {
        if case .array = json { return (try Self.columns(of: json), []) }
        var rules: [Rule] = []
        for item in try json.member("rules").items("the rules") {
            guard rules.count < RuleLimits.rulesMax else {
                throw ArtifactError(.badMember, "more than \(RuleLimits.rulesMax) rules")
            }
            rules.append(try Self.rule(of: item))
        }
        return (try Self.columns(of: try json.member("columns")), rules)
    }

    private static func rule(of json: JSON) throws(ArtifactError) -> Rule {
        let check: Rule.Check
        if let text = try json.optionalMember("require") {
            check = .require(try text.text("require"))
        } else if let names = try json.optionalMember("unique") {
            check = .unique(try names.texts("unique"))
        } else {
            check = .ascending(try json.member("ascending").text("ascending"))
        }
        return Rule(
            try json.member("name").text("a rule's name"), check,
            try json.optionalMember("on_violation")?.choice("on_violation") ?? .refuse)
    }

    private static func columns(of json: JSON) throws(ArtifactError) -> [Column] {
        var columns: [Column] = []
        for item in try json.items("the schema") {
            let name = try item.member("name").text("a column's name")
            let missing: Missing = try item.optionalMember("missing")?.choice("missing") ?? .allowed
            let remedy: Remedy =
                try item.optionalMember("on_violation")?.choice("on_violation") ?? .refuse
            let missingValues =
                try item.optionalMember("missing_values")?.texts("missing_values") ?? []
            let use: Use = try item.optionalMember("use")?.choice("use") ?? .features
            let kind: Kind
            switch try item.member("kind").text("a column's kind") {
            case "numeric":
                kind = .numeric(
                    bounds: Bounds(
                        low: try item.optionalMember("min")?.number("min"),
                        high: try item.optionalMember("max")?.number("max")))
            case "categorical":
                kind = .categorical(
                    categories: try item.optionalMember("categories")?.texts("categories"))
            case "date": kind = .date
            case "text": kind = .text
            case "ignored": kind = .ignored
            default:
                throw ArtifactError(
                    .badMember,
                    "a column's kind is none of numeric, categorical, date, text, ignored")
            }
            columns.append(
                Column(
                    name, kind, missing: missing, missingValues: missingValues, remedy: remedy,
                    use: use))
        }
        return columns
    }
}
