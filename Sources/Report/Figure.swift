/// A picture with its title, what it shows in words, and where it is small enough its numbers.
package struct Figure: Equatable, Sendable {
    package var title: String
    /// What is seen: the text alternative, for whoever does not see the picture.
    package var summary: String
    /// How to read it, or what it was made from; below the picture.
    package var caption: String?
    package var chart: Chart
    /// Names from elsewhere may be the title: then it is isolated and cut.
    package var width: Width

    package enum Width: Equatable, Sendable {
        /// Beside another figure, where the page is wide enough.
        case half
        case full
    }

    package init(
        _ title: String, summary: String, caption: String? = nil, width: Width = .half,
        _ chart: Chart
    ) {
        self.title = title
        self.summary = summary
        self.caption = caption
        self.width = width
        self.chart = chart
    }

    func write(to markup: inout Markup, id: String) {
        let isFull = self.width == .full
        markup.element("figure", ["class": isFull ? "full" : "half", "id": id]) { markup in
            markup.element("h3") { $0.isolated(Escaping.tamed(self.title, most: 90)) }
            self.writeLegend(to: &markup)
            let size = self.chart.size(isFull ? .full : .half)
            markup.element(
                "svg",
                [
                    "viewBox": "0 0 \(size.width) \(size.height)", "role": "img",
                    "aria-labelledby": "\(id)-t \(id)-d", "xmlns": "http://www.w3.org/2000/svg",
                ]
            ) { markup in
                markup.element("title", ["id": "\(id)-t"], text: self.title)
                markup.element("desc", ["id": "\(id)-d"], text: self.summary)
                self.chart.draw(to: &markup, size)
            }
            if let caption = self.caption { markup.element("figcaption", text: caption) }
            if let numbers = self.chart.numbers {
                markup.element("details") { markup in
                    markup.element("summary", text: "Numbers")
                    numbers.write(to: &markup, label: self.title)
                }
            }
        }
        markup.newLine()
    }

    private func writeLegend(to markup: inout Markup) {
        let entries = self.chart.legend
        guard !entries.isEmpty else { return }
        markup.element("ul", ["class": "legend"]) { markup in
            for entry in entries {
                markup.element("li") { markup in
                    markup.element(
                        "svg", ["viewBox": "0 0 30 12", "aria-hidden": "true", "class": "swatch"]
                    ) { entry.mark.drawSwatch(to: &$0) }
                    markup.isolated(Escaping.fitted(entry.name, width: 40))
                }
            }
        }
    }
}

/// A kind of picture with what it is drawn from.
package enum Chart: Equatable, Sendable {
    case bars(BarChart)
    case dots(DotChart)
    case lines(LineChart)
    case columns(ColumnChart)
    case heatMap(HeatMap)

    private var drawing: any Drawing {
        switch self {
        case .bars(let chart): chart
        case .dots(let chart): chart
        case .lines(let chart): chart
        case .columns(let chart): chart
        case .heatMap(let chart): chart
        }
    }

    func size(_ width: Figure.Width) -> Size { self.drawing.size(width) }
    func draw(to markup: inout Markup, _ size: Size) { self.drawing.draw(to: &markup, size) }
    var legend: [LegendEntry] { self.drawing.legend }
    var numbers: Table? { self.drawing.numbers }
}

/// In units of SVG, which are pixels where the page has the room.
struct Size: Equatable {
    let width: Int
    let height: Int

    /// A figure's usual widths.
    static func width(_ width: Figure.Width) -> Int { width == .full ? 1040 : 505 }
}

protocol Drawing {
    func size(_ width: Figure.Width) -> Size
    func draw(to markup: inout Markup, _ size: Size)
    var legend: [LegendEntry] { get }
    /// The same as a table; nil where that would be too long to be read.
    var numbers: Table? { get }
}

extension Drawing {
    var legend: [LegendEntry] { [] }
}

struct LegendEntry: Equatable {
    let name: String
    let mark: Mark
}
