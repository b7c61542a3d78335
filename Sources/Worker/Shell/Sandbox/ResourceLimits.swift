import Glibc

/// What a runner may use, in the kernel's own limits: none of them can be raised again.
enum ResourceLimits {
    /// Open files: two sockets, three standard streams, the data sets of a few jobs and the outputs
    /// of one trial.
    static let openFilesMax: rlim_t = 256

    static func apply(_ settings: RunnerSettings) throws(SandboxError) {
        try Self.forbidCoreDumps()
        try Self.set(RLIMIT_NOFILE, to: Self.openFilesMax, "the limit of open files")
        // Outputs are written to anonymous memory, which the kernel counts as a file.
        try Self.set(
            RLIMIT_FSIZE, to: rlim_t(settings.outputBytesMax), "the limit of a file's size")
        if let bytes = settings.memoryBytesMax {
            // Data, not address space: mapped data sets belong to the worker's cache and are
            // shared.
            try Self.set(RLIMIT_DATA, to: rlim_t(bytes), "the limit of memory")
        }
    }

    /// Keeps memory, and so data, from core files.
    static func forbidCoreDumps() throws(SandboxError) {
        try Self.set(RLIMIT_CORE, to: 0, "the limit of core dumps")
    }

    /// From now on no thread or process can be started. The threads that exist stay.
    static func forbidProcesses() throws(SandboxError) {
        try Self.set(__RLIMIT_NPROC, to: 0, "the limit of processes")
    }

    private static func set(
        _ resource: __rlimit_resource, to value: rlim_t, _ what: String
    ) throws(SandboxError) {
        let number = __rlimit_resource_t(resource.rawValue)
        var limit = rlimit()
        try SandboxError.check(what) { getrlimit(number, &limit) }
        // A limit that is lower already stays: it is not ours to raise.
        limit.rlim_max = min(limit.rlim_max, value)
        limit.rlim_cur = min(limit.rlim_cur, limit.rlim_max)
        try SandboxError.check(what) { setrlimit(number, &limit) }
    }
}
