/// One number for each value of a square.
struct Plane: Equatable {
    let size: Int
    /// Row after row from the top.
    let values: [Double]

    /// What a pixel is looked at for: a weighted sum of its red, green and blue (ITU-R BT.601).
    struct Component {
        let red: Double
        let green: Double
        let blue: Double

        static let brightness = Component(red: 0.299, green: 0.587, blue: 0.114)
        static let blueness = Component(red: -0.168_736, green: -0.331_264, blue: 0.5)
        static let redness = Component(red: 0.5, green: -0.418_688, blue: -0.081_312)
    }

    init(_ component: Component, of square: Square) {
        self.size = square.size
        self.values = stride(from: 0, to: square.colours.count, by: 3).map { place in
            component.red * square.colours[place] + component.green * square.colours[place + 1]
                + component.blue * square.colours[place + 2]
        }
    }

    subscript(_ x: Int, _ y: Int) -> Double { self.values[y * self.size + x] }

    /// Means of squares of `side` × `side` values, row after row.
    ///
    /// - Requires: `side` divides the size.
    func means(side: Int) -> [Double] {
        let count = self.size / side
        var means = [Double](repeating: 0, count: count * count)
        for y in 0..<self.size {
            for x in 0..<self.size { means[y / side * count + x / side] += self[x, y] }
        }
        return means.map { $0 / Double(side * side) }
    }
}
