/// How one of several series is told from the others: by colour, and by dashes and a shape as well,
/// for whoever sees no colours, or prints without them.
struct Mark: Equatable {
    /// From 0; beyond the palette, colours come again with other dashes.
    let index: Int
    let form: Form

    enum Form: Equatable {
        case line
        case lineWithPoints
        case point
        /// A band around a line; the inner one of two is darker.
        case area
        case innerArea
        /// A column of a chart of columns.
        case column
        /// A solid line in the colour of text.
        case ink
        /// A thin grey line to compare with.
        case guide
    }

    /// Colours of Okabe and Ito (2008, "Color universal design"), which the style sheet names; its
    /// yellow is left out, as it is too light for lines.
    static let colours = 6

    /// The class of whatever has this mark's colour.
    var colour: String {
        switch self.form {
        case .guide: "guide"
        case .ink: "ink"
        case .line, .lineWithPoints, .point, .area, .innerArea, .column:
            "c\(self.index % Self.colours)"
        }
    }

    /// `none` for a solid line.
    var dashes: String {
        if self.form == .ink { return "none" }
        let patterns = ["none", "7 4", "2 3", "11 4 2 4", "5 2", "13 5"]
        let turn = self.index / Self.colours
        return patterns[(self.index + turn) % patterns.count]
    }

    /// The classes of what has this mark's area.
    var areaStyle: String {
        switch self.form {
        case .innerArea: "area inner \(self.colour)"
        case .column: "bar \(self.colour)"
        default: "area \(self.colour)"
        }
    }

    /// - Parameter style: of a guide.
    func drawLine(_ path: String, to markup: inout Markup, style: String = "guide") {
        markup.empty(
            "path",
            [
                "class": self.form == .guide ? style : "line \(self.colour)", "d": path,
                "stroke-dasharray": self.form == .guide ? "3 4" : self.dashes,
            ])
    }

    /// A disc, a square, a triangle, a diamond, a cross, a ring.
    func drawPoint(x: Double, y: Double, to markup: inout Markup, radius r: Double = 3.6) {
        func at(_ x: Double) -> String { NumberText.coordinate(x) }
        let style = "point \(self.colour)"
        switch self.index % 6 {
        case 0: markup.empty("circle", ["class": style, "cx": at(x), "cy": at(y), "r": at(r)])
        case 1:
            markup.empty(
                "rect",
                [
                    "class": style, "x": at(x - r * 0.9), "y": at(y - r * 0.9),
                    "width": at(r * 1.8), "height": at(r * 1.8),
                ])
        case 2:
            let top = "\(at(x)),\(at(y - r * 1.2))"
            let base = "\(at(x + r * 1.1)),\(at(y + r * 0.8)) \(at(x - r * 1.1)),\(at(y + r * 0.8))"
            markup.empty("polygon", ["class": style, "points": "\(top) \(base)"])
        case 3:
            let points = [(0, -1), (1, 0), (0, 1), (-1, 0)].map {
                "\(at(x + $0.0 * r * 1.3)),\(at(y + $0.1 * r * 1.3))"
            }
            markup.empty("polygon", ["class": style, "points": points.joined(separator: " ")])
        case 4:
            let (a, b) = (r * 0.9, -r * 0.9)
            markup.empty(
                "path",
                [
                    "class": "line \(self.colour)",
                    "d": "M\(at(x + b)) \(at(y + b))L\(at(x + a)) \(at(y + a))"
                        + "M\(at(x + b)) \(at(y + a))L\(at(x + a)) \(at(y + b))",
                ])
        default:
            markup.empty(
                "circle",
                ["class": "line \(self.colour)", "cx": at(x), "cy": at(y), "r": at(r * 0.9)])
        }
    }

    func drawSwatch(to markup: inout Markup) {
        switch self.form {
        case .line, .ink, .guide: self.drawLine("M1 6H29", to: &markup)
        case .lineWithPoints:
            self.drawLine("M1 6H29", to: &markup)
            self.drawPoint(x: 15, y: 6, to: &markup)
        case .point: self.drawPoint(x: 15, y: 6, to: &markup)
        case .area, .innerArea, .column:
            markup.empty(
                "rect",
                [
                    "class": self.areaStyle, "x": "2", "y": "1", "width": "26",
                    "height": "10",
                ])
        }
    }
}
