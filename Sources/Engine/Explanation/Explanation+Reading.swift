import Privacy

extension Explanation {
    /// Reads what `encoded` wrote; it may come from anywhere.
    ///
    /// - Throws: `ArtifactError` naming the member. What was read keeps within
    ///   `ExplanationLimits`, and its parts fit each other: every list has the length that its
    ///   neighbours have, every class that is referred to has a name.
    package init(decoding bytes: [UInt8]) throws(ArtifactError) {
        guard bytes.count <= ExplanationLimits.bytesMax else {
            throw ArtifactError(
                .badJSON,
                "\(bytes.count) bytes of explanation; \(ExplanationLimits.bytesMax) are the most")
        }
        let json = try JSON(decoding: bytes)
        guard try json.member("format").text("format") == Self.format else {
            throw ArtifactError(.badMember, "the explanation is of another format")
        }
        let version = try json.member("version").count("version")
        guard version == Self.version else {
            throw ArtifactError(
                .unsupportedVersion,
                "the explanation is of version \(version); this reader knows \(Self.version)")
        }
        switch try json.member("kind").choice("kind", of: Kind.self) {
        case .classification:
            let classes = try ClassJudgement(json: json.member("classes"))
            self = .classification(
                classes, try Influence(json: json.member("influence"), classes.names.count))
        case .regression:
            self = .regression(
                try NumberJudgement(json: json.member("numbers")),
                try Influence(json: json.member("influence"), 0))
        case .anomalies:
            self = .anomalies(
                try AnomalyJudgement(json: json.member("anomalies")),
                try Influence(json: json.member("influence"), 0))
        case .forecast: self = .forecast(try Outlook(json: json.member("outlook")))
        }
    }
}

extension ClassJudgement {
    fileprivate init(json: JSON) throws(ArtifactError) {
        let names = try json.member("names").names("names", 2...ExplanationLimits.classesMax)
        let others = try json.member("others").rows("others")
        let size = names.count + (others > 0 ? 1 : 0)
        var rankings: [Ranking] = []
        let items = try json.member("rankings").items("rankings")
        try items.require(0...ExplanationLimits.rankingsMax, "rankings")
        for item in items { rankings.append(try Ranking(json: item, names.count)) }
        self.init(
            names: names, others: others,
            confusion: try json.member("confusion").square("confusion", size), rankings: rankings)
    }
}

extension Ranking {
    /// - Parameter classes: how many have names.
    fileprivate init(json: JSON, _ classes: Int) throws(ArtifactError) {
        let place = try json.member("class").count("class")
        let positives = try json.member("positives").rows("positives")
        let negatives = try json.member("negatives").rows("negatives")
        guard place < classes, positives > 0, negatives > 0 else {
            throw ArtifactError(.badMember, "a ranking has no class, or no rows")
        }
        let points = try Self.points(json, positives, negatives)
        let bins = try json.member("calibration")
        let rows = try bins.member("rows").counts("rows", 0...ExplanationLimits.calibrationBinsMax)
        let count = rows.count...rows.count
        let predicted = try bins.member("predicted").shares("predicted", count)
        let observed = try bins.member("observed").shares("observed", count)
        self.init(
            place: place, positives: positives, negatives: negatives,
            areaUnderCurve: try json.member("roc_auc").share("roc_auc"),
            averagePrecision: try json.member("average_precision").share("average_precision"),
            points: points,
            calibration: rows.indices.map {
                Bin(rows: rows[$0], predicted: predicted[$0], observed: observed[$0])
            })
    }

    /// Each calls more rows than the one before; the last one calls all.
    private static func points(
        _ json: JSON, _ positives: Int, _ negatives: Int
    ) throws(ArtifactError) -> [Point] {
        let thresholds = try json.member("thresholds")
            .numbers("thresholds", 1...ExplanationLimits.pointsMax)
        let count = thresholds.count...thresholds.count
        let found = try json.member("true_positives").counts("true_positives", count)
        let wrong = try json.member("false_positives").counts("false_positives", count)
        for index in thresholds.indices {
            let before =
                index == 0
                ? (.infinity, 0, 0)
                : (thresholds[index - 1], found[index - 1], wrong[index - 1])
            guard thresholds[index] < before.0, found[index] >= before.1,
                wrong[index] >= before.2, found[index] + wrong[index] > before.1 + before.2
            else { throw ArtifactError(.badMember, "the points of a ranking do not descend") }
        }
        guard found.last == positives, wrong.last == negatives else {
            throw ArtifactError(.badMember, "the last point of a ranking does not call every row")
        }
        return thresholds.indices.map {
            Point(
                threshold: thresholds[$0], truePositives: found[$0], falsePositives: wrong[$0])
        }
    }
}

extension EqualWidthBins {
    fileprivate init(json: JSON) throws(ArtifactError) {
        let low = try json.member("low").number("low")
        let high = try json.member("high").number("high")
        guard low <= high, (high - low).isFinite else {
            throw ArtifactError(.badMember, "a histogram has no width")
        }
        self.init(
            low: low, high: high,
            counts: try json.member("counts")
                .counts("counts", 1...ExplanationLimits.histogramBinsMax),
            below: try json.member("below").rows("below"),
            above: try json.member("above").rows("above"))
    }
}

extension NumberJudgement {
    fileprivate init(json: JSON) throws(ArtifactError) {
        let items = try json.member("bins").items("bins")
        try items.require(0...ExplanationLimits.residualBinsMax, "bins")
        var bins: [Bin] = []
        for item in items {
            bins.append(
                Bin(
                    rows: try item.member("rows").rows("rows"),
                    predicted: try item.member("predicted").number("predicted"),
                    answer: try item.member("answer").number("answer"),
                    residuals: try item.member("residuals")
                        .ascending("residuals", Self.binLevels.count)))
        }
        self.init(
            rows: try json.member("rows").rows("rows"),
            residuals: try json.member("residuals")
                .ascending("residuals", Self.residualLevels.count),
            histogram: try EqualWidthBins(json: json.member("histogram")), bins: bins)
    }
}

extension AnomalyJudgement {
    fileprivate init(json: JSON) throws(ArtifactError) {
        let scores = try EqualWidthBins(json: json.member("scores"))
        var marked: Marked?
        if let item = try json.optionalMember("marked") {
            marked = try Marked(json: item)
            guard let own = marked?.anomalies, own.counts.count == scores.counts.count,
                own.low == scores.low, own.high == scores.high
            else { throw ArtifactError(.badMember, "the histograms have other intervals") }
        }
        self.init(
            rows: try json.member("rows").rows("rows"),
            flagged: try json.member("flagged").rows("flagged"), scores: scores, marked: marked)
    }
}

extension AnomalyJudgement.Marked {
    fileprivate init(json: JSON) throws(ArtifactError) {
        let ranking = try json.optionalMember("ranking").map { item throws(ArtifactError) in
            try Ranking(json: item, 2)
        }
        self.init(
            names: try json.member("names").names("names", 2...2),
            anomalies: try EqualWidthBins(json: json.member("anomalies")),
            confusion: try json.member("confusion").square("confusion", 2), ranking: ranking)
    }
}
