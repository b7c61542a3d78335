extension Blob {
    package init(_ message: Assay_V1_Blob, _ field: String = "blob") throws(WireError) {
        self.init(
            digest: try Checked.digest(message.digest, "\(field).digest"),
            size: try Checked.number(message.size, "\(field).size", in: 0...Limits.blobBytesMax))
    }

    package var message: Assay_V1_Blob {
        var message = Assay_V1_Blob()
        message.digest = self.digest.description
        message.size = self.size
        return message
    }
}

extension Recipe {
    package init(_ message: Assay_V1_Recipe) throws(WireError) {
        let parameters = try Checked.count(
            message.parameters, "recipe.parameters", upTo: Limits.parametersMax)
        self.init(
            family: try Checked.text(message.family, "recipe.family"),
            parameters: try Checked.map(parameters) { (parameter) throws(WireError) in
                try Parameter(parameter, "recipe.parameters")
            },
            seed: message.seed)
        try Checked.distinct(self.parameters.map(\.name), "recipe.parameters")
    }

    package var message: Assay_V1_Recipe {
        var message = Assay_V1_Recipe()
        message.family = self.family
        message.parameters = self.parameters.map(\.message)
        message.seed = self.seed
        return message
    }
}

extension Parameter {
    init(_ message: Assay_V1_Parameter, _ field: String) throws(WireError) {
        guard message.value.isFinite else { throw WireError("\(field).value", "is not finite") }
        self.init(try Checked.text(message.name, "\(field).name"), message.value)
    }

    var message: Assay_V1_Parameter {
        var message = Assay_V1_Parameter()
        message.name = self.name
        message.value = self.value
        return message
    }
}

extension Lesson {
    package init(_ message: Assay_V1_Lesson) throws(WireError) {
        let metrics = try Checked.count(message.metrics, "lesson.metrics", upTo: Limits.scoresMax)
        guard !metrics.isEmpty else { throw WireError("lesson.metrics", "is empty") }
        let task: LearningTask = try Checked.choice(message.task, "lesson.task")
        let hasTarget = !message.target.isEmpty || task != .anomalyDetection
        guard message.hasSeries == (task == .forecasting) else {
            throw WireError("lesson.series", "is there without need, or missing")
        }
        guard message.weight.isEmpty || task.takesWeights else {
            throw WireError("lesson.weight", "is there for a task that weighs no rows")
        }
        guard !message.hasClassWeights || task == .classification else {
            throw WireError("lesson.class_weights", "is there for a task without classes")
        }
        guard !message.positiveFirst || task == .classification else {
            throw WireError("lesson.positive_first", "is there for a task without classes")
        }
        guard !message.hasValidation || !message.hasSeries && !message.hasSplit else {
            throw WireError("lesson.validation", "is there beside a split, or series")
        }
        guard !message.hasValidation || message.validation.digest != message.data.digest else {
            throw WireError("lesson.validation", "is the table that is learned from")
        }
        guard
            message.quantile == 0
                || task == .regression && Self.quantileRange.contains(message.quantile)
        else { throw WireError("lesson.quantile", "is out of range, or for another task") }
        let monotone = try Checked.count(
            message.monotone, "lesson.monotone", upTo: task.takesWeights ? Limits.monotoneMax : 0)
        guard Set(monotone.map(\.column)).count == monotone.count else {
            throw WireError("lesson.monotone", "names a column twice")
        }
        self.init(
            task: task,
            data: try Blob(message.data, "lesson.data"),
            schema: try Blob(message.schema, "lesson.schema"),
            target: hasTarget ? try Checked.text(message.target, "lesson.target") : nil,
            metrics: try Checked.map(metrics) { (metric) throws(WireError) in
                try Checked.text(metric, "lesson.metrics")
            },
            folds: try Checked.number(message.folds, "lesson.folds", in: 2...50),
            foldSeed: message.foldSeed,
            cleaned: message.cleaned.isEmpty
                ? nil : try Checked.digest(message.cleaned, "lesson.cleaned"),
            cache: message.cache.isEmpty ? nil : try Checked.choice(message.cache, "lesson.cache"),
            series: message.hasSeries ? try SeriesTerms(message.series) : nil,
            split: message.hasSplit ? try SplitTerms(message.split) : nil,
            weight: message.weight.isEmpty
                ? nil : try Checked.text(message.weight, "lesson.weight"),
            classWeights: message.hasClassWeights
                ? try ClassWeights(message.classWeights) : nil,
            positiveFirst: message.positiveFirst,
            quantile: message.quantile == 0 ? nil : message.quantile,
            monotone: try Checked.map(monotone) { (term) throws(WireError) in
                MonotoneTerm(
                    try Checked.text(term.column, "lesson.monotone.column"),
                    term.decreasing ? .decreasing : .increasing)
            },
            validation: message.hasValidation
                ? try Blob(message.validation, "lesson.validation") : nil,
            sample: message.hasSample ? try RowSample(message.sample) : nil,
            images: message.hasImages ? try ImageTerms(message.images, task) : nil)
    }

