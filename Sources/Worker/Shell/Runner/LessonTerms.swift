package import Engine
package import Wire

// What a lesson says, in the engine's words.

extension Engine.LearningTask {
    /// Nil for what is learned of series and not of rows.
    init?(_ task: Wire.LearningTask) {
        switch task {
        case .classification: self = .classification
        case .regression: self = .regression
        case .anomalyDetection: self = .anomalyDetection
        case .forecasting: return nil
        }
    }
}

extension RowSplit {
    package init(_ lesson: Lesson) {
        self.init(lesson.split, folds: lesson.folds)
    }

    package init(_ terms: SplitTerms?, folds: Int) {
        let column = terms.flatMap { terms in
            terms.column.map { Column($0, terms.isFeature ? .feature : .splitting) }
        }
        let key: Key =
            switch (terms?.by, column) {
            case (.group, let column?): .group(column)
            case (.time, let column?): .time(column)
            default: .chance
            }
        self.init(key, terms?.holdout.map { .share($0) } ?? .folds(folds))
    }
}

extension Dataset.Constraint {
    package init(_ term: MonotoneTerm) {
        self.init(term.column, term.way == .increasing ? .increasing : .decreasing)
    }
}

extension Engine.ClassWeights {
    package init(_ weights: Wire.ClassWeights) {
        switch weights {
        case .balanced: self = .balanced
        case .given(let values): self = .given(values)
        }
    }
}

extension Engine.Recipe {
    init(_ recipe: Wire.Recipe) throws(LearnerError) {
        try self.init(
            familyName: recipe.family, recipe.parameters.map { .init($0.name, $0.value) },
            seed: recipe.seed)
    }
}

extension ForecastRecipe {
    init(_ recipe: Wire.Recipe) throws(LearnerError) {
        try self.init(
            familyName: recipe.family, recipe.parameters.map { .init($0.name, $0.value) },
            seed: recipe.seed)
    }
}

extension SeriesPlan {
    /// - Throws: `ComputationError` where this worker does not know what is asked for.
    package init(_ terms: SeriesTerms, target: String?) throws(ComputationError) {
        guard let target else { throw ComputationError("a forecast needs a target") }
        self.init(target: target, time: terms.time)
        self.key = terms.key
        self.exogenous = terms.exogenous
        self.season = terms.season
        self.duplicates = terms.averages ? .averaged : .refused
        if let name = terms.frequency {
            guard let frequency = Frequency(name: name) else {
                throw ComputationError("this worker knows no frequency of that name")
            }
            self.frequency = frequency
        }
    }
}

extension ComputationError {
    /// A `map` that keeps the error's type.
    static func each<Source, Target>(
        _ items: [Source], _ make: (Source) throws(ComputationError) -> Target
    ) throws(ComputationError) -> [Target] {
        var targets: [Target] = []
        for item in items { targets.append(try make(item)) }
        return targets
    }
}
