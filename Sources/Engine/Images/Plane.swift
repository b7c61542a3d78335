/// One number for each pixel of a square.
struct Plane: Equatable {
    let size: Int
    /// Row after row from the top.
    private(set) var values: [Double]

    /// What a pixel is looked at for: a weighted sum of its red, green and blue (ITU-R BT.601).
    struct Component {
        let red: Double
        let green: Double
        let blue: Double

        static let brightness = Component(red: 0.299, green: 0.587, blue: 0.114)
        static let blueness = Component(red: -0.168_736, green: -0.331_264, blue: 0.5)
        static let redness = Component(red: 0.5, green: -0.418_688, blue: -0.081_312)
    }

    /// The picture squeezed or stretched to a square.
    ///
    /// Each value is a mean of pixels whose weights fall in a straight line with their distance:
    /// to zero at the next value's place, or at the next pixel's where there are fewer of these. So
    /// every pixel of a large picture counts, and a small one is interpolated.
    ///
    /// - Complexity: each pixel is looked at twice.
    init(_ component: Component, of picture: Picture, size: Int) {
        let across = (0..<size).map { Taps($0, of: size, over: picture.width) }
        let down = (0..<size).map { Taps($0, of: size, over: picture.height) }
        var rows = [Double](repeating: 0, count: picture.height * size)
        var line = [Double](repeating: 0, count: picture.width)
        picture.pixels.withUnsafeBufferPointer { pixels in
            for y in 0..<picture.height {
                for x in 0..<picture.width {
                    let place = 3 * (y * picture.width + x)
                    line[x] =
                        (component.red * Double(pixels[place])
                            + component.green * Double(pixels[place + 1])
                            + component.blue * Double(pixels[place + 2])) / 255
                }
                for (x, taps) in across.enumerated() {
                    rows[y * size + x] = taps.mean { line[$0] }
                }
            }
        }
        self.size = size
        self.values = []
        self.values.reserveCapacity(size * size)
        for taps in down {
            for x in 0..<size { self.values.append(taps.mean { rows[$0 * size + x] }) }
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

/// The pixels of a line that one value is the mean of, and their weights.
private struct Taps {
    let first: Int
    let weights: [Double]

    init(_ index: Int, of count: Int, over pixels: Int) {
        let scale = Double(pixels) / Double(count)
        let reach = max(1, scale)
        let centre = (Double(index) + 0.5) * scale
        let range = max(0, Int(centre - reach))...min(pixels - 1, Int(centre + reach))
        let weights = range.map { max(0, 1 - abs(Double($0) + 0.5 - centre) / reach) }
        let sum = weights.reduce(0, +)
        self.first = range.lowerBound
        self.weights = weights.map { $0 / sum }
    }

    @inline(__always)
    func mean(_ value: (Int) -> Double) -> Double {
        var sum = 0.0
        for (offset, weight) in self.weights.enumerated() {
            sum += weight * value(self.first + offset)
        }
        return sum
    }
}