    package var message: Assay_V1_Lesson {
        var message = Assay_V1_Lesson()
        message.task = self.task.rawValue
        message.data = self.data.message
        message.schema = self.schema.message
        message.target = self.target ?? ""
        message.metrics = self.metrics
        message.folds = UInt32(self.folds)
        message.foldSeed = self.foldSeed
        message.cleaned = self.cleaned?.description ?? ""
        message.cache = self.cache?.rawValue ?? ""
        if let series { message.series = series.message }
        if let split { message.split = split.message }
        message.weight = self.weight ?? ""
        if let classWeights { message.classWeights = classWeights.message }
        message.positiveFirst = self.positiveFirst
        if let validation { message.validation = validation.message }
        if let sample { message.sample = sample.message }
        message.quantile = self.quantile ?? 0
        message.monotone = self.monotone.map { term in
            var message = Assay_V1_Monotone()
            message.column = term.column
            message.decreasing = term.way == .decreasing
            return message
        }
        if let images { message.images = images.message }
        return message
    }
}

extension ClassWeights {
    init(_ message: Assay_V1_ClassWeights) throws(WireError) {
        let values = try Checked.count(
            message.values, "class_weights.values", upTo: Int(Limits.classesMax))
        guard values.allSatisfy(Self.range.contains) else {
            throw WireError("class_weights.values", "holds one that is out of range")
        }
        self = values.isEmpty ? .balanced : .given(values)
    }

    var message: Assay_V1_ClassWeights {
        var message = Assay_V1_ClassWeights()
        if case .given(let values) = self { message.values = values }
        return message
    }
}

extension RowSample {
    package init(_ message: Assay_V1_Sample) throws(WireError) {
        guard message.rows <= message.rowsOfTable else {
            throw WireError("sample.rows", "is more than the table has")
        }
        self.init(
            rows: message.rows, of: message.rowsOfTable, seed: message.seed,
            table: message.table.isEmpty ? nil : try Checked.digest(message.table, "sample.table"))
    }

    var message: Assay_V1_Sample {
        var message = Assay_V1_Sample()
        message.rows = self.rows
        message.rowsOfTable = self.rowsOfTable
        message.seed = self.seed
        message.table = self.table?.description ?? ""
        return message
    }
}

extension ImageTerms {
    init(_ message: Assay_V1_Images, _ task: LearningTask) throws(WireError) {
        guard task != .forecasting else {
            throw WireError("lesson.images", "is there without need")
        }
        self.init(
            size: try Checked.number(message.size, "images.size", in: 1...Limits.imageSizeMax),
            hasColour: message.colour)
    }

    var message: Assay_V1_Images {
        var message = Assay_V1_Images()
        message.size = UInt32(self.size)
        message.colour = self.hasColour
        return message
    }
}

extension SplitTerms {
    init(_ message: Assay_V1_Split) throws(WireError) {
        let key: Key = try Checked.choice(message.by, "split.by")
        guard message.column.isEmpty == (key == .chance) else {
            throw WireError("split.column", "is there without need, or missing")
        }
        guard message.holdout == 0 || Self.holdoutRange.contains(message.holdout) else {
            throw WireError("split.holdout", "is out of range")
        }
        self.init(
            by: key,
            column: key == .chance ? nil : try Checked.text(message.column, "split.column"),
            isFeature: message.feature, holdout: message.holdout == 0 ? nil : message.holdout)
    }

