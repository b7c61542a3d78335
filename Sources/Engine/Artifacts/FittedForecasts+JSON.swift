import Privacy

extension FittedForecasts {
    /// What manifests call the task.
    static let task = "forecasting"

    // MARK: Writing

    var json: [JSON.Member] {
        [
            .init("task", .string(Self.task)),
            .init("target", .string(self.columns.target)),
            .init("time", self.columns.time.map { .string($0) } ?? .null),
            .init("key", self.columns.key.map { .string($0) } ?? .null),
            .init("exogenous", .array(self.columns.exogenous.map { .string($0) })),
            .init("schema", self.schema.json),
            .init("grid", self.grid?.json ?? .null),
            .init("horizon", .integer(self.horizon)),
            .init("series", .array(self.entries.map(\.json))),
        ]
    }

    var tensors: [Tensor] {
        self.entries.enumerated().flatMap { number, entry in
            entry.model.tensors.map { $0.named(ModelBundle.prefix(of: number) + $0.name) }
        }
    }

    // MARK: Reading

    init(json: JSON, weights: [UInt8]) throws(ArtifactError) {
        func text(_ name: String) throws(ArtifactError) -> String? {
            try json.optionalMember(name).map { value throws(ArtifactError) in
                try value.text(name)
            }
        }
        let columns = Columns(
            target: try json.member("target").text("target"), time: try text("time"),
            key: try text("key"),
            exogenous: try json.member("exogenous").texts("exogenous"))
        let schema = try ModelBundle.schema(json.member("schema"))
        try Self.require(columns, in: schema)
        let grid = try json.optionalMember("grid").map { value throws(ArtifactError) in
            try Grid(value)
        }
        let horizon = try json.member("horizon").count("horizon")
        guard (grid != nil) == (columns.time != nil), (1...ForecastLimits.horizonMax) ~= horizon
        else { throw ArtifactError(.badMember, "times or horizon are out of range") }
        var tensors = try Safetensors.decode(weights).tensors
        var entries: [Entry] = []
        for item in try json.member("series").items("the series") {
            let own = tensors.takePart(ModelBundle.prefix(of: entries.count))
            entries.append(try Entry(item, own, columns, grid))
        }
        let keys = entries.compactMap(\.key)
        let keyCount = columns.key == nil ? 0 : entries.count
        guard (1...ForecastLimits.seriesMax).contains(entries.count), tensors.isEmpty,
            keys.count == keyCount, Set(keys).count == keys.count,
            columns.key != nil || entries.count == 1
        else { throw ArtifactError(.inconsistent, "the series are none, too many or not distinct") }
        self.init(columns: columns, schema: schema, grid: grid, horizon: horizon, entries: entries)
    }

    /// Each column once, each in the schema, numbers where numbers are needed.
    private static func require(
        _ columns: Columns, in schema: Schema
    ) throws(ArtifactError) {
        let names =
            [columns.target] + columns.exogenous
            + [columns.time, columns.key].compactMap(\.self)
        guard Set(names).count == names.count, Set(schema.columns.map(\.name)) == Set(names),
            columns.exogenous.count <= ForecastLimits.exogenousMax,
            schema.columns.allSatisfy({ $0.kind != .ignored && $0.use == .features })
        else { throw ArtifactError(.inconsistent, "the schema has not the model's columns") }
        for name in [columns.target] + columns.exogenous {
            guard case .numeric = schema.column(named: name)?.kind else {
                throw ArtifactError(.inconsistent, "column \(name) of the schema is not numeric")
            }
        }
    }
}

extension FittedForecasts.Grid {
    fileprivate var json: JSON {
        let (unit, count): (String, JSON) =
            switch self.frequency {
            case .seconds(let count): ("seconds", .integer(count))
            case .months(let count): ("months", .integer(count))
            case .number(let step): ("number", .number(step))
            }
        return .object([
            "unit": .string(unit), "step": count, "ends_months": .bool(self.endsMonths),
        ])
    }

    fileprivate init(_ json: JSON) throws(ArtifactError) {
        let step = try json.member("step")
        let frequency: Frequency
        switch try json.member("unit").text("unit") {
        case "seconds": frequency = .seconds(try step.count("step"))
        case "months": frequency = .months(try step.count("step"))
        case "number": frequency = .number(try step.number("step"))
        default: throw ArtifactError(.badMember, "unit is none of the known words")
        }
        let isRight =
            switch frequency {
            case .seconds(let count): (1...FittedForecasts.secondsMax).contains(count)
            case .months(let count): (1...1200).contains(count)
            case .number(let step): step > 0
            }
        guard isRight else { throw ArtifactError(.badMember, "step is out of range") }
        self.init(
            frequency: frequency,
            endsMonths: try json.member("ends_months").truth("ends_months"))
    }
}

extension FittedForecasts {
    /// The distance of a time from 1970, and of steps: 10,000 years.
    fileprivate static let secondsMax = 316_000_000_000
}

extension FittedForecasts.Entry {
    fileprivate var json: JSON {
        .object([
            "key": self.key.map { .string($0.revealed) } ?? .null,
            "start": .number(self.start),
            "count": .integer(self.count),
            "season": .integer(self.season),
            "scale": .number(self.scale),
            "forecaster": self.recipe.json,
        ])
    }

    fileprivate init(
        _ json: JSON, _ tensors: [Tensor], _ columns: FittedForecasts.Columns,
        _ grid: FittedForecasts.Grid?
    ) throws(ArtifactError) {
        let key = try json.optionalMember("key").map { value throws(ArtifactError) in
            Private(try value.text("key"))
        }
        let start = try json.member("start").number("start")
        let count = try json.member("count").count("count")
        let season = try json.member("season").count("season")
        let scale = try json.member("scale").number("scale")
        let recipe = try ForecastRecipe(json.member("forecaster"))
        guard (1...TableLimits.rowsMax).contains(count), scale >= 0,
            (1...ForecastLimits.seasonMax).contains(season),
            grid?.frequency.isCivil != true || abs(start) <= Double(FittedForecasts.secondsMax)
        else { throw ArtifactError(.badMember, "a series begins, or is scaled, out of range") }
        let model: ForecastModel
        do throws(LearnerError) {
            model = try ForecastModel(recipe.family, from: tensors)
        } catch {
            throw ArtifactError(.inconsistent, "the model cannot be put together: \(error)")
        }
        guard [0, columns.exogenous.count].contains(model.exogenousColumns) else {
            throw ArtifactError(
                .inconsistent,
                "the weights take \(model.exogenousColumns) other columns, "
                    + "the model has \(columns.exogenous.count)")
        }
        self.init(
            key: key, start: start, count: count, season: season, scale: scale, recipe: recipe,
            model: model)
    }
}

extension ForecastRecipe {
    fileprivate var json: JSON {
        .object(
            ModelBundle.json(of: self.family.rawValue, self.parameters, seed: self.seed)
                + [.init("members", .array(self.members.map(\.json)))])
    }

    fileprivate init(_ json: JSON, isMember: Bool = false) throws(ArtifactError) {
        let (parameters, seed) = try ModelBundle.recipe(json)
        var members: [ForecastRecipe] = []
        for item in try json.member("members").items("members") {
            guard !isMember, members.count < Combination.membersMax else {
                throw ArtifactError(.badMember, "a combination has too many members, or nested")
            }
            members.append(try ForecastRecipe(item, isMember: true))
        }
        self.init(
            try json.member("family").choice("family"), parameters, members: members, seed: seed)
    }
}
