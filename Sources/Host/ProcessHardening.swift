import CHost
import Glibc

/// What a daemon takes from itself before it touches anything: do this first in `main`.
package enum ProcessHardening {
    /// - Throws: `HostError` when the kernel refuses one of them, which it has no reason to do.
    package static func apply() throws(HostError) {
        try Self.forbidCoreDumps()
        umask(0o077)

        // From here on no file's set-uid bit or capability adds anything to us or to our children.
        _ = try kernel("forbid new privileges") {
            assay_prctl(CInt(ASSAY_PR_SET_NO_NEW_PRIVS), 1, 0, 0, 0)
        }
        try Self.raiseDescriptorLimit()

        // A peer that leaves is an error of that write, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
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
