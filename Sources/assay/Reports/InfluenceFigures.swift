import Engine
import Privacy
import Report

/// What a model goes by, as figures.
struct InfluenceFigures {
    let sections: [Page.Section]

    /// - Parameter names: of the classes that are shown.
    init(_ influence: Influence, _ names: [String]) {
        var sections = [Self.importance(influence)]
        if !influence.dependences.isEmpty {
            sections.append(Self.dependence(influence, names))
        }
        self.sections = sections
    }

    private static func importance(_ influence: Influence) -> Page.Section {
        let looked =
            "Measured on \(NumberText.count(influence.rows)) rows that were held out, of "
            + (influence.folds == 1 ? "one fold" : "\(influence.folds) folds")
            + ", each feature dealt anew \(influence.repeats) times (seed \(influence.seed))."
        guard let score = influence.score, let first = influence.importances.first else {
            return .init(
                "What it goes by",
                [.text(looked + " \(influence.metric.rawValue) has no value on these rows.")])
        }
        let metric = influence.metric.rawValue
        let omitted =
            influence.omitted > 0
            ? " \(NumberText.count(influence.omitted)) further features were not looked at." : ""
        let hidden = influence.importances.count - BarChart.barsMax
        let figure = Figure(
            "Permutation importance",
            summary: "\(first.feature) matters most: without it \(metric) is "
                + "\(NumberText.short(first.mean)) worse. "
                + Self.ranking(influence.importances),
            caption: looked
                + " With all features in place \(metric) is "
                + "\(NumberText.short(score, digits: 4)) there. Whiskers: a standard deviation."
                + (hidden > 0 ? " The \(hidden) least important ones are in the numbers." : "")
                + omitted,
            width: .full,
            .bars(
                BarChart(
                    "by how much \(metric) gets worse",
                    influence.importances.map {
                        .init($0.feature, $0.mean, deviation: $0.deviation)
                    }, whiskerName: "Deviation")))
        return .init(
            "What it goes by",
            intro:
                "How much worse the model predicts when a feature's values are dealt to the rows "
                + "anew. One that another feature can stand in for loses little.",
            [.figures([figure])])
    }

    private static func ranking(_ importances: [Influence.Importance]) -> String {
        let next = importances.dropFirst().prefix(4).map(\.feature)
        return next.isEmpty ? "" : "Then: \(next.joined(separator: ", "))."
    }

    private static func dependence(_ influence: Influence, _ names: [String]) -> Page.Section {
        // One scale for all, so that a feature that moves little looks like it.
        let means = influence.dependences.flatMap(\.curves).flatMap(\.means)
        let range = (means.min() ?? 0)...(means.max() ?? 0)
        return .init(
            "How predictions move with a feature",
            intro: "What is predicted on average when every row has the same value of one feature "
                + "(partial dependence), over \(NumberText.count(influence.dependenceRows)) rows. "
                + "Where features go together, some of these rows could not exist.",
            [.figures(influence.dependences.map { Self.figure($0, names, range) })])
    }

    private static func figure(
        _ dependence: Influence.Dependence, _ names: [String], _ range: ClosedRange<Double>
    ) -> Figure {
        let output = dependence.curves.first?.place == nil ? "mean prediction" : "mean probability"
        func name(_ curve: Influence.Curve) -> String {
            curve.place.map { names[$0] } ?? "mean prediction"
        }
        let title = output + (dependence.curves.count == 1 ? Self.of(dependence, names) : "")
        let means = dependence.curves.flatMap(\.means)
        let summary =
            "With \(dependence.feature) the average prediction moves between "
            + "\(NumberText.short(means.min() ?? 0)) and \(NumberText.short(means.max() ?? 0))."
        switch dependence.axis {
        case .numbers(let numbers):
            let places = numbers.revealed
            return Figure(
                dependence.feature, summary: summary,
                .lines(
                    LineChart(
                        x: dependence.feature, y: title,
                        dependence.curves.map { curve in
                            .init(
                                name(curve), zip(places, curve.means).map { .init($0, $1) },
                                .marked)
                        }, yRange: range)))
        case .levels(let levels, let shares):
            return Figure(
                dependence.feature, summary: summary,
                caption: "The most frequent levels, with the share of rows that have each.",
                .dots(
                    DotChart(
                        title, series: dependence.curves.map(name),
                        levels.indices.map { index in
                            .init(
                                levels[index].revealed, note: NumberText.percent(shares[index]),
                                dependence.curves.map { $0.means[index] })
                        }, range: range)))
        }
    }

    private static func of(_ dependence: Influence.Dependence, _ names: [String]) -> String {
        dependence.curves[0].place.map { " of \(names[$0])" } ?? ""
    }
}
