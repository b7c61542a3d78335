/// Lines over a common axis: curves, with bands where they are uncertain and guides to compare
/// with.
package struct LineChart: Equatable, Sendable {
    package var xName: String
    package var yName: String
    package var series: [Series]
    package var bands: [Band]
    package var guides: [Guide]
    /// What the axes span; by their numbers if nil.
    package var xRange: ClosedRange<Double>?
    package var yRange: ClosedRange<Double>?
    /// What stands at the horizontal axis, such as dates; round numbers if nil.
    package var xLabels: [Label]?

    package struct Point: Equatable, Sendable {
        package var x: Double
        package var y: Double

        package init(_ x: Double, _ y: Double) {
            self.x = x
            self.y = y
        }
    }

    package struct Series: Equatable, Sendable {
        package var name: String
        package var points: [Point]
        package var style: Style

        package init(_ name: String, _ points: [Point], _ style: Style = .line) {
            self.name = name
            self.points = points
            self.style = style
        }
    }

    package enum Style: Equatable, Sendable {
        case line
        /// Each point is marked, which suits few of them.
        case marked
        /// In the colour of text: what is known, beside what is predicted.
        case ink
    }

    /// An area between two lines, in the colour of a series; the widest comes first.
    package struct Band: Equatable, Sendable {
        package var name: String
        package var series: Int
        package var lower: [Point]
        package var upper: [Point]

        package init(_ name: String, series: Int, lower: [Point], upper: [Point]) {
            self.name = name
            self.series = series
            self.lower = lower
            self.upper = upper
        }
    }

    /// A line to compare with: chance, a perfect prediction, the beginning of a forecast.
    package struct Guide: Equatable, Sendable {
        package var name: String
        package var from: Point
        package var to: Point

        package init(_ name: String, from: Point, to: Point) {
            self.name = name
            self.from = from
            self.to = to
        }
    }

    package struct Label: Equatable, Sendable {
        package var place: Double
        package var text: String

        package init(_ place: Double, _ text: String) {
            self.place = place
            self.text = text
        }
    }

    package init(
        x: String, y: String, _ series: [Series], bands: [Band] = [], guides: [Guide] = [],
        xRange: ClosedRange<Double>? = nil, yRange: ClosedRange<Double>? = nil,
        xLabels: [Label]? = nil
    ) {
        self.xName = x
        self.yName = y
        self.series = series
        self.bands = bands
        self.guides = guides
        self.xRange = xRange
        self.yRange = yRange
        self.xLabels = xLabels
    }
}

extension LineChart: Drawing {
    func size(_ width: Figure.Width) -> Size {
        Size(width: Size.width(width), height: width == .full ? 380 : 340)
    }

    var legend: [LegendEntry] {
        guard self.series.count + self.bands.count + self.guides.count > 1 else { return [] }
        return self.series.indices.map {
            LegendEntry(name: self.series[$0].name, mark: self.mark($0))
        }
            + self.bands.indices.map {
                LegendEntry(name: self.bands[$0].name, mark: self.bandMark($0))
            }
            + self.guides.filter { !$0.name.isEmpty }.map {
                LegendEntry(name: $0.name, mark: Mark(index: 0, form: .guide))
            }
    }

    var numbers: Table? {
        let count = self.series.reduce(0) { $0 + $1.points.count }
        guard (1...Self.numbersMax).contains(count) else { return nil }
        let rows = self.series.flatMap { series in
            series.points.map { point in
                [
                    Table.Cell(series.name), Table.Cell(NumberText.short(point.x, digits: 5)),
                    Table.Cell(NumberText.short(point.y, digits: 5)),
                ]
            }
        }
        return Table(
            [.init("Line"), .init(self.xName, .number), .init(self.yName, .number)], rows)
    }

    /// Points beyond which a table is no alternative to a picture.
    private static let numbersMax = 100

    /// Bands come from the widest to the narrowest.
    private func bandMark(_ index: Int) -> Mark {
        Mark(index: self.bands[index].series, form: index == 0 ? .area : .innerArea)
    }

    private func mark(_ index: Int) -> Mark {
        switch self.series[index].style {
        case .line: Mark(index: index, form: .line)
        case .marked: Mark(index: index, form: .lineWithPoints)
        case .ink: Mark(index: index, form: .ink)
        }
    }

    func draw(to markup: inout Markup, _ size: Size) {
        let areas = self.bands.flatMap { $0.lower + $0.upper }
        let all = self.series.flatMap(\.points) + areas
        let plot = Plot(
            size,
            x: { from, to in
                self.xRange.map { Scale(of: [$0.lowerBound, $0.upperBound], from: from, to: to) }
                    ?? Scale(of: all.map(\.x), from: from, to: to, nice: self.xLabels == nil)
            },
            y: { from, to in
                self.yRange.map { Scale(of: [$0.lowerBound, $0.upperBound], from: from, to: to) }
                    ?? Scale(of: all.map(\.y), from: from, to: to)
            })
        plot.drawFrame(
            to: &markup,
            x: .init(self.xName, labels: self.xLabels?.map { ($0.place, $0.text) }),
            y: .init(self.yName))
        for (index, band) in self.bands.enumerated() {
            let lower = band.lower.filter { $0.x.isFinite && $0.y.isFinite }
            let upper = band.upper.filter { $0.x.isFinite && $0.y.isFinite }
            guard !lower.isEmpty, !upper.isEmpty else { continue }
            let outline = plot.path(upper + lower.reversed()) + "Z"
            markup.empty("path", ["class": self.bandMark(index).areaStyle, "d": outline])
        }
        for guide in self.guides {
            Mark(index: 0, form: .guide).drawLine(plot.path([guide.from, guide.to]), to: &markup)
        }
        for index in self.series.indices {
            let mark = self.mark(index)
            let points = self.series[index].points
            mark.drawLine(plot.path(points), to: &markup)
            for point in points
            where mark.form == .lineWithPoints && point.x.isFinite && point.y.isFinite {
                mark.drawPoint(x: plot.x(point.x), y: plot.y(point.y), to: &markup)
            }
        }
    }
}
