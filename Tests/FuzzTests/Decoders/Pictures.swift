import Engine
import Foundation

@testable import assay

/// Pictures, as a user brings them: alone, and in the records of an Arrow table.
extension Decoder {
    static let pictures: [Decoder] = [
        Decoder("picture", seeds: { try Self.pictureFixtures.map(Self.pictureFixture) }) { bytes in
            let picture = try bytes.withUnsafeBytes { try PictureDecoder.picture($0) }
            // What is decoded has numbers, whatever its size.
            guard let features = ImageFeatures(size: 16, hasColour: true) else { throw NoCase() }
            let values = features.values(of: picture)
            try Self.demand(values.count == features.names.count, "a number has no name")
            try Self.demand(
                values.allSatisfy { (-5000...10_000).contains($0) }, "a number is out of bounds")
        },
        Decoder("picture-records", seeds: { try Self.recordFixtures.map(Self.recordFixture) }) {
            bytes in
            try bytes.withUnsafeBytes { bytes in
                let reader = try ArrowReader(bytes)
                for column in reader.pictureColumns {
                    var largest = 0
                    try reader.eachBatch(of: column) { pictures in
                        // Each byte is touched: it must lie within the table.
                        for byte in pictures.lazy.compactMap(\.self).joined() {
                            largest = max(largest, Int(byte))
                        }
                    }
                    try Self.demand(largest < 256, "a byte is larger than a byte")
                }
            }
        },
    ]

    private static let pictureFixtures = [
        "grey.png", "colour.png", "palette.png", "clear.png", "deep.png", "moving.png",
        "colour.jpg", "grey.jpg", "passes.jpg",
    ]

    private static let recordFixtures = ["pictures.arrow", "pictures-binary.arrow"]

    private static func pictureFixture(_ name: String) throws -> [UInt8] {
        try Self.fixture("AssayTests/Images/Fixtures/\(name)")
    }

    private static func recordFixture(_ name: String) throws -> [UInt8] {
        try Self.fixture("EngineTests/Tables/Fixtures/\(name)")
    }

    private static func fixture(_ path: String) throws -> [UInt8] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return Array(try Data(contentsOf: tests.appending(path: path)))
    }
}
