import Foundation
import Glibc

/// What the kernel counts of this process.
struct ProcessStatistics: Sendable {
    let cpuSeconds: Double
    let residentBytes: UInt64
    let openDescriptors: Int
    let descriptorsMax: UInt64

    static func read() -> Self {
        var cpu = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu)
        var limit = rlimit()
        getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
        return Self(
            cpuSeconds: Double(cpu.tv_sec) + Double(cpu.tv_nsec) / 1e9,
            residentBytes: Self.residentBytes(), openDescriptors: Self.openDescriptors(),
            descriptorsMax: UInt64(limit.rlim_cur))
    }

    /// The second number of `/proc/self/statm`, in pages.
    private static func residentBytes() -> UInt64 {
        guard let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8) else {
            return 0
        }
        let numbers = text.split(separator: " ").compactMap { UInt64($0) }
        return numbers.count > 1 ? numbers[1] * UInt64(sysconf(CInt(_SC_PAGESIZE))) : 0
    }

    private static func openDescriptors() -> Int {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
        else { return 0 }
        // One of them was opened to look.
        return max(0, names.count - 1)
    }
}
