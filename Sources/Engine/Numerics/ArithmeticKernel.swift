import COpenBLAS

/// Which of OpenBLAS's kernels computes here: it is picked by the processor, and two kernels may
/// differ in the last bit.
package enum ArithmeticKernel {
    /// Such as `OpenBLAS-0.3.21-Haswell`.
    package static var name: String {
        // "OpenBLAS 0.3.21 NO_LAPACKE DYNAMIC_ARCH ...": between versions kernels change too.
        let words = String(cString: openblas_get_config()).split(separator: " ")
        let version = words.count > 1 ? String(words[1]) : "unknown"
        return "OpenBLAS-\(version)-\(String(cString: openblas_get_corename()))"
    }

    /// One thread per trial: the process runs many trials beside other processes that do the same.
    package static func useOneThread() { openblas_set_num_threads(1) }
}
