/// A picture: pixels of red, green and blue.
package struct Picture: Equatable, Sendable {
    package let width: Int
    package let height: Int
    /// Three bytes a pixel, row after row from the top.
    package let pixels: [UInt8]

    /// - Requires: one pixel at least, and three bytes for each.
    package init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(
            width > 0 && height > 0 && pixels.count == 3 * width * height,
            "\(pixels.count) bytes are no picture of \(width) × \(height)")
        self.width = width
        self.height = height
        self.pixels = pixels
    }

    /// Whether any pixel is more than light or dark.
    package var hasColour: Bool {
        self.pixels.withUnsafeBufferPointer { pixels in
            for place in stride(from: 0, to: pixels.count, by: 3)
            where pixels[place] != pixels[place + 1] || pixels[place] != pixels[place + 2] {
                return true
            }
            return false
        }
    }
}
