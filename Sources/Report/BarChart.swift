/// Named magnitudes as bars from zero, with whiskers where they are uncertain.
package struct BarChart: Equatable, Sendable {
    package var valueName: String
    /// The first is drawn at the top.
    package var bars: [Bar]
    /// What the whiskers show; nil where there are none.
    package var whiskerName: String?

    package struct Bar: Equatable, Sendable {
        package var name: String
        package var value: Double
        package var deviation: Double?

        package init(_ name: String, _ value: Double, deviation: Double? = nil) {
            self.name = name
            self.value = value
            self.deviation = deviation
        }
    }

    package init(_ valueName: String, _ bars: [Bar], whiskerName: String? = nil) {
        self.valueName = valueName
        self.bars = bars
        self.whiskerName = whiskerName
    }

    /// Bars that are drawn; the others stand in the table of numbers.
    package static let barsMax = 30
}

extension BarChart: Drawing {
    private static let top = 8.0
    private static let pitch = 27.0

    func size(_ width: Figure.Width) -> Size {
        let rows = min(self.bars.count, Self.barsMax)
        let height = Self.top + Self.pitch * Double(max(rows, 1)) + 50
        return Size(width: Size.width(width), height: Int(height))
    }

    var numbers: Table? {
        guard !self.bars.isEmpty else { return nil }
        let hasWhiskers = self.whiskerName != nil
        var columns = [Table.Column("Name"), Table.Column(self.valueName, .number)]
        if let name = self.whiskerName { columns.append(.init(name, .number)) }
        return Table(
            columns,
            self.bars.map { bar in
                let cells = [
                    Table.Cell(bar.name), Table.Cell(NumberText.short(bar.value, digits: 4)),
                ]
                let text = bar.deviation.map { NumberText.short($0, digits: 2) } ?? ""
                return hasWhiskers ? cells + [Table.Cell(text)] : cells
            })
    }

    func draw(to markup: inout Markup, _ size: Size) {
        let bars = self.bars.prefix(Self.barsMax).filter { $0.value.isFinite }
        let letters = size.width > 600 ? 34 : 21
        let names = bars.map { Escaping.fitted($0.name, width: letters) }
        let room = Double(names.map(Escaping.width).max() ?? 0) * 7.2 + 20
        let plot = Plot(
            size,
            x: { from, to in
                // Whiskers of what is 0 in truth lie on both sides of it.
                let ends = bars.flatMap { bar in
                    [bar.value - (bar.deviation ?? 0), bar.value + (bar.deviation ?? 0)]
                }
                return Scale(of: [0] + ends, from: from + 4, to: to - 52, nice: false)
            },
            y: { _, _ in Scale(of: [0, 1], from: 0, to: 1) }, left: room, top: Self.top)
        plot.drawFrame(to: &markup, x: .init(self.valueName), y: .init("", labels: []))
        self.drawRows(Array(bars), names, plot, to: &markup)
    }

    private func drawRows(
        _ bars: [Bar], _ names: [String], _ plot: Plot, to markup: inout Markup
    ) {
        func at(_ x: Double) -> String { NumberText.coordinate(x) }
        let zero = plot.x(0)
        // As many decimals for all as the largest needs for three digits: small ones are 0 beside
        // it.
        let largest = bars.map { abs($0.value) }.max() ?? 0
        let decimals = largest > 0 ? 2 - NumberText.exponent(of: largest) : 0
        markup.empty(
            "path", ["class": "axis", "d": "M\(at(zero)) \(at(plot.top))V\(at(plot.bottom))"])
        for (index, bar) in bars.enumerated() {
            let middle = plot.top + Self.pitch * (Double(index) + 0.5)
            let end = plot.x(bar.value)
            markup.element(
                "text", ["class": "rowname end", "x": at(plot.left - 10), "y": at(middle + 4)]
            ) { markup in
                markup.write(names[index])
                if names[index] != bar.name { markup.element("title", text: bar.name) }
            }
            markup.empty(
                "rect",
                [
                    "class": "bar c0", "x": at(min(zero, end)), "y": at(middle - 7),
                    "width": at(max(abs(end - zero), 0.6)), "height": "14", "rx": "1.5",
                ])
            var tip = max(zero, end)
            if let deviation = bar.deviation, deviation.isFinite, deviation > 0 {
                let (low, high) = (plot.x(bar.value - deviation), plot.x(bar.value + deviation))
                let ends = "M\(at(low)) \(at(middle - 4))v8M\(at(high)) \(at(middle - 4))v8"
                markup.empty(
                    "path",
                    ["class": "whisker", "d": "M\(at(low)) \(at(middle))H\(at(high))\(ends)"])
                tip = max(tip, high)
            }
            markup.element(
                "text", ["class": "value", "x": at(tip + 7), "y": at(middle + 4)],
                text: decimals <= 9
                    ? NumberText.fixed(bar.value, decimals: decimals)
                    : NumberText.short(bar.value))
        }
    }
}
