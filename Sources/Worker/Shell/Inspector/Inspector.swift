import CHost
import Glibc
import Host
import Inspection

/// The child process that looks at foreign models: `assay inspector`.
///
/// It is started by `assay model audit` only, with the file as sealed memory on descriptor 0, a
/// socket for its report as 1, and one for its last words as 2. It confines itself as a runner does
/// before it looks at a byte: no files, no network, no other process. What takes it over can lie in
/// the report, and do nothing else.
package enum Inspector {
    /// Runs to the end of the one file.
    ///
    /// Call it first of all, before anything starts a thread: what follows confines one thread.
    package static func main(arguments: [String]) -> Never {
        guard let settings = RunnerSettings(arguments: arguments),
            assay_memfd_is_sealed(STDIN_FILENO) == 1
        else {
            Self.say("assay inspector is started by assay model audit, not by people")
            exit(RunnerExit.misused.rawValue)
        }
        do {
            let missing = try Sandbox.apply(settings) {}
            let memory = try SealedMemory(adopting: Descriptor(adopting: STDIN_FILENO))
            let report = memory.withBytes { ModelInspector.report(on: $0) }
            let lines = missing.map { $0.rawValue + "\n" }.joined() + "\n"
            let bytes = Array(lines.utf8) + report.encoded()
            let output = Descriptor(adopting: STDOUT_FILENO)
            try Self.write(bytes, to: output)
            exit(RunnerExit.hungUp.rawValue)
        } catch {
            Self.say("\(error)")
            exit(RunnerExit.notConfined.rawValue)
        }
    }

    private static func write(_ bytes: [UInt8], to output: Descriptor) throws(HostError) {
        try bytes.span.bytes.withUnsafeBytes { bytes throws(HostError) in
            try output.write(bytes, to: "the report")
        }
    }

    private static func say(_ sentence: String) {
        let line = sentence + "\n"
        _ = Glibc.write(STDERR_FILENO, line, line.utf8.count)
    }
}
