import CHost
import Glibc

/// What a daemon takes from itself before it touches anything: do this first in `main`.
package enum ProcessHardening {
    /// - Throws: `HostError` when the kernel refuses one of them, which it has no reason to do.
    package static func apply() throws(HostError) {
        try Self.guardMemory()
        umask(0o077)

        // From here on no file's set-uid bit or capability adds anything to us or to our children.
        _ = try kernel("forbid new privileges") {
            assay_prctl(CInt(ASSAY_PR_SET_NO_NEW_PRIVS), 1, 0, 0, 0)
        }
        try Self.raiseDescriptorLimit()

        // A peer that leaves is an error of that write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Keeps memory to ourselves, also when we crash: what every program does first that may hold a
    /// key.
    package static func guardMemory() throws(HostError) {
        try Self.forbidCoreDumps()
        Self.forbidCrashReports()
    }

    /// Leaves crashes to the kernel, which ends us and writes nothing.
    ///
    /// Else Swift's runtime prints a report to standard error, and in it, for each register, the 16
    /// bytes that it points to: of a key, perhaps. It reads its settings before `main`, so its
    /// handlers are taken away here, and the programs that we start are told by their environment.
    private static func forbidCrashReports() {
        for number in [SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP] {
            signal(number, SIG_DFL)
        }
        setenv("SWIFT_BACKTRACE", "enable=no", 1)
    }

    /// Keeps memory, and so keys and data, out of core files, crash reports and other processes of
    /// the same user.
    ///
    /// Not inherited over exec: each program does it anew. A process that still has to write its
    /// own `/proc/self/uid_map` does that first.
    package static func forbidCoreDumps() throws(HostError) {
        var none = rlimit(rlim_cur: 0, rlim_max: 0)
        _ = try posix("forbid core dumps") { setrlimit(Self.coreSize, &none) }
        _ = try kernel("forbid dumps of memory") {
            assay_prctl(CInt(ASSAY_PR_SET_DUMPABLE), 0, 0, 0, 0)
        }
    }

    /// Raises the soft limit of open files to the hard one: the soft default of 1024 is for
    /// programs that still use `select`.
    package static func raiseDescriptorLimit() throws(HostError) {
        var limit = rlimit()
        _ = try posix("read the limit of open files") { getrlimit(Self.openFiles, &limit) }
        limit.rlim_cur = limit.rlim_max
        _ = try posix("raise the limit of open files") { setrlimit(Self.openFiles, &limit) }
    }

    /// How many files this process may have open.
    package static var descriptorLimit: Int {
        var limit = rlimit()
        guard getrlimit(Self.openFiles, &limit) == 0 else { return 1024 }
        return Int(clamping: limit.rlim_cur)
    }

    private static let coreSize = __rlimit_resource_t(RLIMIT_CORE.rawValue)
    private static let openFiles = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
}
