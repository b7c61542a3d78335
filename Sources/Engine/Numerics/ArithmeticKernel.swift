import COpenBLAS

/// Which of OpenBLAS's kernels computes here: it is picked by the processor, and two kernels may
/// differ in the last bit.
package enum ArithmeticKernel {
    /// Such as `Haswell` or `SkylakeX`.
    package static var name: String { String(cString: openblas_get_corename()) }

    /// One thread per trial: the process runs many trials beside other processes that do the same.
    package static func useOneThread() { openblas_set_num_threads(1) }
}
