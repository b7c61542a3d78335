import Privacy

/// The encoder as models store it: words and a few numbers as JSON, many numbers as tensors.
extension Encoder {
    package var tensors: [Tensor] {
        self.columns.enumerated().flatMap { index, column in
            guard case .text(let scores) = column.encoding else { return [Tensor]() }
            return scores.tensors.map { $0.named(Encoding.prefix(of: index) + $0.name) }
        }
    }

    package var json: JSON {
        .object([
            "form": .string(self.form.rawValue),
            "columns": .array(
                self.columns.map { column in
                    .object(
                        [JSON.Member("name", .string(column.name))] + column.encoding.members)
                }),
        ])
    }

    /// Reads what `json` and `tensors` wrote; it may come from anywhere.
    ///
    /// - Throws: `ArtifactError` naming the member; what was read encodes any frame of its columns.
    package init(json: JSON, tensors: [Tensor] = []) throws(ArtifactError) {
        var tensors = tensors
        let form: FeatureForm = try json.member("form").choice("the encoder's form")
        var columns: [Column] = []
        for item in try json.member("columns").items("the encoder's columns") {
            let encoding = try Encoding(json: item, &tensors, of: columns.count)
            guard encoding.suits(form) else {
                throw ArtifactError(.badMember, "an encoded column does not suit the form")
            }
            columns.append(
                Column(name: try item.member("name").text("a column's name"), encoding: encoding))
        }
        guard Set(columns.map(\.name)).count == columns.count else {
            throw ArtifactError(.badMember, "the encoder names a column twice")
        }
        guard tensors.isEmpty else {
            throw ArtifactError(.inconsistent, "a tensor is no column's")
        }
        self.init(form: form, columns: columns)
        guard (1...EncoderLimits.widthMax).contains(self.width) else {
            throw ArtifactError(.badMember, "the encoder makes no columns, or too many")
        }
    }
}

extension Encoder.Encoding {
    /// What the names of a column's tensors begin with.
    fileprivate static func prefix(of column: Int) -> String { "\(column)." }

    fileprivate var members: [JSON.Member] {
        switch self {
        case .dropped: [.init("as", "dropped")]
        case .duplicate(let first): [.init("as", "duplicate"), .init("of", .integer(first))]
        case .standardized(let center, let scale, let missing):
            [
                .init("as", "standardized"), .init("center", .number(center)),
                .init("scale", .number(scale)), .init("missing", .string(missing.rawValue)),
            ]
        case .oneHot(let oneHot):
            [
                .init("as", "one_hot"), .init("levels", Self.json(oneHot.levels)),
                .init("other", .bool(oneHot.hasOther)), .init("missing", .bool(oneHot.hasMissing)),
            ]
        case .number: [.init("as", "number")]
        case .rank(let levels):
            [.init("as", "rank"), .init("levels", Self.json(levels))]
        case .dateParts(let parts):
            [.init("as", "date_parts"), .init("parts", .array(parts.map { .string($0.rawValue) }))]
        case .text(let scores): [.init("as", "text")] + scores.members
        case .oneHotAndMeans(let oneHot, let means):
            [
                .init("as", "one_hot_and_means"),
                .init("one_hot", .object(Self.oneHot(oneHot).members)),
                .init("means", .object(Self.targetMeans(means).members)),
            ]
        case .targetMeans(let means):
            [
                .init("as", "target_means"), .init("levels", Self.json(means.levels)),
                .init("missing", .bool(means.hasMissing)), .init("width", .integer(means.width)),
                .init("values", .array(means.values.map { .number($0) })),
            ]
        case .dateCycles(let dates):
            [
                .init("as", "date_cycles"), .init("center", .number(dates.center)),
                .init("scale", .number(dates.scale)),
                .init("cycles", .array(dates.cycles.map { .string($0.rawValue) })),
                .init("missing", .string(dates.missing.rawValue)),
            ]
        }
    }

