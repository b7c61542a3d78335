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
        let columns: [Column]
        do throws(ArtifactError) {
            columns = try Self.columns(of: try JSON(decoding: bytes))
        } catch {
            throw SchemaError(column: nil, "the schema cannot be read: \(error)")
        }
        try self.init(columns)
    }

    /// As models store it.
    var json: JSON {
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
                case .categorical(nil), .ignored: break
                }
                return .object(members)
            })
    }

    /// The columns as stored; `Schema.init` still has to check them.
    static func columns(of json: JSON) throws(ArtifactError) -> [Column] {
        var columns: [Column] = []
        for item in try json.items("the schema") {
            let name = try item.member("name").text("a column's name")
            let missing: Missing = try item.optionalMember("missing")?.choice("missing") ?? .allowed
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
            case "ignored": kind = .ignored
            default:
                throw ArtifactError(
                    .badMember, "a column's kind is none of numeric, categorical, ignored")
            }
            columns.append(Column(name, kind, missing: missing))
        }
        return columns
    }
}
