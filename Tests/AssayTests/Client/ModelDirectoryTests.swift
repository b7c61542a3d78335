import Foundation
import Testing

@testable import assay

@Suite struct ModelDirectoryTests {
    private static func bundle(_ text: String) -> [(name: String, bytes: [UInt8])] {
        ModelDirectory.files.map { ($0, Array(text.utf8)) }
    }

    /// Nobody is trusted, as where no authority is named.
    private static let untold = ModelTerms(trust: nil, takesUnsigned: false)

    @Test func `a model is written whole, and nothing beside it`() throws {
        let place = try TemporaryFolder()
        let model = ModelDirectory("\(place.path)/wine.model/")
        try model.write(Self.bundle("one"))
        #expect(
            place.names == [
                "wine.model", "wine.model/SHA256SUMS", "wine.model/manifest.json",
                "wine.model/weights.safetensors",
            ])
        #expect(try model.read("manifest.json") == Array("one".utf8))
    }

    @Test func `an older model of ours is replaced`() async throws {
        let place = try TemporaryFolder()
        let model = ModelDirectory("\(place.path)/wine.model")
        try model.write(Self.bundle("one"))
        try model.write(Self.bundle("two"))
        #expect(try model.read("weights.safetensors") == Array("two".utf8))
        #expect(place.names.count == 4)
        #expect(
            try await model.bundle(on: Self.untold).files.map(\.bytes)
                == Self.bundle("two").map(\.bytes))
    }

    @Test func `what is no model of ours is not replaced`() throws {
        let place = try TemporaryFolder()
        let file = "\(place.path)/notes"
        try "mine".write(toFile: file, atomically: true, encoding: .utf8)
        #expect(throws: CommandError.self) { try ModelDirectory(file).write(Self.bundle("one")) }

        let folder = "\(place.path)/folder"
        try ModelDirectory(folder).write(Self.bundle("one"))
        try "mine".write(toFile: "\(folder)/notes", atomically: true, encoding: .utf8)
        let before = place.names
        #expect(throws: CommandError.self) { try ModelDirectory(folder).requireWritable() }
        #expect(throws: CommandError.self) { try ModelDirectory(folder).write(Self.bundle("two")) }
        #expect(place.names == before)
        #expect(try ModelDirectory(folder).read("manifest.json") == Array("one".utf8))
    }

    @Test func `a link to a model is not followed`() throws {
        let place = try TemporaryFolder()
        try ModelDirectory("\(place.path)/real").write(Self.bundle("one"))
        try FileManager.default.createSymbolicLink(
            atPath: "\(place.path)/link", withDestinationPath: "\(place.path)/real")
        #expect(throws: CommandError.self) {
            try ModelDirectory("\(place.path)/link").write(Self.bundle("two"))
        }
    }

    @Test func `a place that cannot be written is known before the job starts`() throws {
        #expect(throws: CommandError.self) {
            try ModelDirectory("/nowhere/at/all/wine.model").requireWritable()
        }
        let place = try TemporaryFolder()
        try ModelDirectory("\(place.path)/new.model").requireWritable()
        #expect(place.names.isEmpty)
    }

    // MARK: Checksums

    @Test func `a bundle is given out only while it is what was written`() async throws {
        let place = try TemporaryFolder()
        let model = ModelDirectory("\(place.path)/wine.model")
        try model.write(Self.bundle("one"))
        #expect(try await model.bundle(on: Self.untold).files.map(\.name) == ModelDirectory.files)

        for file in ModelDirectory.files {
            try place.write("0ne", to: "wine.model/\(file)")
            let error = await #expect(throws: InputError.self) {
                try await model.bundle(on: Self.untold)
            }
            #expect(error?.place == "\(model.path)/\(file)")
            #expect(error?.sentence.hasPrefix("differs from its checksum") == true)
            try place.write("one", to: "wine.model/\(file)")
        }
        #expect(try await model.bundle(on: Self.untold).files.count == 2)
    }

    @Test func `a bundle without its checksums is not read`() async throws {
        let place = try TemporaryFolder()
        let model = ModelDirectory("\(place.path)/wine.model")
        try model.write(Self.bundle("one"))
        try FileManager.default.removeItem(atPath: "\(model.path)/SHA256SUMS")
        let error = await #expect(throws: InputError.self) {
            try await model.bundle(on: Self.untold)
        }
        #expect(error?.description.hasPrefix("\(model.path)/SHA256SUMS: is missing") == true)
    }

    @Test func `checksums of another form are malformed, and long ones are not read`() async throws
    {
        let place = try TemporaryFolder()
        let model = ModelDirectory("\(place.path)/wine.model")
        try model.write(Self.bundle("one"))
        let good = try String(contentsOfFile: "\(model.path)/SHA256SUMS", encoding: .utf8)
        let lines = good.split(separator: "\n").map(String.init)
        let hex = String(repeating: "a", count: 64)
        let malformed: [String] = [
            "", lines[0], "\(good)\(lines[0])", "\(good)\(hex)  ../other\n", good.uppercased(),
            good.replacing("  ", with: " "), "\u{0}\(good)", String(good.dropFirst()),
        ]
        for bad in malformed {
            try place.write(bad, to: "wine.model/SHA256SUMS")
            let error = await #expect(throws: InputError.self) {
                try await model.bundle(on: Self.untold)
            }
            #expect(error?.sentence.hasPrefix("is malformed") == true, "\(bad)")
        }
        try place.write(good + String(repeating: "\n", count: 2000), to: "wine.model/SHA256SUMS")
        let error = await #expect(throws: InputError.self) {
            try await model.bundle(on: Self.untold)
        }
        #expect(error?.sentence.contains("are the most") == true)
        try place.write(lines.reversed().joined(separator: "\n"), to: "wine.model/SHA256SUMS")
        #expect(try await model.bundle(on: Self.untold).files.count == 2)
    }

    // MARK: Drafts

    @Test func `what has the draft's name already is neither written nor emptied`() async throws {
        let place = try TemporaryFolder()
        let model = ModelDirectory("\(place.path)/wine.model")
        let precious = ModelDirectory("\(place.path)/precious.model")
        try precious.write(Self.bundle("mine"))
        let draft = "\(model.path).draft-\(getpid())"
        try FileManager.default.createSymbolicLink(
            atPath: draft, withDestinationPath: precious.path)
        #expect(throws: CommandError.self) { try model.write(Self.bundle("one")) }
        #expect(
            try await precious.bundle(on: Self.untold).files.map(\.bytes)
                == Self.bundle("mine").map(\.bytes))

        try FileManager.default.removeItem(atPath: draft)
        try FileManager.default.createDirectory(
            atPath: draft, withIntermediateDirectories: false)
        try place.write("mine", to: "wine.model.draft-\(getpid())/manifest.json")
        #expect(throws: CommandError.self) { try model.write(Self.bundle("one")) }
        #expect(
            try String(contentsOfFile: "\(draft)/manifest.json", encoding: .utf8) == "mine")
    }

    @Test func `a draft that cannot be finished is taken away`() throws {
        let place = try TemporaryFolder()
        let model = ModelDirectory("\(place.path)/wine.model")
        let twice = Self.bundle("one") + [(name: "nowhere/manifest.json", bytes: [])]
        #expect(throws: CommandError.self) { try model.write(twice) }
        #expect(place.names == [])
    }
}