    /// Takes the column's tensors out of `tensors`.
    fileprivate init(
        json: JSON, _ tensors: inout [Tensor], of column: Int
    ) throws(ArtifactError) {
        switch try json.member("as").text("an encoding") {
        case "dropped": self = .dropped
        case "duplicate":
            let first = try json.member("of").count("of")
            guard first < column else {
                throw ArtifactError(.badMember, "a column repeats one that does not precede it")
            }
            self = .duplicate(of: first)
        case "number": self = .number
        case "standardized":
            let (center, scale, missing) = try Self.standardization(json)
            self = .standardized(center: center, scale: scale, missing: missing)
        case "one_hot":
            let oneHot = OneHot(
                levels: try Self.levels(json), hasOther: try json.member("other").truth("other"),
                hasMissing: try json.member("missing").truth("missing"))
            guard oneHot.slots >= 2, oneHot.levels.count <= EncoderLimits.oneHotLevelsMax else {
                throw ArtifactError(.badMember, "a one-hot column has too few levels or too many")
            }
            self = .oneHot(oneHot)
        case "rank":
            let levels = try Self.levels(json)
            guard (1...EncoderLimits.rankedLevelsMax).contains(levels.count) else {
                throw ArtifactError(.badMember, "a ranked column has no level, or too many")
            }
            self = .rank(levels: levels)
        case "date_parts":
            let parts: [DatePart] = try Self.choices(json, "parts")
            guard !parts.isEmpty else { throw ArtifactError(.badMember, "a date has no part") }
            self = .dateParts(parts)
        case "date_cycles":
            let (center, scale, missing) = try Self.standardization(json)
            self = .dateCycles(
                DateCycles(
                    center: center, scale: scale, cycles: try Self.choices(json, "cycles"),
                    missing: missing))
        case "one_hot_and_means":
            let parts = (
                try Self(json: try json.member("one_hot"), &tensors, of: column),
                try Self(json: try json.member("means"), &tensors, of: column)
            )
            guard case (.oneHot(let oneHot), .targetMeans(let means)) = parts else {
                throw ArtifactError(.badMember, "parts of an encoding are of other kinds")
            }
            self = .oneHotAndMeans(oneHot, means)
        case "target_means":
            let width = try json.member("width").count("width")
            var values: [Double] = []
            for item in try json.member("values").items("values") {
                values.append(try item.number("values"))
            }
            let means = TargetMeans(
                levels: try Self.levels(json),
                hasMissing: try json.member("missing").truth("missing"),
                values: values, width: width)
            guard means.levels.count <= EncoderLimits.targetLevelsMax,
                (2...AnswerGroups.countMax + 1).contains(width),
                values.count == means.rows * width
            else { throw ArtifactError(.badMember, "means are not one for each level") }
            self = .targetMeans(means)
        case "text":
            self = .text(try TextScores(json: json, tensors.takePart(Self.prefix(of: column))))
        default: throw ArtifactError(.badMember, "an encoding is none of the known words")
        }
    }

    private static func standardization(
        _ json: JSON
    ) throws(ArtifactError) -> (center: Double, scale: Double, Encoder.MissingNumbers) {
        let center = try json.member("center").number("a center")
        let scale = try json.member("scale").number("a scale")
        guard scale > 0 else { throw ArtifactError(.badMember, "a scale is not above 0") }
        return (center, scale, try json.member("missing").choice("missing"))
    }

    /// Some of a type's cases, each once and in their order.
    private static func choices<Choice: CaseIterable & Equatable & RawRepresentable<String>>(
        _ json: JSON, _ name: String
    ) throws(ArtifactError) -> [Choice] {
        let words = try json.member(name).texts(name)
        let choices = Choice.allCases.filter { words.contains($0.rawValue) }
        guard choices.map(\.rawValue) == words else {
            throw ArtifactError(.badMember, "\(name) are unknown, repeated or out of order")
        }
        return choices
    }

    /// A model must know its levels by name.
    private static func json(_ levels: [Private<String>]) -> JSON {
        .array(levels.map { .string($0.revealed) })
    }

    private static func levels(_ json: JSON) throws(ArtifactError) -> [Private<String>] {
        let levels = try json.member("levels").texts("levels").map { Private($0) }
        guard Set(levels).count == levels.count else {
            throw ArtifactError(.badMember, "a level stands twice")
        }
        return levels
    }

    fileprivate func suits(_ form: FeatureForm) -> Bool {
        switch self {
        case .dropped, .duplicate: true
        case .text(let scores): form == .dense || scores.missing == .never
        case .targetMeans: true
        case .standardized, .oneHot, .oneHotAndMeans, .dateCycles: form == .dense
        case .number, .rank, .dateParts: form == .ordinal
        }
    }

    /// What a column must hold to be encoded so; nil where anything will do.
    var kind: Frame.Values.Kind? {
        switch self {
        case .dropped, .duplicate: nil
        case .standardized, .number: .numbers
        case .oneHot, .oneHotAndMeans, .rank, .targetMeans: .categories
        case .dateParts, .dateCycles: .dates
        case .text: .texts
        }
    }
}
