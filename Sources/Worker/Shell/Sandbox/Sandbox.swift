import CHost
import Glibc

/// Confines the process that it is applied in, step by step, before it has read a byte.
enum Sandbox {
    /// The descriptors that a runner has; all others are closed first.
    static let lastDescriptor: CUnsignedInt = 3

    /// Applies every protection that this kernel has.
    ///
    /// - Parameter startThreads: starts the threads that the runner needs; none can be started
    ///   later.
    /// - Returns: the protections that are missing, to be said aloud.
    /// - Throws: when one is refused that every Linux has.
    static func apply(
        _ settings: RunnerSettings, startThreads: () throws -> Void
    ) throws -> [Protection] {
        // 1) Nothing of the worker's is in reach.
        let closed = assay_close_range(Self.lastDescriptor + 1, .max)
        guard closed == 0 else { throw SandboxError(refused: "to close descriptors", -closed) }
        try Privileges.requireOneThread()
        Privileges.volunteerForOutOfMemory()

        // 2) Less than an ordinary user, for ever.
        try ResourceLimits.apply(settings)
        if geteuid() == 0 {
            guard let user = settings.user else {
                throw SandboxError("a runner may not be root, and was told of no other user")
            }
            try Privileges.become(user)
        }
        try Privileges.forbidNewPrivileges()
        try Privileges.forbidDumps()
        var missing = try Privileges.leaveNetwork()
        try Privileges.dieWith(parent: settings.parent)

        // 3) No files, no strangers. Threads inherit this, so they are started now.
        missing += FileSystemDenial.apply()
        try startThreads()

        // 4) No way back, for all threads.
        try ResourceLimits.forbidProcesses()
        missing += try SystemCallFilter.load()
        return missing
    }
}
