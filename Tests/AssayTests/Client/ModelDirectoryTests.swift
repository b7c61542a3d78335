import Foundation
import Testing

@testable import assay

@Suite struct ModelDirectoryTests {
    private static func bundle(_ text: String) -> [(name: String, bytes: [UInt8])] {
        ModelDirectory.files.map { ($0, Array(text.utf8)) }
    }

    @Test func `a model is written whole, and nothing beside it`() throws {
        let place = try TemporaryFolder()
        let model = ModelDirectory("\(place.path)/wine.model/")
        try model.write(Self.bundle("one"))
        #expect(
            place.names == [
                "wine.model", "wine.model/manifest.json", "wine.model/weights.safetensors",
            ])
        #expect(try model.read("manifest.json") == Array("one".utf8))
    }

    @Test func `an older model of ours is replaced`() throws {
        let place = try TemporaryFolder()
        let model = ModelDirectory("\(place.path)/wine.model")
        try model.write(Self.bundle("one"))
        try model.write(Self.bundle("two"))
        #expect(try model.read("weights.safetensors") == Array("two".utf8))
        #expect(place.names.count == 3)
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
}