    var message: Assay_V1_Split {
        var message = Assay_V1_Split()
        message.by = self.by.rawValue
        message.column = self.column ?? ""
        message.feature = self.isFeature
        message.holdout = self.holdout ?? 0
        return message
    }
}

extension SeriesTerms {
    init(_ message: Assay_V1_Series) throws(WireError) {
        func text(_ text: String, _ field: String) throws(WireError) -> String? {
            text.isEmpty ? nil : try Checked.text(text, field)
        }
        let exogenous = try Checked.count(
            message.exogenous, "series.exogenous", upTo: Limits.exogenousMax)
        self.init(
            time: try text(message.time, "series.time"), key: try text(message.key, "series.key"),
            exogenous: try Checked.map(exogenous) { (name) throws(WireError) in
                try Checked.text(name, "series.exogenous")
            },
            frequency: try text(message.frequency, "series.frequency"),
            season: message.season == 0
                ? nil
                : try Checked.number(message.season, "series.season", in: 1...Limits.stepsMax),
            averages: message.averages,
            horizon: try Checked.number(message.horizon, "series.horizon", in: 1...Limits.stepsMax))
    }

    var message: Assay_V1_Series {
        var message = Assay_V1_Series()
        message.time = self.time ?? ""
        message.key = self.key ?? ""
        message.exogenous = self.exogenous
        message.frequency = self.frequency ?? ""
        message.season = UInt32(self.season ?? 0)
        message.averages = self.averages
        message.horizon = UInt32(self.horizon)
        return message
    }
}

extension TrialClass {
    package init(_ message: Assay_V1_TrialClass) throws(WireError) {
        switch message.kind {
        case .idle(let idle):
            self = .idle(
                Duration(nanoseconds: idle.nanoseconds),
                data: idle.hasData ? try Blob(idle.data, "idle.data") : nil)
        case .lesson(let lesson): self = .lesson(try Lesson(lesson))
        case .command(let command):
            self = .command(
                try Command(command.command),
                owner: try Checked.holder(command.owner, "command.owner").description)
        case nil: throw WireError("trial_class", "is of a kind that this version does not know")
        }
    }

    package var message: Assay_V1_TrialClass {
        var message = Assay_V1_TrialClass()
        switch self {
        case .idle(let duration, let data):
            message.idle.nanoseconds = duration.nanoseconds
            if let data { message.idle.data = data.message }
        case .lesson(let lesson): message.lesson = lesson.message
        case .command(let command, let owner):
            message.command.command = command.message
            message.command.owner = owner
        }
        return message
    }
}

extension TrialSpec {
    package init(_ message: Assay_V1_TrialSpec) throws(WireError) {
        let step: Step = try Checked.choice(message.step, "spec.step")
        guard message.hasRecipe || step == .idle else {
            throw WireError("spec.recipe", "is missing")
        }
        let scores = try Checked.count(
            message.scores, "spec.scores", upTo: step == .refit ? Limits.scoresMax : 0)
        let companions = try Checked.count(
            message.companions, "spec.companions",
            upTo: step == .refit ? Limits.companionsMax : 0)
        guard message.rows == 0 || step.isSearch else {
            throw WireError("spec.rows", "is of no candidate")
        }
        self.init(
            step: step, recipe: message.hasRecipe ? try Recipe(message.recipe) : nil,
            rows: message.rows == 0 ? nil : message.rows,
            scores: try Checked.map(scores) { (score) throws(WireError) in try Score(score) },
            companions: try Checked.map(companions) { (recipe) throws(WireError) in
                try Recipe(recipe)
            })
    }

    package var message: Assay_V1_TrialSpec {
        var message = Assay_V1_TrialSpec()
        message.step = self.step.rawValue
        if let recipe { message.recipe = recipe.message }
        message.rows = self.rows ?? 0
        message.scores = self.scores.map(\.message)
        message.companions = self.companions.map(\.message)
        return message
    }
}
