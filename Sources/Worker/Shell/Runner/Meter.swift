import CSeccomp
import Glibc
import Wire

/// What a computation costs: the processor time of its thread, the time that passed, and memory.
struct Meter {
    private let cpu = assay_clock(CLOCK_THREAD_CPUTIME_ID)
    private let wall = assay_clock(CLOCK_MONOTONIC)

    /// What was used since the meter was made.
    func read() -> Cost {
        Cost(
            cpu: Duration(nanoseconds: assay_clock(CLOCK_THREAD_CPUTIME_ID) - self.cpu),
            wall: Duration(nanoseconds: assay_clock(CLOCK_MONOTONIC) - self.wall),
            memoryBytes: assay_peak_resident_bytes())
    }
}
