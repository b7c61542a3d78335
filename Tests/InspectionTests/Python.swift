import Foundation
import Testing

/// Files as Python's own libraries write them; Python is asked to write, never to load.
enum Python {
    /// What a program writes to its standard output.
    ///
    /// - Throws: when there is no Python, or the program fails: its own words.
    static func bytes(_ program: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["python3", "-c", "import io, pickle, sys, zipfile, zlib\n" + program]
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
        let words = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        try #require(
            process.terminationStatus == 0, "python3: \(String(decoding: words, as: UTF8.self))")
        return Array(bytes)
    }

    /// The pickle of an expression, in every protocol.
    static func pickles(_ expression: String, before: String = "") throws -> [[UInt8]] {
        try (0...5).map { version in
            try Self.bytes(
                "\(before)\nsys.stdout.buffer.write(pickle.dumps(\(expression), \(version)))")
        }
    }

    /// A class that pickles as a call of what it is given.
    static let call = """
        class Call:
            def __init__(self, callable, *arguments):
                self.callable, self.arguments = callable, arguments
            def __reduce__(self):
                return self.callable, self.arguments

        """
}
