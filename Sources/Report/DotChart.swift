/// Values of a few series for named rows, as marks on a line each: for categories, between which
/// there is nothing to draw a line through.
package struct DotChart: Equatable, Sendable {
    package var valueName: String
    package var rows: [Row]
    /// At least one; every row has a value for each.
    package var series: [String]
    /// What the axis spans; by the values if nil.
    package var range: ClosedRange<Double>?

    package struct Row: Equatable, Sendable {
        package var name: String
        /// What is said of it besides, such as how frequent it is; may be empty.
        package var note: String
        package var values: [Double]

        package init(_ name: String, note: String = "", _ values: [Double]) {
            self.name = name
            self.note = note
            self.values = values
        }
    }

    package init(
        _ valueName: String, series: [String], _ rows: [Row], range: ClosedRange<Double>? = nil
    ) {
        self.valueName = valueName
        self.series = series
        self.rows = rows
        self.range = range
    }

    package static let rowsMax = 20
}

extension DotChart: Drawing {
    private static let top = 8.0
    private static let pitch = 25.0

    func size(_ width: Figure.Width) -> Size {
        let rows = max(1, min(self.rows.count, Self.rowsMax))
        let height = Self.top + Self.pitch * Double(rows) + 50
        return Size(width: Size.width(width), height: Int(height))
    }

    var legend: [LegendEntry] {
        guard self.series.count > 1 else { return [] }
        return self.series.enumerated().map { index, name in
            LegendEntry(name: name, mark: Mark(index: index, form: .point))
        }
    }

    var numbers: Table? {
        Table(
            [.init("Level"), .init("Rows", .number)] + self.series.map { .init($0, .number) },
            self.rows.map { row in
                [Table.Cell(row.name), Table.Cell(row.note)]
                    + row.values.map { Table.Cell(NumberText.short($0, digits: 4)) }
            })
    }

    func draw(to markup: inout Markup, _ size: Size) {
        let rows = Array(self.rows.prefix(Self.rowsMax))
        let names = rows.map { Escaping.fitted($0.name, width: size.width > 600 ? 34 : 20) }
        let noteRoom = rows.contains { !$0.note.isEmpty } ? 46.0 : 0
        let room = Double(names.map(Escaping.width).max() ?? 0) * 7.2 + 20 + noteRoom
        let plot = Plot(
            size,
            x: { from, to in
                let ends = self.range.map { [$0.lowerBound, $0.upperBound] }
                return Scale(of: ends ?? rows.flatMap(\.values), from: from + 6, to: to - 6)
            },
            y: { _, _ in Scale(of: [0, 1], from: 0, to: 1) }, left: room, top: Self.top)
        plot.drawFrame(to: &markup, x: .init(self.valueName), y: .init("", labels: []))
        func at(_ x: Double) -> String { NumberText.coordinate(x) }
        for (index, row) in rows.enumerated() {
            let middle = plot.top + Self.pitch * (Double(index) + 0.5)
            markup.element(
                "text",
                [
                    "class": "rowname end", "x": at(plot.left - 10 - noteRoom),
                    "y": at(middle + 4),
                ]
            ) { markup in
                markup.write(names[index])
                if names[index] != row.name { markup.element("title", text: row.name) }
            }
            if !row.note.isEmpty {
                markup.element(
                    "text", ["class": "tick end", "x": at(plot.left - 8), "y": at(middle + 4)],
                    text: Escaping.fitted(row.note, width: 7))
            }
            markup.empty(
                "path",
                ["class": "grid", "d": "M\(at(plot.left)) \(at(middle))H\(at(plot.right))"])
            for (place, value) in row.values.enumerated() where value.isFinite {
                Mark(index: place, form: .point)
                    .drawPoint(x: plot.x(value), y: middle, to: &markup, radius: 4.6)
            }
        }
    }
}
