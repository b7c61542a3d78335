import Engine
import Wire

/// What a job file says of the search.
///
/// ```yaml
/// portfolio: { trials: 8, time: 30s }             # what is tried first may use no more
/// adaptive_sampling: { time: 60s }                # or false
/// feature_selection: { min_features: 4, time: 20s }   # or false
/// tuning: { families: 3, trials: 50, time: 60s }  # or false
/// search_space:
///   gradient_boosting:
///     trees: 200                                  # fixed
///     learning_rate: { low: 0.01, high: 0.3, scale: log }
/// ```
///
/// A stage's time is the running time of its trials together, wherever they run.
extension JobFile {
    /// - Parameters:
    ///   - families: that `model_list` names; none names all.
    ///   - hasRows: whether rows are learned from, of which some may do: series are not.
    ///   - suits: whether a family suits the task.
    static func search<Name: SearchedFamily>(
        _ root: inout StrictYAML.Mapping, among families: [Name], for task: String,
        hasRows: Bool = false,
        suits: (Name) -> Bool = { _ in true }
    ) throws(InputError) -> SearchTerms {
        let portfolio = try root.value("portfolio").map { value throws(InputError) in
            var mapping = try value.mapping()
            let terms = try Self.stage(&mapping)
            try mapping.finish()
            return terms
        }
        let sampling =
            hasRows ? try root.value("adaptive_sampling").map(Self.optional) : nil
        let selection = hasRows ? try root.value("feature_selection").map(Self.selection) : nil
        let tuning = try root.value("tuning").map(Self.tuning)
        let space = try root.value("search_space").map { value throws(InputError) in
            try Self.spaces(value, among: families, for: task, suits)
        }
        return SearchTerms(
            portfolio: portfolio ?? .unbounded, sampling: sampling ?? .unbounded,
            selection: selection?.terms ?? .unbounded, featuresMin: selection?.least ?? 1,
            tuning: tuning?.terms ?? .unbounded,
            families: tuning?.families ?? SearchTerms.familiesStandard, space: space ?? [])
    }

    private static func stage(
        _ mapping: inout StrictYAML.Mapping
    ) throws(InputError) -> StageTerms {
        let trials: UInt32? = try mapping.value("trials").map { value throws(InputError) in
            try value.integer(in: 1...Limits.trialsPerJobMax)
        }
        let time = try mapping.value("time").map { value throws(InputError) in
            try value.duration()
        }
        return StageTerms(trials: trials, time: time)
    }

    /// A stage that may be left out.
    private static func optional(_ value: StrictYAML.Value) throws(InputError) -> StageTerms {
        guard value.isMapping else { return try value.flag() ? .unbounded : .skipped }
        var mapping = try value.mapping()
        let terms = try Self.stage(&mapping)
        try mapping.finish()
        return terms
    }

    private static func selection(
        _ value: StrictYAML.Value
    ) throws(InputError) -> (terms: StageTerms, least: Int?) {
        guard value.isMapping else { return (try Self.optional(value), nil) }
        var mapping = try value.mapping()
        let terms = try Self.stage(&mapping)
        let least: Int? = try mapping.value("min_features").map { value throws(InputError) in
            try value.integer(in: 1...Int(Limits.columnsMax))
        }
        try mapping.finish()
        return (terms, least)
    }

    private static func tuning(
        _ value: StrictYAML.Value
    ) throws(InputError) -> (terms: StageTerms, families: Int?) {
        guard value.isMapping else {
            return (try Self.optional(value), nil)
        }
        var mapping = try value.mapping()
        let terms = try Self.stage(&mapping)
        let families: Int? = try mapping.value("families").map { value throws(InputError) in
            try value.integer(in: 1...Limits.parametersMax)
        }
        try mapping.finish()
        return (terms, families)
    }

    // MARK: The space

    typealias SearchedFamily = KnownName & ParameterHolder

    private static func spaces<Name: SearchedFamily>(
        _ value: StrictYAML.Value, among families: [Name], for task: String,
        _ suits: (Name) -> Bool
    ) throws(InputError) -> [FamilySpace] {
        let known = families.isEmpty ? Name.allCases.filter(suits) : families
        var spaces: [FamilySpace] = []
        for (name, item) in try value.entries() {
            guard let family = Name(rawValue: name), known.contains(family) else {
                let words = known.map(\.rawValue).joined(separator: ", ")
                throw item.wrong(
                    families.isEmpty
                        ? "is no model for \(task); known are \(words)"
                        : "is no model of the model_list, which names \(words)")
            }
            spaces.append(try Self.space(item, of: family))
        }
        return spaces
    }

    private static func space<Name: SearchedFamily>(
        _ value: StrictYAML.Value, of family: Name
    ) throws(InputError) -> FamilySpace {
        var fixed: [Parameter] = []
        var ranges: [CommandParameter] = []
        for (name, item) in try value.entries() {
            guard let parameter = family.parameters.first(where: { $0.name == name }) else {
                let words = family.parameters.map(\.name).joined(separator: ", ")
                throw item.wrong(
                    "is no parameter of \(family.rawValue), which "
                        + (words.isEmpty ? "takes none" : "takes \(words)"))
            }
            if item.isMapping {
                ranges.append(CommandParameter(name, try Self.range(item, within: parameter)))
            } else {
                fixed.append(Parameter(name, try Self.value(item, of: parameter)))
            }
        }
        return FamilySpace(family: family.rawValue, fixed: fixed, ranges: ranges)
    }

    private static func value(
        _ value: StrictYAML.Value, of parameter: ParameterRange
    ) throws(InputError) -> Double {
        let number = try value.number()
        guard parameter.contains(number) else {
            throw value.wrong("is out of range: \(parameter.sentence)")
        }
        return number
    }

    private static func range(
        _ value: StrictYAML.Value, within parameter: ParameterRange
    ) throws(InputError) -> CommandParameter.Kind {
        var mapping = try value.mapping()
        let low = try Self.value(
            try mapping.required("low", example: "low: 0.01"), of: parameter)
        let high = try Self.value(
            try mapping.required("high", example: "high: 0.3"), of: parameter)
        let scale = try mapping.value("scale").map { value throws(InputError) in
            try value.choice(CommandParameter.Scale.self)
        }
        try mapping.finish()
        guard low < high else { throw value.wrong("must have a low below its high") }
        guard scale != .log || (low > 0 && low.isNormal) else {
            throw value.wrong("must have a low above 0 on a logarithmic scale")
        }
        let usual: CommandParameter.Scale =
            parameter.scale == .logarithmic && low > 0 ? .log : .linear
        switch parameter.kind {
        case .real: return .real(low...high, scale ?? usual)
        case .whole: return .whole(Int64(low)...Int64(high), scale ?? usual)
        }
    }
}

/// What has parameters that a job file may speak of.
protocol ParameterHolder {
    var parameters: [ParameterRange] { get }
}

extension Family: ParameterHolder {}
extension ForecasterFamily: ParameterHolder {}
