@testable import Report

/// Pages to judge: names come from elsewhere, and are as bad as can be.
enum Samples {
    static let hostile = [
        "<script>alert(1)</script>", "\"onload=\"x", "'; --", "a&b&amp;", "]]>", "<!-- -->",
        "\u{202E}gnp.exe", "bell\u{7}", "two\nlines", "</title></svg></style>",
        String(repeating: "long ", count: 2000), "", " ", "日本語の列", "العربية",
        "a" + String(repeating: "\u{301}", count: 500), "javascript:alert(1)", "\u{0}", "{{x}}",
    ]

    static func figures(_ names: [String], _ numbers: [Double]) -> [Figure] {
        let points = numbers.enumerated().map { LineChart.Point(Double($0), $1) }
        let curves = points + numbers.map { LineChart.Point($0, 1) }
        func figure(_ name: String, _ chart: Chart) -> Figure {
            Figure(name, summary: name, caption: name, width: .full, chart)
        }
        return names.flatMap { name in
            [
                figure(
                    name,
                    .bars(
                        BarChart(
                            name, numbers.map { .init(name, $0, deviation: $0) },
                            whiskerName: name))),
                figure(
                    name,
                    .dots(
                        DotChart(
                            name, series: [name, name],
                            numbers.map {
                                .init(name, note: name, [$0, $0])
                            }))),
                figure(
                    name,
                    .lines(
                        LineChart(
                            x: name, y: name,
                            [.init(name, curves), .init(name, points, .marked), .init(name, [])],
                            bands: [.init(name, series: 7, lower: points, upper: curves)],
                            guides: [.init(name, from: .init(0, .nan), to: .init(.infinity, 1))],
                            xLabels: [.init(0, name), .init(.nan, name)]))),
                figure(
                    name,
                    .columns(
                        ColumnChart(
                            x: name, y: name, low: numbers.first ?? 0, high: numbers.last ?? 0,
                            [.init(name, [1, 0, 9]), .init(name, [0] + numbers)],
                            guides: [.init(0, name)]))),
                figure(
                    name,
                    .heatMap(
                        HeatMap(
                            rows: name, columns: name, names: [name, name],
                            counts: [[0, 0], [3, 1 << 40]]))),
            ]
        }
    }

    static func page(_ names: [String], _ numbers: [Double] = [0, 1, 2.5, -3]) -> Page {
        let cells = names.map { Table.Cell($0, share: numbers.first) }
        let table = Table(
            names.map { .init($0, .code) }, [cells, cells], emphasised: [1], caption: names.first)
        return Page(
            names.joined(), kicker: names[0], lede: names.joined(),
            tiles: names.map { .init($0, $0, note: $0) },
            sections: names.map { name in
                .init(
                    name, intro: name,
                    [
                        .text(name), .table(table, title: name),
                        .facts(names.map { .init($0, $0, .code) }),
                    ])
            } + [.init("Figures", [.figures(Self.figures(names, numbers))])],
            footer: names.joined())
    }
}
