/// The frame of a chart with two axes: grid, ticks, names.
struct Plot {
    let x: Scale
    let y: Scale
    let left: Double
    let right: Double
    let top: Double
    let bottom: Double

    /// What stands at an axis.
    struct Axis {
        let name: String
        /// Texts at places, instead of round numbers.
        let labels: [(value: Double, text: String)]?

        init(_ name: String, labels: [(value: Double, text: String)]? = nil) {
            self.name = name
            self.labels = labels
        }
    }

    /// - Parameters:
    ///   - left: the room for the names of the vertical axis.
    ///   - top: the room for what that axis is called.
    init(
        _ size: Size, x: (_ from: Double, _ to: Double) -> Scale,
        y: (_ from: Double, _ to: Double) -> Scale, left: Double = 58,
        top: Double = 26
    ) {
        self.left = left
        self.right = Double(size.width) - 14
        self.top = top
        self.bottom = Double(size.height) - 46
        self.x = x(self.left, self.right)
        self.y = y(self.bottom, self.top)
    }

    func drawFrame(to markup: inout Markup, x xAxis: Axis, y yAxis: Axis) {
        func at(_ x: Double) -> String { NumberText.coordinate(x) }
        for (value, text) in yAxis.labels ?? self.y.ticks(5) {
            let place = self.y(value)
            markup.empty(
                "path",
                ["class": "grid", "d": "M\(at(self.left)) \(at(place))H\(at(self.right))"])
            markup.element(
                "text",
                ["class": "tick end", "x": at(self.left - 8), "y": at(place + 4)], text: text)
        }
        let ticks = self.spaced(
            xAxis.labels ?? self.x.ticks(self.right - self.left > 700 ? 10 : 5))
        for (index, (value, text)) in ticks.enumerated() {
            let place = self.x(value)
            let isFirst = index == 0 && place < self.left + 20
            let isLast = index == ticks.count - 1 && place > self.right - 20
            markup.empty(
                "path", ["class": "tickmark", "d": "M\(at(place)) \(at(self.bottom))v5"])
            markup.element(
                "text",
                [
                    "class": isFirst && text.count > 6
                        ? "tick" : isLast && text.count > 4 ? "tick end" : "tick mid",
                    "x": at(place), "y": at(self.bottom + 19),
                ], text: text)
        }
        markup.empty(
            "path",
            ["class": "axis", "d": "M\(at(self.left)) \(at(self.bottom))H\(at(self.right))"])
        let middle = (self.left + self.right) / 2
        markup.element(
            "text",
            ["class": "axisname mid", "x": at(middle), "y": at(self.bottom + 38)],
            text: Escaping.fitted(xAxis.name, width: 60))
        // Above the axis and not beside it, so that it is read without turning the head.
        markup.element(
            "text", ["class": "axisname", "x": at(4), "y": "14"],
            text: Escaping.fitted(yAxis.name, width: 60))
    }

    /// Every one, or every second, or third and so on, until there is room between them.
    private func spaced(_ ticks: [(value: Double, text: String)]) -> [(value: Double, text: String)]
    {
        let widest = ticks.map { Double(Escaping.width(of: $0.text)) * 7 + 14 }.max() ?? 0
        let room = max(1, Int((self.right - self.left) / max(widest, 1)))
        let stride = max(1, (ticks.count + room - 1) / room)
        return ticks.enumerated().filter { $0.offset % stride == 0 }.map(\.element)
    }

    /// A path through the points that are finite; a gap where one is not.
    func path(_ points: [LineChart.Point]) -> String {
        var path = ""
        var isDrawing = false
        for point in points {
            guard point.x.isFinite, point.y.isFinite else {
                isDrawing = false
                continue
            }
            path += isDrawing ? "L" : "M"
            path += NumberText.coordinate(self.x(point.x)) + " "
            path += NumberText.coordinate(self.y(point.y))
            isDrawing = true
        }
        return path
    }
}
