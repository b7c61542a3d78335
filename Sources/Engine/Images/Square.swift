/// A picture squeezed or stretched to a square.
///
/// Each value is a mean of pixels whose weights fall in a straight line with their distance: to
/// zero at the next value's place, or at the next pixel's where there are fewer of these. So every
/// pixel of a large picture counts, and a small one is interpolated.
struct Square: Equatable {
    /// Values along a side.
    let size: Int
    /// Red, green and blue of each value, from 0 to 1, row after row from the top.
    let colours: [Double]

    /// - Complexity: each pixel is looked at twice, as one of a line of numbers; what is left then
    ///   is `size` lines.
    init(_ picture: Picture, size: Int) {
        let across = (0..<size).map { Taps($0, of: size, over: picture.width) }
        let down = (0..<size).map { Taps($0, of: size, over: picture.height) }
        let width = 3 * picture.width
        var line = [Double](repeating: 0, count: width)
        var colours: [Double] = []
        colours.reserveCapacity(3 * size * size)
        picture.pixels.withUnsafeBufferPointer { pixels in
            line.withUnsafeMutableBufferPointer { line in
                for taps in down {
                    line.update(repeating: 0)
                    for (row, weight) in zip(taps.first..., taps.weights) {
                        // A line by itself: places in it are summed without a look at overflow,
                        // so that the compiler takes several at once.
                        let pixels = UnsafeBufferPointer(
                            rebasing: pixels[row * width..<(row + 1) * width])
                        for place in 0..<width { line[place] += weight * Double(pixels[place]) }
                    }
                    for taps in across {
                        for colour in 0..<3 {
                            var sum = 0.0
                            for (column, weight) in zip(taps.first..., taps.weights) {
                                sum += weight * line[3 * column + colour]
                            }
                            colours.append(sum / 255)
                        }
                    }
                }
            }
        }
        self.size = size
        self.colours = colours
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
}
