import Foundation

/// A directory of one test, gone with it.
final class ScratchDirectory: Sendable {
    let path: String

    init() throws {
        let made = FileManager.default.temporaryDirectory
            .appending(path: "assay-shell-\(UUID().uuidString)")
        try FileManager.default.createDirectory(
            at: made, withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        self.path = made.path
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    func file(_ name: String) -> String { "\(self.path)/\(name)" }

    /// The mode of a file in it, such as 0o600.
    func mode(of name: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: self.file(name))
        return (attributes[.posixPermissions] as? Int) ?? -1
    }

    func names(in folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: self.file(folder)).sorted()
    }
}
