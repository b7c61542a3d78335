import Foundation
import Glibc

/// A directory of a test's own, gone with the object.
final class Scratch: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/assay-host-tests-XXXXXX".utf8CString)
        guard let made = mkdtemp(&template) else { throw CocoaError(.fileWriteUnknown) }
        self.path = String(cString: made)
    }

    deinit { try? FileManager.default.removeItem(atPath: self.path) }

    subscript(name: String) -> String { "\(self.path)/\(name)" }

    /// Makes a file with exactly this mode, whatever the umask.
    @discardableResult func file(
        _ name: String, _ text: String = "secret", mode: mode_t = 0o600
    ) throws -> String {
        try text.write(toFile: self[name], atomically: false, encoding: .utf8)
        chmod(self[name], mode)
        return self[name]
    }

    @discardableResult func directory(_ name: String, mode: mode_t = 0o700) throws -> String {
        try FileManager.default.createDirectory(
            atPath: self[name], withIntermediateDirectories: true)
        chmod(self[name], mode)
        return self[name]
    }

    var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: self.path).sorted() }
    }
}

func mode(of path: String) -> mode_t {
    var status = stat()
    return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
}

func exists(_ path: String) -> Bool {
    var status = stat()
    return lstat(path, &status) == 0
}
