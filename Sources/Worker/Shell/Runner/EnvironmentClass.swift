import Engine

/// What decides about the last bit of a result: workers of one class compute the same bits.
package enum EnvironmentClass {
    /// Such as `x86_64/SkylakeX/0.1.0`.
    ///
    /// - Parameter version: of the program, which holds all arithmetic but OpenBLAS's.
    package static func current(version: String) -> String {
        "\(Self.architecture)/\(ArithmeticKernel.name)/\(version)"
    }

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
