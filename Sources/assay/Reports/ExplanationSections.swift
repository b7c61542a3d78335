import Engine
import Privacy
import Report

/// An explanation as sections of a page.
///
/// Here names of classes and levels, and quantiles of columns, become text: the page is for whoever
/// may see the model, and is written where he says.
struct ExplanationSections {
    let sections: [Page.Section]

    init(_ explanation: Explanation) {
        switch explanation {
        case .classification(let classes, let influence):
            let names = classes.names.map(\.revealed)
            self.sections =
                [ClassFigures(classes).section] + InfluenceFigures(influence, names).sections
        case .regression(let numbers, let influence):
            self.sections = [Self.section(numbers)] + InfluenceFigures(influence, []).sections
        case .anomalies(let anomalies, let influence):
            self.sections = [Self.section(anomalies)] + InfluenceFigures(influence, []).sections
        case .forecast(let outlook): self.sections = [OutlookFigures(outlook).section]
        }
    }

    // MARK: Numbers

    private static func section(_ numbers: NumberJudgement) -> Page.Section {
        let rows = NumberText.count(numbers.rows)
        return .init(
            "How well it predicts",
            intro: "\(rows) rows, each judged by a model that had not seen it.",
            [
                .figures([
                    Self.answers(numbers), Self.residuals(numbers), Self.spread(numbers),
                    Self.quantiles(numbers),
                ])
            ])
    }

    private static func answers(_ numbers: NumberJudgement) -> Figure {
        let points = numbers.bins.map { LineChart.Point($0.predicted, $0.answer) }
        let ends = [points.first, points.last].compactMap { $0?.x }
        let guides =
            ends.count == 2
            ? [
                LineChart.Guide(
                    "as predicted", from: .init(ends[0], ends[0]), to: .init(ends[1], ends[1]))
            ] : []
        return Figure(
            "Answers against predictions",
            summary:
                "The mean answer for rows of similar predictions, in \(points.count) bins from "
                + "the lowest predictions to the highest.",
            caption: Self.binsCaption(numbers)
                + " On the line, predictions are right on average.",
            .lines(
                LineChart(
                    x: "mean prediction", y: "mean answer",
                    [.init("mean answer", points, .marked)], guides: guides)))
    }

    private static func residuals(_ numbers: NumberJudgement) -> Figure {
        func line(_ level: Int) -> [LineChart.Point] {
            numbers.bins.map { LineChart.Point($0.predicted, $0.residuals[level]) }
        }
        let ends = [numbers.bins.first, numbers.bins.last].compactMap { $0?.predicted }
        let guides =
            ends.count == 2
            ? [LineChart.Guide("no error", from: .init(ends[0], 0), to: .init(ends[1], 0))] : []
        return Figure(
            "Residuals against predictions",
            summary: "The median residual and the range of most residuals, in bins from the lowest "
                + "predictions to the highest.",
            caption: "A residual is the answer less the prediction. A fan shows that large "
                + "predictions are less certain; a bow, that something is not learned.",
            .lines(
                LineChart(
                    x: "mean prediction", y: "residual", [.init("median", line(2))],
                    bands: [
                        .init("middle 80 %", series: 0, lower: line(0), upper: line(4)),
                        .init("middle 50 %", series: 0, lower: line(1), upper: line(3)),
                    ], guides: guides)))
    }

    private static func spread(_ numbers: NumberJudgement) -> Figure {
        let spread = numbers.histogram
        let outside = spread.below + spread.above
        return Figure(
            "Residuals",
            summary: "How residuals are spread: from \(NumberText.short(spread.low)) to "
                + "\(NumberText.short(spread.high)), most of them around "
                + "\(NumberText.short(numbers.residuals[4])).",
            caption: outside == 0
                ? nil : "\(NumberText.count(outside)) rows lie outside of what is shown.",
            .columns(
                ColumnChart(
                    x: "residual", y: "rows", low: spread.low, high: spread.high,
                    [.init("rows", spread.counts.map(Double.init))], guides: [.init(0, "no error")])
            ))
    }

    private static func quantiles(_ numbers: NumberJudgement) -> Figure {
        Figure(
            "Quantiles of residuals",
            summary: "Residuals at nine quantiles, from the 1st percentile to the 99th.",
            .dots(
                DotChart(
                    "residual", series: ["residual"],
                    NumberJudgement.residualLevels.enumerated().map { index, level in
                        .init(NumberText.percent(level), [numbers.residuals[index]])
                    })))
    }

    private static func binsCaption(_ numbers: NumberJudgement) -> String {
        let least = numbers.bins.map(\.rows).min() ?? 0
        return "Bins of \(NumberText.count(least)) rows or more."
    }

    // MARK: Anomalies

    private static func section(_ anomalies: AnomalyJudgement) -> Page.Section {
        let share = Double(anomalies.flagged) / Double(max(1, anomalies.rows))
        let spread = anomalies.scores
        let outside = spread.below + spread.above
        var layers = [Self.layer("all rows", spread)]
        if let marked = anomalies.marked {
            layers.append(Self.layer("marked as anomalies", marked.anomalies))
        }
        let histogram = Figure(
            "Scores",
            summary:
                "How scores are spread; \(NumberText.count(anomalies.flagged)) rows lie above 0.",
            caption: "Above 0 a row is called an anomaly; −1 is what half of the rows score less "
                + "than."
                + (outside > 0
                    ? " \(NumberText.count(outside)) rows lie outside of what is shown." : ""),
            width: anomalies.marked == nil ? .full : .half,
            .columns(
                ColumnChart(
                    x: "score", y: "share of these rows", low: spread.low, high: spread.high,
                    layers,
                    guides: [.init(0, "threshold")])))
        var figures = [histogram]
        if let marked = anomalies.marked {
            let names = marked.names.map(\.revealed)
            figures.append(ClassFigures.matrix(names, marked.confusion))
            figures += ClassFigures.curves(marked.ranking.map { [$0] } ?? [], names)
        }
        return .init(
            "How well it tells anomalies",
            intro: "\(NumberText.count(anomalies.rows)) rows, each scored by a model that had not "
                + "seen it; \(NumberText.count(anomalies.flagged)) of them "
                + "(\(NumberText.percent(share))) are called anomalies.",
            [.figures(figures)])
    }

    /// Shares and not counts, or anomalies would be too few to be seen.
    private static func layer(_ name: String, _ spread: EqualWidthBins) -> ColumnChart.Layer {
        let rows = spread.counts.reduce(spread.below + spread.above, +)
        return .init(name, spread.counts.map { Double($0) / Double(max(1, rows)) })
    }
}
