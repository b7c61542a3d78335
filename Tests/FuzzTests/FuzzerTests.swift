#if FUZZER
import Foundation
import Glibc
import Testing

@_silgen_name("LLVMFuzzerRunDriver")
private func runLibFuzzer(
    _ count: UnsafeMutablePointer<CInt>,
    _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?>,
    _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The door for libFuzzer, in a build of `dev/fuzz.sh` only: our modules count what they run
/// through, and this process looks for bytes that make them run elsewhere.
@Suite struct FuzzerTests {
    private static let environment = ProcessInfo.processInfo.environment

    /// The decoder that ASSAY_FUZZ_DECODER names.
    private static let decoder: Decoder? = {
        let name = Self.environment["ASSAY_FUZZ_DECODER"]
        return Decoder.all.first { $0.name == name }
    }()

    /// A folder for each decoder below ASSAY_FUZZ_SEEDS, with what it must accept.
    @Test(.enabled(if: environment["ASSAY_FUZZ_SEEDS"] != nil))
    func `seeds are written`() throws {
        let folder = URL(filePath: try #require(Self.environment["ASSAY_FUZZ_SEEDS"]))
        for decoder in Decoder.all {
            let place = folder.appending(path: decoder.name)
            try FileManager.default.createDirectory(
                at: place, withIntermediateDirectories: true)
            for (index, seed) in try decoder.seeds().enumerated() {
                try Data(seed).write(to: place.appending(path: "seed-\(index)"))
            }
            if let dictionary = decoder.dictionary {
                try dictionary.write(
                    to: folder.appending(path: "\(decoder.name).dictionary"),
                    atomically: false, encoding: .utf8)
            }
        }
    }

    /// Does not return: libFuzzer ends the process when its time is over.
    @Test(.enabled(if: decoder != nil)) func `libFuzzer looks for what breaks a decoder`() {
        let words = Self.environment["ASSAY_FUZZ_ARGUMENTS"] ?? ""
        var arguments = words.split(separator: "\n").map { strdup(String($0)) } + [nil]
        var count = CInt(arguments.count - 1)
        arguments.withUnsafeMutableBufferPointer { buffer in
            var start = buffer.baseAddress
            withUnsafeMutablePointer(to: &start) { pointer in
                let status = runLibFuzzer(&count, pointer) { start, count in
                    let bytes = Array(UnsafeBufferPointer(start: start, count: count))
                    do throws(Decoder.Broken) {
                        _ = try FuzzerTests.decoder?.read(bytes)
                    } catch {
                        fatalError("\(error)")
                    }
                    return 0
                }
                exit(status)
            }
        }
    }
}
#endif
