import Clients
import Foundation
import Testing

@testable import Engine

/// Files for a program of others to judge: a folder for each case, which a script of
/// `Tests/EngineTests/Clients` goes through.
struct ClientCases {
    private let folder: URL
    private let script: String

    static let hasONNX: Bool = {
        let isThere = Python.has("onnx", "onnxruntime")
        if !isThere { print("SKIPPED: onnxruntime is not installed; run make clients") }
        return isThere
    }()

    static let hasSafetensors: Bool = {
        let isThere = Python.has("safetensors.numpy")
        if !isThere { print("SKIPPED: safetensors is not installed; run make clients") }
        return isThere
    }()

    init(script: String) throws {
        self.script =
            URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Clients/\(script)").path
        self.folder = FileManager.default.temporaryDirectory
            .appending(path: "assay-cases-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: self.folder, withIntermediateDirectories: true)
    }

    /// - Parameters:
    ///   - files: by their names.
    ///   - expectation: goes to `case.json`.
    func add(_ name: String, _ files: [String: [UInt8]], _ expectation: JSON) throws {
        let folder = self.folder.appending(path: name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        for (file, bytes) in files { try Data(bytes).write(to: folder.appending(path: file)) }
        try Data(expectation.encoded()).write(to: folder.appending(path: "case.json"))
    }

    /// Demands that the script agrees on all that was added.
    func check() throws {
        let (agrees, output) = try self.run()
        print(output)
        #expect(agrees, "\(output)")
    }

    /// Has the script judge all that was added, and clears it away.
    func run() throws -> (agrees: Bool, output: String) {
        defer { try? FileManager.default.removeItem(at: self.folder) }
        let (status, output) = try Python.run([self.script, self.folder.path])
        return (status == 0, output)
    }
}
