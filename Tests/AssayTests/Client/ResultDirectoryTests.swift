import Foundation
import Testing
import Wire

@testable import assay

@Suite struct ResultDirectoryTests {
    private func mode(_ path: String) throws -> Int? {
        try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    }

    @Test func `outputs are their owner's alone, and replace those of the last run`() throws {
        let folder = try TemporaryFolder()
        let directory = ResultDirectory.outputs(
            "\(folder.path)/a.out/", names: ["model.bin", "log"])
        try directory.write([("model.bin", [1]), ("log", [2])])
        try directory.write([("model.bin", [3])])
        #expect(folder.names == ["a.out", "a.out/model.bin"])
        #expect(try Data(contentsOf: URL(filePath: "\(folder.path)/a.out/model.bin")) == Data([3]))
        #expect(try self.mode("\(folder.path)/a.out") == 0o700)
        #expect(try self.mode("\(folder.path)/a.out/model.bin") == 0o600)
    }

    @Test func `what is somebody else's is not replaced`() throws {
        let folder = try TemporaryFolder()
        try folder.write("mine", to: "file")
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/full", withIntermediateDirectories: false)
        try folder.write("mine", to: "full/thesis.tex")
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/link", withDestinationPath: "full")
        for name in ["file", "full", "link"] {
            let directory = ResultDirectory.outputs("\(folder.path)/\(name)", names: ["model.bin"])
            #expect(throws: CommandError.self) { try directory.requireWritable() }
            #expect(throws: CommandError.self) { try directory.write([("model.bin", [1])]) }
        }
        #expect(folder.names == ["file", "full", "full/thesis.tex", "link"])
    }
}
