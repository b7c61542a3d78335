import Foundation

/// A directory of one test alone, gone at its end.
final class TemporaryFolder {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory
            .appending(path: "assay-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
        self.path = url.path
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    /// Everything below it, sorted.
    var names: [String] {
        (try? FileManager.default.subpathsOfDirectory(atPath: self.path).sorted()) ?? []
    }

    @discardableResult
    func write(_ bytes: [UInt8], to name: String) throws -> String {
        let path = "\(self.path)/\(name)"
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }

    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        try self.write(Array(text.utf8), to: name)
    }
}
