import Privacy

/// The explanation as its file holds it. Reading stands in `Explanation+Reading.swift`, part by
/// part in the same order.
extension Explanation {
    static let format = "assay-explanation"
    /// Raised when an older reader would misread what a newer writer wrote.
    static let version = 1

    /// Equal explanations give equal bytes.
    package var encoded: [UInt8] {
        let (kind, parts): (Kind, [JSON.Member]) =
            switch self {
            case .classification(let classes, let influence):
                (
                    .classification,
                    [.init("classes", classes.json), .init("influence", influence.json)]
                )
            case .regression(let numbers, let influence):
                (.regression, [.init("numbers", numbers.json), .init("influence", influence.json)])
            case .anomalies(let anomalies, let influence):
                (
                    .anomalies,
                    [.init("anomalies", anomalies.json), .init("influence", influence.json)]
                )
            case .forecast(let outlook): (.forecast, [.init("outlook", outlook.json)])
            }
        let head = [
            JSON.Member("format", .string(Self.format)),
            JSON.Member("version", .integer(Self.version)),
            JSON.Member("kind", .string(kind.rawValue)),
        ]
        return JSON.object(head + parts).encoded(.indented)
    }

    enum Kind: String { case classification, regression, anomalies, forecast }
}

extension ClassJudgement {
    fileprivate var json: JSON {
        .object([
            "names": .texts(self.names),
            "others": .integer(self.others),
            "confusion": .array(self.confusion.map(JSON.counts)),
            "rankings": .array(self.rankings.map(\.json)),
        ])
    }
}

extension Ranking {
    /// Points and bins as lists, one for each part: that takes a third of the room.
    fileprivate var json: JSON {
        .object([
            "class": .integer(self.place),
            "positives": .integer(self.positives),
            "negatives": .integer(self.negatives),
            "roc_auc": .number(self.areaUnderCurve),
            "average_precision": .number(self.averagePrecision),
            "thresholds": .numbers(self.points.map(\.threshold)),
            "true_positives": .counts(self.points.map(\.truePositives)),
            "false_positives": .counts(self.points.map(\.falsePositives)),
            "calibration": .object([
                "rows": .counts(self.calibration.map(\.rows)),
                "predicted": .numbers(self.calibration.map(\.predicted)),
                "observed": .numbers(self.calibration.map(\.observed)),
            ]),
        ])
    }
}

extension EqualWidthBins {
    fileprivate var json: JSON {
        .object([
            "low": .number(self.low),
            "high": .number(self.high),
            "counts": .counts(self.counts),
            "below": .integer(self.below),
            "above": .integer(self.above),
        ])
    }
}

extension NumberJudgement {
    fileprivate var json: JSON {
        .object([
            "rows": .integer(self.rows),
            "residuals": .numbers(self.residuals),
            "histogram": self.histogram.json,
            "bins": .array(
                self.bins.map { bin in
                    .object([
                        "rows": .integer(bin.rows),
                        "predicted": .number(bin.predicted),
                        "answer": .number(bin.answer),
                        "residuals": .numbers(bin.residuals),
                    ])
                }),
        ])
    }
}

extension AnomalyJudgement {
    fileprivate var json: JSON {
        .object([
            "rows": .integer(self.rows),
            "flagged": .integer(self.flagged),
            "scores": self.scores.json,
            "marked": self.marked?.json ?? .null,
        ])
    }
}

extension AnomalyJudgement.Marked {
    fileprivate var json: JSON {
        .object([
            "names": .texts(self.names),
            "anomalies": self.anomalies.json,
            "confusion": .array(self.confusion.map(JSON.counts)),
            "ranking": self.ranking?.json ?? .null,
        ])
    }
}

extension Influence {
    fileprivate var json: JSON {
        .object([
            "metric": .string(self.metric.rawValue),
            // As text: a reader in another language may keep 53 bits of a number only.
            "seed": .string(String(self.seed)),
            "rows": .integer(self.rows),
            "folds": .integer(self.folds),
            "repeats": .integer(self.repeats),
            "score": self.score.map { .number($0) } ?? .null,
            "importances": .array(
                self.importances.map { importance in
                    .object([
                        "feature": .string(importance.feature),
                        "mean": .number(importance.mean),
                        "deviation": .number(importance.deviation),
                    ])
                }),
            "omitted": .integer(self.omitted),
            "dependence_rows": .integer(self.dependenceRows),
            "dependences": .array(self.dependences.map(\.json)),
        ])
    }
}

extension Influence.Dependence {
    fileprivate var json: JSON {
        let axis: [JSON.Member] =
            switch self.axis {
            case .numbers(let numbers): [.init("numbers", .numbers(numbers.revealed))]
            case .levels(let levels, let shares):
                [.init("levels", .texts(levels)), .init("shares", .numbers(shares))]
            }
        let curves = self.curves.map { curve in
            JSON.object([
                "class": curve.place.map { .integer($0) } ?? .null,
                "means": .numbers(curve.means),
            ])
        }
        return .object(
            [.init("feature", .string(self.feature))] + axis + [.init("curves", .array(curves))])
    }
}

extension Outlook {
    fileprivate var json: JSON {
        .object([
            "step": self.step.map { .string($0) } ?? .null,
            "omitted": .integer(self.omitted),
            "series": .array(self.series.map(\.json)),
        ])
    }
}

extension Outlook.Line {
    fileprivate var json: JSON {
        .object([
            "name": self.name.map { .string($0.revealed) } ?? .null,
            "history": .numbers(self.history.revealed),
            "expected": .numbers(self.expected),
            "bands": .array(
                self.bands.map { band in
                    .object([
                        "level": .number(band.level),
                        "lower": .numbers(band.lower),
                        "upper": .numbers(band.upper),
                    ])
                }),
            "rehearsal": self.rehearsal.map { rehearsal in
                .object([
                    "start": .integer(rehearsal.start),
                    "expected": .numbers(rehearsal.expected),
                ])
            } ?? .null,
            "times": .texts(self.times),
        ])
    }
}

extension JSON {
    fileprivate static func numbers(_ numbers: [Double]) -> JSON {
        .array(numbers.map { .number($0) })
    }

    fileprivate static func counts(_ counts: [Int]) -> JSON { .array(counts.map { .integer($0) }) }

    fileprivate static func texts(_ texts: [Private<String>]) -> JSON {
        .array(texts.map { .string($0.revealed) })
    }
}
