/// The mean or the median of several forecasters (Bates and Granger 1969). Combinations were more
/// accurate than nearly every single method in the M4 competition (Makridakis et al. 2020).
///
/// A member that a series is too short for is left out; one at least must learn.
package struct Combination: Forecaster {
    package enum Rule: Int, CaseIterable, Sendable { case mean, median }

    static let parameters: [ParameterRange] = [
        // 0: mean, 1: median
        .whole("rule", 0...1, standard: 0)
    ]
    static let membersMax = 16

    /// What is combined unless a recipe names members: one forecaster of each school.
    static let standardMembers: [ForecastRecipe] = [
        ForecastRecipe(.theta), ForecastRecipe(.ets), ForecastRecipe(.arima),
        ForecastRecipe(.ridgeLags),
    ]

    let members: [ForecastRecipe]
    let rule: Rule

    init(_ members: [ForecastRecipe], rule: Rule) throws(LearnerError) {
        guard !members.isEmpty, members.count <= Self.membersMax,
            members.allSatisfy({ $0.family != .combination })
        else {
            throw LearnerError(
                .badParameter,
                "a combination has 1 to \(Self.membersMax) members, none of them a combination")
        }
        self.members = members
        self.rule = rule
    }

    package func fit(
        _ series: Series, seed: UInt64
    ) throws(LearnerError) -> any FittedForecaster {
        var fitted: [(ForecasterFamily, any FittedForecaster)] = []
        var failure = LearnerError(.tooFewRows, "a combination has no members")
        for member in self.members {
            do throws(LearnerError) {
                fitted.append(
                    (member.family, try member.forecaster().fit(series, seed: member.seed)))
            } catch {
                guard error.code == .tooFewRows || error.code == .numericalFailure else {
                    throw error
                }
                failure = error
            }
        }
        guard !fitted.isEmpty else { throw failure }
        return FittedCombination(members: fitted, rule: self.rule)
    }
}

struct FittedCombination: FittedForecaster {
    let members: [(family: ForecasterFamily, fitted: any FittedForecaster)]
    let rule: Combination.Rule

    init(
        members: [(family: ForecasterFamily, fitted: any FittedForecaster)],
        rule: Combination.Rule
    ) {
        self.members = members
        self.rule = rule
    }

    var exogenousColumns: Int { self.members.map(\.fitted.exogenousColumns).max() ?? 0 }

    init(_ store: inout TensorStore) throws(LearnerError) {
        let families = try store.integers("members", shape: [.any])
        let rule = Combination.Rule(rawValue: Int(try store.integers("rule", shape: [1])[0]))
        guard let rule, !families.isEmpty, families.count <= Combination.membersMax else {
            throw LearnerError(.badTensor, "tensor members or rule is out of range")
        }
        var members: [(ForecasterFamily, any FittedForecaster)] = []
        for (index, number) in families.enumerated() {
            guard ForecasterFamily.allCases.indices.contains(Int(number)) else {
                throw LearnerError(.badTensor, "tensor members names no family")
            }
            let family = ForecasterFamily.allCases[Int(number)]
            // Nesting without end would overflow the stack.
            guard family != .combination else {
                throw LearnerError(.badTensor, "a combination is a member of another")
            }
            var inner = store.part("member\(index)/")
            members.append((family, try family.fitted(from: &inner)))
            try inner.requireNothingLeft()
        }
        self.members = members
        self.rule = rule
        // A member takes all columns or none.
        guard members.allSatisfy({ [0, self.exogenousColumns].contains($0.1.exogenousColumns) })
        else { throw LearnerError(.badTensor, "members take different exogenous columns") }
    }

    var tensors: [Tensor] {
        let families = self.members.map { member in
            Int32(ForecasterFamily.allCases.firstIndex(of: member.family) ?? 0)
        }
        return [
            .integers("members", families), .integers("rule", [Int32(self.rule.rawValue)]),
        ]
            + self.members.enumerated().flatMap { index, member in
                member.fitted.tensors.map { $0.named("member\(index)/" + $0.name) }
            }
    }

    func forecast(_ request: ForecastRequest) -> Forecast {
        Forecast(
            combining: self.members.map { $0.fitted.forecast(request) }, rule: self.rule)
    }
}

extension Forecast {
    /// The mean or median of forecasts, step by step and bound by bound; bounds are averaged as
    /// quantiles (Vincent 1912; Lichtendahl, Grushka-Cockayne and Winkler 2013).
    ///
    /// - Requires: at least one forecast; all of one horizon and with the same levels.
    init(combining forecasts: [Forecast], rule: Combination.Rule) {
        func combined(_ numbers: [[Double]]) -> [Double] {
            (0..<numbers[0].count).map { step in
                let all = numbers.map { $0[step] }
                switch rule {
                // Shares are added, not numbers, which may be large.
                case .mean: return all.reduce(0) { $0 + $1 / Double(all.count) }
                case .median: return quantile(all.sorted(), 0.5)
                }
            }
        }
        self.init(
            mean: combined(forecasts.map(\.mean)),
            intervals: forecasts[0].intervals.indices.map { index in
                Interval(
                    level: forecasts[0].intervals[index].level,
                    lower: combined(forecasts.map { $0.intervals[index].lower }),
                    upper: combined(forecasts.map { $0.intervals[index].upper }))
            })
    }
}
