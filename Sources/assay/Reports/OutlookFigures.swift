import Engine
import Privacy
import Report

/// A forecast as figures, one for each series.
struct OutlookFigures {
    let section: Page.Section

    init(_ outlook: Outlook) {
        let omitted =
            outlook.omitted > 0
            ? " \(NumberText.count(outlook.omitted)) further series are not shown." : ""
        self.section = .init(
            "What comes next",
            intro: (outlook.step.map { "Steps of \($0). " } ?? "")
                + "Bands hold what comes with the probability that they are named by. Where the "
                + "newest values were held back, what was forecast for them is drawn as well."
                + omitted,
            [.figures(outlook.series.map(Self.figure))])
    }

    private static func figure(_ line: Outlook.Line) -> Figure {
        let history = line.history.revealed
        let name = line.name?.revealed
        func points(_ values: [Double], from start: Int) -> [LineChart.Point] {
            values.enumerated().map { .init(Double(start + $0), $1) }
        }
        var series: [LineChart.Series] = [
            // From the last known value on, so that the line is not broken.
            .init("forecast", points(history.suffix(1) + line.expected, from: history.count - 1)),
            .init("history", points(history, from: 0), .ink),
        ]
        if let rehearsal = line.rehearsal {
            series.append(.init("rehearsal", points(rehearsal.expected, from: rehearsal.start)))
        }
        let bands = line.bands.sorted { $0.level > $1.level }.map { band in
            LineChart.Band(
                NumberText.percent(band.level), series: 0,
                lower: points(band.lower, from: history.count),
                upper: points(band.upper, from: history.count))
        }
        let last = line.expected[line.expected.count - 1]
        return Figure(
            name ?? "Forecast",
            summary: "The newest \(history.count) values and \(line.expected.count) steps of "
                + "forecast, which ends at \(NumberText.short(last, digits: 4)).",
            width: .full,
            .lines(
                LineChart(
                    x: line.times.isEmpty ? "steps" : "", y: "value", series, bands: bands,
                    xLabels: Self.labels(line, count: history.count + line.expected.count))))
    }

    /// A few of the times, evenly spread; steps from the end of the history where there are none.
    private static func labels(_ line: Outlook.Line, count: Int) -> [LineChart.Label] {
        let history = line.history.revealed.count
        let most = min(8, count)
        guard most > 1 else { return [] }
        return (0..<most).map { index in
            let place = index * (count - 1) / (most - 1)
            let text =
                line.times.isEmpty
                ? "\(place - history + 1)" : line.times[place].revealed
            return .init(Double(place), text)
        }
    }
}
