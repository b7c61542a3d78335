import Privacy

extension Influence {
    /// - Parameter classes: how many have names; 0 where there are none.
    init(json: JSON, _ classes: Int) throws(ArtifactError) {
        guard let seed = UInt64(try json.member("seed").text("seed")) else {
            throw ArtifactError(.badMember, "the seed is no whole number")
        }
        let items = try json.member("importances").items("importances")
        try items.require(0...ExplanationLimits.featuresMax, "importances")
        var importances: [Importance] = []
        for item in items {
            let deviation = try item.member("deviation").number("deviation")
            guard deviation >= 0 else {
                throw ArtifactError(.badMember, "a deviation is below 0")
            }
            importances.append(
                Importance(
                    feature: try item.feature(), mean: try item.member("mean").number("mean"),
                    deviation: deviation))
        }
        let drawn = try json.member("dependences").items("dependences")
        try drawn.require(0...ExplanationLimits.dependencesMax, "dependences")
        var dependences: [Dependence] = []
        for item in drawn { dependences.append(try Dependence(json: item, classes)) }
        self.init(
            metric: try json.member("metric").choice("metric"), seed: seed,
            rows: try json.member("rows").rows("rows"),
            folds: try json.member("folds").rows("folds"),
            repeats: try json.member("repeats").rows("repeats"),
            score: try json.optionalMember("score").map { value throws(ArtifactError) in
                try value.number("score")
            },
            importances: importances, omitted: try json.member("omitted").rows("omitted"),
            dependenceRows: try json.member("dependence_rows").rows("dependence_rows"),
            dependences: dependences)
    }
}

extension Influence.Dependence {
    fileprivate init(json: JSON, _ classes: Int) throws(ArtifactError) {
        let axis: Influence.Axis
        if let item = try json.optionalMember("numbers") {
            let numbers = try item.numbers("numbers", 2...ExplanationLimits.quantilesMax)
            guard zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 }) else {
                throw ArtifactError(.badMember, "numbers do not ascend")
            }
            axis = .numbers(Private(numbers))
        } else {
            let levels = try json.member("levels").names("levels", 2...ExplanationLimits.levelsMax)
            axis = .levels(
                levels,
                shares: try json.member("shares").shares("shares", levels.count...levels.count))
        }
        let items = try json.member("curves").items("curves")
        try items.require(0...ExplanationLimits.rankingsMax, "curves")
        var curves: [Influence.Curve] = []
        for item in items {
            let place = try item.optionalMember("class").map { value throws(ArtifactError) in
                try value.count("class")
            }
            guard place.map({ $0 < classes }) ?? (classes == 0) else {
                throw ArtifactError(.badMember, "a curve is of no class")
            }
            curves.append(
                Influence.Curve(
                    place: place,
                    means: try item.member("means").numbers("means", axis.count...axis.count)))
        }
        self.init(feature: try json.feature(), axis: axis, curves: curves)
    }
}

extension Outlook {
    init(json: JSON) throws(ArtifactError) {
        let items = try json.member("series").items("series")
        try items.require(1...ExplanationLimits.seriesMax, "series")
        var series: [Line] = []
        for item in items { series.append(try Line(json: item)) }
        let step = try json.optionalMember("step").map { value throws(ArtifactError) in
            try value.name("step")
        }
        self.init(
            series: series, omitted: try json.member("omitted").rows("omitted"), step: step)
    }
}

extension Outlook.Line {
    fileprivate init(json: JSON) throws(ArtifactError) {
        let history = try json.member("history")
            .numbers("history", 1...ExplanationLimits.historyMax)
        let expected = try json.member("expected")
            .numbers("expected", 1...ExplanationLimits.horizonMax)
        let steps = expected.count...expected.count
        let items = try json.member("bands").items("bands")
        try items.require(0...ExplanationLimits.intervalsMax, "bands")
        var bands: [Outlook.Band] = []
        for item in items {
            let band = Outlook.Band(
                level: try item.member("level").share("level"),
                lower: try item.member("lower").numbers("lower", steps),
                upper: try item.member("upper").numbers("upper", steps))
            guard zip(band.lower, band.upper).allSatisfy({ $0 <= $1 }) else {
                throw ArtifactError(.badMember, "a band lies upside down")
            }
            bands.append(band)
        }
        let times = try json.member("times").names("times", 0...history.count + expected.count)
        guard times.isEmpty || times.count == history.count + expected.count else {
            throw ArtifactError(.badMember, "a step has no time")
        }
        self.init(
            name: try json.optionalMember("name").map { value throws(ArtifactError) in
                Private(try value.name("name"))
            },
            history: Private(history), expected: expected, bands: bands,
            rehearsal: try Self.rehearsal(json, steps: history.count), times: times)
    }

    private static func rehearsal(
        _ json: JSON, steps: Int
    ) throws(ArtifactError) -> Outlook.Rehearsal? {
        guard let item = try json.optionalMember("rehearsal") else { return nil }
        let start = try item.member("start").count("start")
        let expected = try item.member("expected")
            .numbers("expected", 1...ExplanationLimits.horizonMax)
        guard start <= steps, expected.count <= steps - start else {
            throw ArtifactError(.badMember, "a rehearsal lies outside of the history")
        }
        return Outlook.Rehearsal(start: start, expected: expected)
    }
}
