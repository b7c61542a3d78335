import Foundation

/// What a runner may do on this host, found out by one that tries (`assay runner --self-test`).
package struct SandboxExamination: Codable, Equatable, Sendable {
    /// What the kernel lacks; what it would have denied, another protection may deny still.
    package let missingProtections: [String]
    /// What was let that should not be. Empty, or nothing may run here.
    package let allowed: [String]
    package let denied: [String]

    /// Starts a runner, confines it and has it try.
    ///
    /// - Throws: `SandboxError` when it cannot be confined at all, with its own words.
    package static func ofThisHost() throws -> SandboxExamination {
        let process = Process()
        process.executableURL = URL(filePath: RunnerLaunch.ownProgram)
        process.arguments = ["runner", "--self-test"]
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        // Both are shorter than a pipe holds.
        let report = try output.fileHandleForReading.readToEnd() ?? Data()
        let words = try errors.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let examination = try? decoder.decode(Self.self, from: report) else {
            let reason = String(decoding: words, as: UTF8.self)
            throw SandboxError(
                reason.isEmpty ? "the runner said nothing" : String(reason.dropLast()))
        }
        return examination
    }
}
