import Engine
import Foundation
import Testing

@testable import assay

/// What Pillow wrote (Fixtures/fixtures.py), and what it reads in it.
@Suite struct PictureDecoderTests {
    static func fixture(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
        return Array(try Data(contentsOf: folder.appending(path: "Fixtures/\(name)")))
    }

    static func decode(_ bytes: [UInt8]) -> Result<Picture, PictureError> {
        bytes.withUnsafeBytes { bytes in
            Result { () throws(PictureError) in try PictureDecoder.picture(bytes) }
        }
    }

    private static func refusal(_ bytes: [UInt8]) -> String? {
        if case .failure(let error) = Self.decode(bytes) { error.description } else { nil }
    }

    static let sound = [
        ("grey.png", 8), ("colour.png", 5), ("one.png", 1), ("palette.png", 9), ("clear.png", 6),
        ("deep.png", 5), ("moving.png", 4), ("colour.jpg", 16), ("grey.jpg", 10),
        ("passes.jpg", 16),
    ]

    @Test(arguments: sound) func `pixels are those that another reader sees`(
        name: String, width: Int
    ) throws {
        let picture = try Self.decode(Self.fixture(name)).get()
        #expect(picture.width == width)
        #expect(picture.pixels == (try Self.fixture("\(name).rgb")))
    }

    @Test(arguments: sound) func `what breaks off anywhere is refused, and never fills up`(
        name: String, width: Int
    ) throws {
        let bytes = try Self.fixture(name)
        for count in bytes.indices {
            guard case .success(let picture) = Self.decode(Array(bytes[..<count])) else { continue }
            // Only marks of the end were missing.
            #expect(picture.pixels == (try Self.fixture("\(name).rgb")), "\(count) bytes")
            #expect(count > bytes.count / 3, "\(count) bytes of \(name) are a picture")
        }
    }

    @Test func `every bit may be another without harm`() throws {
        for (name, _) in Self.sound {
            let bytes = try Self.fixture(name)
            for place in bytes.indices {
                var other = bytes
                other[place] ^= 1 << UInt8(place % 8)
                if let refusal = Self.refusal(other) { #expect(refusal.utf8.count < 200) }
            }
        }
    }

    @Test func `sizes are judged before there is room for them`() throws {
        for name in ["huge.png", "huge.jpg"] {
            let refusal = try Self.refusal(Self.fixture(name))
            #expect(refusal == "has 60000 × 60000 pixels; 40,000,000 are the most")
        }
    }

    @Test func `what is no picture is told by what it is`() throws {
        #expect(Self.refusal([]) == "is empty")
        #expect(Self.refusal(Array("a,b\n1,2\n".utf8)) == "is no PNG and no JPEG")
        #expect(
            try Self.refusal(Self.fixture("still.gif")) == "is a GIF; write it as PNG or JPEG")
        #expect(
            try Self.refusal(Self.fixture("printed.jpg"))
                == "is a JPEG for printing, in CMYK; write it in RGB")
        #expect(Self.refusal([0x89, 0x50, 0x4E, 0x47])?.hasPrefix("is no sound PNG: ") == true)
        #expect(Self.refusal([0xFF, 0xD8, 0xFF]) == "has no pixels")
    }
}
