import Foundation

/// The interpreter that `make clients` sets up.
package enum Python {
    package static let path = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: ".build/clients/bin/python").path

    /// Whether it is there and can import all of these.
    package static func has(_ modules: String...) -> Bool {
        guard FileManager.default.isExecutableFile(atPath: Self.path) else { return false }
        let imports = "import " + modules.joined(separator: ", ")
        return (try? Self.run(["-c", imports]))?.status == 0
    }

    /// Runs it to its end.
    ///
    /// - Returns: its exit status, and what it wrote, errors included.
    package static func run(_ arguments: [String]) throws -> (status: Int32, output: String) {
        let process = Process()
        let pipe = Pipe()
        process.executableURL = URL(filePath: Self.path)
        process.arguments = arguments
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return (process.terminationStatus, String(decoding: output, as: UTF8.self))
    }
}
