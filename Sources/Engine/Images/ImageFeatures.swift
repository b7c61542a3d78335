/// How pictures become rows of a table: numbers that every family learns from.
///
/// A picture is brought to a square, and becomes the brightness of its parts, the directions of its
/// edges, and where it is wanted the colour of its parts.
package struct ImageFeatures: Hashable, Sendable {
    /// Values along a side of the square.
    package let size: Int
    package let hasColour: Bool

    /// What a size may be: a multiple of 8.
    package static let sizes = 16...64
    /// When nobody says.
    package static let standardSize = 32
    /// Values along a side of a part.
    static let part = 4

    /// Nil where no square has that size.
    package init?(size: Int, hasColour: Bool) {
        guard Self.sizes.contains(size), size % GradientHistograms.cell == 0 else { return nil }
        self.size = size
        self.hasColour = hasColour
    }

    /// The columns of the table. Those of colour come last.
    package var names: [String] {
        let blocks = GradientHistograms.blocks(size: self.size)
        var names = self.parts("brightness")
        for row in 0..<blocks {
            for column in 0..<blocks {
                for cell in 0..<4 {
                    for direction in 0..<GradientHistograms.directions {
                        names.append("edge_\(row)_\(column)_\(cell)_\(direction)")
                    }
                }
            }
        }
        return self.hasColour ? names + self.parts("blueness") + self.parts("redness") : names
    }

    private func parts(_ word: String) -> [String] {
        let side = self.size / Self.part
        return (0..<side).flatMap { row in (0..<side).map { "\(word)_\(row)_\($0)" } }
    }

    /// A number for each of `names`, in ten-thousandths: more digits than a picture has, and few
    /// enough that a table of them stays short.
    package func values(of picture: Picture) -> [Int16] {
        let square = Square(picture, size: self.size)
        let brightness = Plane(.brightness, of: square)
        var values = brightness.means(side: Self.part) + GradientHistograms.values(of: brightness)
        if self.hasColour {
            for component in [Plane.Component.blueness, .redness] {
                values += Plane(component, of: square).means(side: Self.part)
            }
        }
        return values.map { Int16(($0 * 10_000).rounded()) }
    }
}

extension FittedModel {
    /// Whether it takes the columns that pictures become, and no others.
    package func takes(_ images: ImageFeatures) -> Bool {
        self.encoders[0].columns.map(\.name) == images.names
    }
}

extension ImageFeatures {
    var json: JSON {
        .object(["size": .integer(self.size), "colour": .bool(self.hasColour)])
    }

    init(_ json: JSON) throws(ArtifactError) {
        let features = ImageFeatures(
            size: try json.member("size").count("a size"),
            hasColour: try json.member("colour").truth("colour"))
        guard let features else { throw ArtifactError(.badMember, "pictures have no such size") }
        self = features
    }
}
