import Testing

@testable import Engine

/// Pictures as numbers, beside twins that follow the definitions pixel by pixel.
@Suite struct ImageFeaturesTests {
    /// Noise, so that no symmetry hides an exchanged axis.
    static func picture(_ width: Int, _ height: Int, seed: UInt64 = 3) -> Picture {
        var generator = SeededGenerator(seed: seed)
        return Picture(
            width: width, height: height,
            pixels: (0..<3 * width * height).map { _ in
                UInt8(truncatingIfNeeded: generator.next() >> 13)
            })
    }

    private static let sizes = [(1, 1), (3, 50), (16, 16), (8, 8), (100, 37), (24, 1)]

    @Test(arguments: sizes) func `each value is the weighted mean of all pixels`(
        width: Int, height: Int
    ) {
        let picture = Self.picture(width, height)
        let plane = Plane(.redness, of: Square(picture, size: 16))
        for y in 0..<16 {
            for x in 0..<16 {
                let value = Self.value(x, y, of: picture, size: 16)
                #expect(abs(plane[x, y] - value) < 1e-12)
            }
        }
    }

    /// The definition: every pixel counts by its distance on both axes.
    private static func value(_ x: Int, _ y: Int, of picture: Picture, size: Int) -> Double {
        func weight(_ pixel: Int, _ index: Int, _ count: Int) -> Double {
            let scale = Double(count) / Double(size)
            let distance = Double(pixel) + 0.5 - (Double(index) + 0.5) * scale
            return max(0, 1 - abs(distance) / max(1, scale))
        }
        var (sum, weights) = (0.0, 0.0)
        for row in 0..<picture.height {
            for column in 0..<picture.width {
                let place = 3 * (row * picture.width + column)
                let colours = picture.pixels[place..<place + 3].map { Double($0) / 255 }
                let redness = 0.5 * colours[0] - 0.418_688 * colours[1] - 0.081_312 * colours[2]
                let weight = weight(column, x, picture.width) * weight(row, y, picture.height)
                sum += weight * redness
                weights += weight
            }
        }
        return sum / weights
    }

    @Test(arguments: [16, 32, 40]) func `edges are counted as they are defined`(size: Int) {
        let plane = Plane(.brightness, of: Square(Self.picture(size, size), size: size))
        let values = GradientHistograms.values(of: plane)
        let twin = Self.histograms(of: plane)
        #expect(values.count == twin.count)
        for (value, other) in zip(values, twin) { #expect(abs(value - other) < 1e-9) }
    }

    /// The definition: for every number of every block all pixels are asked what they add to it.
    private static func histograms(of plane: Plane) -> [Double] {
        let cells = plane.size / 8
        func at(_ x: Int, _ y: Int) -> Double {
            plane[min(max(x, 0), plane.size - 1), min(max(y, 0), plane.size - 1)]
        }
        func near(_ value: Int, _ cell: Int) -> Double {
            max(0, 1 - abs(Double(value) + 0.5 - 8 * (Double(cell) + 0.5)) / 8)
        }
        func sum(_ column: Int, _ row: Int, _ direction: Int) -> Double {
            var sum = 0.0
            for y in 0..<plane.size {
                for x in 0..<plane.size {
                    let (dx, dy) = (at(x + 1, y) - at(x - 1, y), at(x, y + 1) - at(x, y - 1))
                    let degrees = arctangent(dy, dx) * 180 / Double.pi
                    var apart = abs(degrees - 20 * (Double(direction) + 0.5))
                        .truncatingRemainder(dividingBy: 180)
                    apart = min(apart, 180 - apart)
                    let length = (dx * dx + dy * dy).squareRoot()
                    sum += length * max(0, 1 - apart / 20) * near(x, column) * near(y, row)
                }
            }
            return sum
        }
        func scaled(_ block: [Double]) -> [Double] {
            let length = (block.map { $0 * $0 }.reduce(0, +) + 0.01).squareRoot()
            return block.map { $0 / length }
        }
        var values: [Double] = []
        for row in 0..<cells - 1 {
            for column in 0..<cells - 1 {
                let places = [(0, 0), (1, 0), (0, 1), (1, 1)]
                let block = places.flatMap { across, down in
                    (0..<9).map { sum(column + across, row + down, $0) }
                }
                values += scaled(scaled(block).map { min($0, 0.2) })
            }
        }
        return values
    }

    @Test func `an edge runs in one direction, whichever side is dark`() throws {
        for isDarkLeft in [true, false] {
            let pixels = (0..<32 * 32).flatMap { place in
                [UInt8](repeating: (place % 32 < 16) == isDarkLeft ? 0 : 255, count: 3)
            }
            let picture = Picture(width: 32, height: 32, pixels: pixels)
            let features = try #require(ImageFeatures(size: 32, hasColour: false))
            let values = zip(features.names, features.values(of: picture))
            // From left to right is 0°, half way between the last direction and the first.
            let strong = values.filter { $0.0.hasPrefix("edge") && $0.1 > 0 }.map(\.0)
            #expect(!strong.isEmpty)
            #expect(strong.allSatisfy { $0.hasSuffix("_0") || $0.hasSuffix("_8") })
        }
    }

    @Test func `there is a name for every number, and none for two`() throws {
        for size in ImageFeatures.sizes where size % 8 == 0 {
            for hasColour in [false, true] {
                let features = try #require(ImageFeatures(size: size, hasColour: hasColour))
                let values = features.values(of: Self.picture(9, 11))
                #expect(values.count == features.names.count)
                #expect(Set(features.names).count == features.names.count)
                #expect(values.allSatisfy { (-5000...10_000).contains($0) })
            }
        }
        #expect(try #require(ImageFeatures(size: 32, hasColour: false)).names.count == 388)
        #expect([0, 8, 20, 72].allSatisfy { ImageFeatures(size: $0, hasColour: true) == nil })
    }

    @Test func `colour comes last, and grey has none`() throws {
        let all = try #require(ImageFeatures(size: 16, hasColour: true))
        let grey = try #require(ImageFeatures(size: 16, hasColour: false))
        let picture = Self.picture(20, 20)
        #expect(all.values(of: picture).starts(with: grey.values(of: picture)))
        #expect(picture.hasColour)
        let pale = Picture(
            width: 2, height: 1, pixels: [UInt8](repeating: 9, count: 3) + [200, 200, 200])
        #expect(!pale.hasColour)
        #expect(all.values(of: pale).dropFirst(grey.names.count).allSatisfy { $0 == 0 })
    }

    @Test func `a model of pictures says so, and takes what they become`() throws {
        let features = try #require(ImageFeatures(size: 16, hasColour: false))
        let columns = features.names.enumerated().map { number, name in
            Frame.Column(name, .numeric((0..<12).map { Double(($0 * (number + 3)) % 7) }))
        }
        let target = Frame.Column("class", .numeric((0..<12).map { Double($0 % 2) }))
        let dataset = try Dataset(
            Frame(rows: 12, columns: columns + [target]), target: "class", task: .classification)
        let model = try FittedModel.fit(Recipe(.baseline), dataset)
        func reread(_ images: ImageFeatures?) throws -> ImageFeatures? {
            let files = ModelBundle(.table(model), images: images, scores: [], lineage: [])
                .files { _ in "same" }
            return try ModelBundle(
                manifest: files.manifest, weights: files.weights, digest: { _ in "same" }
            ).images
        }
        #expect(try reread(features) == features)
        #expect(try reread(nil) == nil)
        let other = ImageFeatures(size: 24, hasColour: false)
        let error = #expect(throws: ArtifactError.self) { try reread(other) }
        #expect(error?.code == .inconsistent)
    }
}
