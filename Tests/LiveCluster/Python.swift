import Foundation

/// The interpreter that `make clients` sets up.
package enum Python {
    package static let path = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: ".build/clients/bin/python").path

    /// Whether it is there and can import all of these.
    package static func has(_ modules: String...) -> Bool {
        guard FileManager.default.isExecutableFile(atPath: Self.path) else { return false }
        let process = Process()
        process.executableURL = URL(filePath: Self.path)
        process.arguments = ["-c", "import " + modules.joined(separator: ", ")]
        process.standardError = FileHandle.nullDevice
        guard (try? process.run()) != nil else { return false }
        process.waitUntilExit()
        return process.terminationStatus == 0
    }
}
