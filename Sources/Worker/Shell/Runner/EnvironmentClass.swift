import CHost
import Engine

/// What decides about the last bit of a result: workers of one class compute the same bits.
package enum EnvironmentClass {
    /// Such as `x86_64/fma+avx2/glibc-2.36/OpenBLAS-0.3.21-Haswell/0.1.0-9f3c0a417d2b`.
    ///
    /// In it are the architecture; the instruction sets and the version by which the C library's
    /// arithmetic is picked; OpenBLAS's version and kernel; and the program, which holds all other
    /// arithmetic, by version and build ID. Threads are not: a trial has one, always.
    ///
    /// `OPENBLAS_CORETYPE` pins the kernel, so that unlike processors may be of one class.
    package static func current(version: String) -> String {
        let library = String(cString: assay_libc_version())
        return [
            Self.architecture + Self.instructionSets, "glibc-\(library)", ArithmeticKernel.name,
            "\(version)-\(Self.build)",
        ].joined(separator: "/")
    }

    private static var instructionSets: String {
        let sets = assay_arithmetic_sets()
        let known: [(bit: Int32, name: String)] = [(1, "fma"), (2, "avx2")]
        let names = known.filter { sets & $0.bit != 0 }.map(\.name)
        return names.isEmpty ? "" : "/" + names.joined(separator: "+")
    }

    /// The first digits of the program's build ID: two programs that say the same version need not
    /// be the same.
    private static var build: String {
        var bytes = [UInt8](repeating: 0, count: 64)
        let count = bytes.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.map { assay_build_id($0, buffer.count) } ?? 0
        }
        guard count > 0 else { return "unnamed" }
        return bytes.prefix(min(count, Self.buildBytes)).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }

    /// Of a build ID: builds that differ agree on these once in 2^48 times.
    private static let buildBytes = 6

    private static var architecture: String {
        #if arch(x86_64)
        "x86_64"
        #elseif arch(arm64)
        "aarch64"
        #else
        "other"
        #endif
    }
}
