import Testing

@testable import Engine

/// Columns of files, as pyarrow and Hugging Face write them.
@Suite struct ArrowPicturesTests {
    private static func pictures(_ name: String, in column: String) throws -> [[UInt8]?] {
        try ArrowFixtures.bytes(name).withUnsafeBytes { bytes in
            let reader = try ArrowReader(bytes)
            #expect(reader.pictureColumns == [column])
            var pictures: [[UInt8]?] = []
            try reader.eachBatch(of: column) { batch in
                pictures += batch.map { $0.map(Array.init) }
            }
            return pictures
        }
    }

    @Test func `bytes lie in a struct or by themselves, and may be missing in either`() throws {
        let structs = try Self.pictures("pictures.arrow", in: "image")
        let plain = try Self.pictures("pictures-binary.arrow", in: "photo")
        #expect(structs.indices.filter { structs[$0] == nil } == [2, 5])
        for (one, other) in zip(structs, plain) where one != nil { #expect(one == other) }
        let png: [UInt8] = [0x89, 0x50, 0x4E, 0x47]
        #expect(plain.count == 7 && plain.allSatisfy { $0?.starts(with: png) == true })
        #expect(Set(plain).count == 7)
    }

    @Test func `a table of pictures is a table beside them`() throws {
        let schema = try Schema([Schema.Column("label", .categorical())])
        let frame = try ArrowFixtures.bytes("pictures.arrow").withUnsafeBytes {
            try ArrowReader($0).frame(schema, unknownColumns: .ignored)
        }
        guard case .categorical(let labels)? = frame.columns.first?.values else {
            Issue.record("the labels are no categories")
            return
        }
        #expect(labels.codes == [0, 1, 2, 0, 1, 2, 0])
        let error = #expect(throws: TableError.self) {
            try ArrowFixtures.bytes("pictures-binary.arrow").withUnsafeBytes {
                try ArrowReader($0).inferredSchema()
            }
        }
        #expect(error?.description.contains("type binary_view,") == true)
    }

    @Test(arguments: ["pictures.arrow", "pictures-binary.arrow"])
    func `damage is refused, or leaves pictures within the table`(name: String) throws {
        let sound = try ArrowFixtures.bytes(name)
        for place in sound.indices {
            var bytes = sound
            bytes[place] ^= 0xFF
            bytes.withUnsafeBytes { bytes in
                guard let reader = try? ArrowReader(bytes) else { return }
                for column in reader.pictureColumns {
                    var count = 0
                    try? reader.eachBatch(of: column) { batch in
                        for byte in batch.lazy.compactMap(\.self).joined() { count += Int(byte) }
                    }
                    #expect(count <= 255 * sound.count)
                }
            }
        }
    }
}
