import Engine
import Privacy
import Report

/// How well classes are told apart, as figures.
struct ClassFigures {
    let section: Page.Section

    init(_ classes: ClassJudgement) {
        let names = classes.names.map(\.revealed)
        let all = names + (classes.others > 0 ? ["\(classes.others) others"] : [])
        let rows = classes.confusion.reduce(0) { $0 + $1.reduce(0, +) }
        self.section = .init(
            "How well it predicts",
            intro: "\(NumberText.count(rows)) rows, each judged by a model that had not seen it.",
            [
                .figures(
                    [Self.matrix(all, classes.confusion)]
                        + Self.calibration(classes.rankings, names)
                        + Self.curves(classes.rankings, names))
            ])
    }

    static func matrix(_ names: [String], _ counts: [[Int]]) -> Figure {
        let rows = counts.reduce(0) { $0 + $1.reduce(0, +) }
        let right = counts.indices.reduce(0) { $0 + counts[$1][$1] }
        let share = rows > 0 ? Double(right) / Double(rows) : 0
        return Figure(
            "Confusion matrix",
            summary: "\(NumberText.count(right)) of \(NumberText.count(rows)) rows "
                + "(\(NumberText.percent(share))) are predicted as what they are. "
                + Self.worst(names, counts),
            caption: "Shares are of a row of the matrix: of all that are one class, how many were "
                + "taken for each.",
            width: names.count > 8 ? .full : .half,
            .heatMap(HeatMap(rows: "actual", columns: "predicted", names: names, counts: counts)))
    }

    /// The most frequent mistake, in words.
    private static func worst(_ names: [String], _ counts: [[Int]]) -> String {
        var worst: (row: Int, column: Int, count: Int)?
        for row in counts.indices {
            for column in counts.indices where row != column {
                if counts[row][column] > worst?.count ?? 0 {
                    worst = (row, column, counts[row][column])
                }
            }
        }
        guard let worst else { return "None is predicted as anything else." }
        return "The most frequent mistake: \(NumberText.count(worst.count)) rows of "
            + "\(names[worst.row]) are predicted as \(names[worst.column])."
    }

    static func calibration(_ rankings: [Ranking], _ names: [String]) -> [Figure] {
        let drawn = rankings.filter { !$0.calibration.isEmpty }
        guard !drawn.isEmpty else { return [] }
        let series = drawn.map { ranking in
            LineChart.Series(
                names[ranking.place],
                ranking.calibration.map { .init($0.predicted, $0.observed) }, .marked)
        }
        let least = drawn.flatMap(\.calibration).map(\.rows).min() ?? 0
        return [
            Figure(
                "Calibration",
                summary: "The share of rows that are of a class against the probability that was "
                    + "predicted for it. " + Self.gaps(drawn, names),
                caption: "Bins of \(NumberText.count(least)) rows or more. On the line, what is "
                    + "predicted with 70 % comes true in 70 % of the cases; below it, the model is "
                    + "too sure.",
                .lines(
                    LineChart(
                        x: "mean predicted probability", y: "share that is of the class", series,
                        guides: [.init("honest", from: .init(0, 0), to: .init(1, 1))],
                        xRange: 0...1, yRange: 0...1)))
        ]
    }

    /// The expected calibration error (Naeini, Cooper and Hauskrecht 2015).
    private static func gaps(_ rankings: [Ranking], _ names: [String]) -> String {
        rankings.map { ranking in
            let rows = Double(ranking.calibration.reduce(0) { $0 + $1.rows })
            let gap = ranking.calibration.reduce(0) {
                $0 + abs($1.predicted - $1.observed) * Double($1.rows) / rows
            }
            return "\(names[ranking.place]): \(NumberText.short(gap, digits: 2)) off on average."
        }.joined(separator: " ")
    }

    static func curves(_ rankings: [Ranking], _ names: [String]) -> [Figure] {
        guard !rankings.isEmpty else { return [] }
        return [Self.receiver(rankings, names), Self.precision(rankings, names)]
    }

    private static func receiver(_ rankings: [Ranking], _ names: [String]) -> Figure {
        let series = rankings.map { ranking in
            LineChart.Series(
                Self.named(names[ranking.place], ranking.areaUnderCurve),
                [.init(0, 0)]
                    + ranking.points.map { .init($0.fallout(in: ranking), $0.recall(in: ranking)) })
        }
        let areas = rankings.map {
            "\(names[$0.place]): area \(NumberText.fixed($0.areaUnderCurve, decimals: 3))."
        }
        return Figure(
            "ROC curve",
            summary: "Recall against the share of other rows that are called as well. "
                + areas.joined(separator: " "),
            caption: "In brackets the area under the curve, all folds together: 1 parts the class "
                + "from the rest, 0.5 is chance.",
            .lines(
                LineChart(
                    x: "share of other rows called", y: "recall", series,
                    guides: [.init("chance", from: .init(0, 0), to: .init(1, 1))],
                    xRange: 0...1, yRange: 0...1)))
    }

    private static func precision(_ rankings: [Ranking], _ names: [String]) -> Figure {
        let series = rankings.map { ranking in
            LineChart.Series(
                Self.named(names[ranking.place], ranking.averagePrecision),
                ranking.points.map { .init($0.recall(in: ranking), $0.precision) })
        }
        // Of one class chance is a line; of several it is one for each, and would hide them.
        let guides = rankings.count == 1 ? rankings.map(Self.chance) : []
        let areas = rankings.map {
            "\(names[$0.place]): average precision "
                + "\(NumberText.fixed($0.averagePrecision, decimals: 3))."
        }
        return Figure(
            "Precision and recall",
            summary: "The share of called rows that are right, against the share of the class that "
                + "is found. " + areas.joined(separator: " "),
            caption: "In brackets the average precision.",
            .lines(
                LineChart(
                    x: "recall", y: "precision", series, guides: guides, xRange: 0...1,
                    yRange: 0...1)))
    }

    private static func named(_ name: String, _ area: Double) -> String {
        "\(name) (\(NumberText.fixed(area, decimals: 3)))"
    }

    private static func chance(_ ranking: Ranking) -> LineChart.Guide {
        let share =
            Double(ranking.positives) / Double(ranking.positives + ranking.negatives)
        return .init("chance", from: .init(0, share), to: .init(1, share))
    }
}
