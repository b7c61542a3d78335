/// How numbers are spread: a column for each interval.
package struct ColumnChart: Equatable, Sendable {
    package var xName: String
    package var yName: String
    package var low: Double
    package var high: Double
    /// One, or a few drawn over each other, each narrower than the one before.
    package var layers: [Layer]
    /// Places to compare with.
    package var guides: [LineChart.Label]

    package struct Layer: Equatable, Sendable {
        package var name: String
        /// Of the columns, at least 0; as many as in every other layer.
        package var heights: [Double]

        package init(_ name: String, _ heights: [Double]) {
            self.name = name
            self.heights = heights
        }
    }

    package init(
        x: String, y: String, low: Double, high: Double, _ layers: [Layer],
        guides: [LineChart.Label] = []
    ) {
        self.xName = x
        self.yName = y
        self.low = low
        self.high = high
        self.layers = layers
        self.guides = guides
    }
}

extension ColumnChart: Drawing {
    func size(_ width: Figure.Width) -> Size {
        Size(width: Size.width(width), height: width == .full ? 380 : 340)
    }

    var legend: [LegendEntry] {
        let entries = self.layers.enumerated().map { index, layer in
            LegendEntry(name: layer.name, mark: Mark(index: index, form: .column))
        }
        let guides = self.guides.map {
            LegendEntry(name: $0.text, mark: Mark(index: 0, form: .guide))
        }
        return entries.count + guides.count > 1 ? entries + guides : []
    }

    var numbers: Table? {
        guard let bins = self.layers.map(\.heights.count).min() else { return nil }
        let width = (self.high - self.low) / Double(bins)
        return Table(
            [.init("From", .number)] + self.layers.map { .init($0.name, .number) },
            (0..<bins).map { bin in
                let start = self.low + width * Double(bin)
                return [Table.Cell(NumberText.short(start, digits: 4))]
                    + self.layers.map { Table.Cell(NumberText.short($0.heights[bin], digits: 4)) }
            })
    }

    func draw(to markup: inout Markup, _ size: Size) {
        let bins = self.layers.map(\.heights.count).min() ?? 0
        let plot = Plot(
            size, x: { Scale(of: [self.low, self.high], from: $0, to: $1, nice: false) },
            y: { Scale(of: [0] + self.layers.flatMap(\.heights), from: $0, to: $1) })
        plot.drawFrame(to: &markup, x: .init(self.xName), y: .init(self.yName))
        guard bins > 0 else { return }
        func at(_ x: Double) -> String { NumberText.coordinate(x) }
        let width = (plot.right - plot.left) / Double(bins)
        for (index, layer) in self.layers.enumerated() {
            let inset = 0.5 + width * 0.22 * Double(index)
            for (bin, height) in layer.heights.prefix(bins).enumerated() where height > 0 {
                let top = plot.y(height)
                markup.empty(
                    "rect",
                    [
                        "class": Mark(index: index, form: .column).areaStyle,
                        "x": at(plot.left + width * Double(bin) + inset),
                        "y": at(min(top, plot.bottom - 1)),
                        "width": at(max(width - 2 * inset, 0.8)),
                        "height": at(max(plot.bottom - top, 1)),
                    ])
            }
        }
        for guide in self.guides where guide.place >= plot.x.low && guide.place <= plot.x.high {
            let place = at(plot.x(guide.place))
            Mark(index: 0, form: .guide)
                .drawLine(
                    "M\(place) \(at(plot.top))V\(at(plot.bottom))", to: &markup, style: "guide over"
                )
        }
    }
}
