import CSeccomp
import Glibc

/// The system calls that a runner may make: memory, clocks, and the two sockets that it has.
///
/// A list of what is allowed, not of what is forbidden: a call that a newer kernel brings is
/// forbidden until somebody needs it. What is forbidden answers EPERM rather than killing: the C
/// library tries some calls only to do better (malloc asks for a kernel setting when it gives
/// memory back), and killing would turn such a trial into a crash, while an intruder gains nothing
/// from the answer. Calls of a foreign architecture (32 bit, x32) do kill; nothing of ours makes
/// them.
enum SystemCallFilter {
    /// Allowed with any arguments. None of them names a file, a process or an address.
    private static let allowed = [
        // The conversation, and what is mapped or sent as a descriptor.
        "read", "write", "readv", "writev", "sendmsg", "recvmsg", "poll", "ppoll", "close",
        "dup2", "dup3", "fstat", "lseek", "memfd_create", "ftruncate",
        // Memory.
        "brk", "munmap", "mremap", "madvise",
        // Time.
        "clock_gettime", "clock_getres", "gettimeofday", "time", "nanosleep", "clock_nanosleep",
        // What the C library and the Swift runtime ask of their own process.
        "futex", "sched_yield", "getpid", "gettid", "getppid", "getrusage", "sysinfo",
        "sched_getaffinity", "rt_sigprocmask", "rt_sigaction", "rt_sigreturn", "sigaltstack",
        "restart_syscall", "getrandom", "rseq", "membarrier",
        // The end.
        "exit", "exit_group",
    ]

    /// Loads the filter for every thread of the process, for ever.
    ///
    /// - Requires: no new privileges (`PR_SET_NO_NEW_PRIVS`).
    /// - Returns: what the kernel lacks.
    static func load() throws(SandboxError) -> [Protection] {
        guard let filter = seccomp_init(ASSAY_ACTION_NOT_PERMITTED) else {
            throw SandboxError("there is no memory for the system call filter")
        }
        defer { seccomp_release(filter) }
        // Threads that were started before, such as the one that watches for the worker's end.
        try Self.check(
            seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1), "a filter for all threads")

        for name in Self.allowed { try Self.allow(name, in: filter) }
        // New pages hold data, never code.
        let noCode = scmp_arg_cmp(
            arg: 2, op: SCMP_CMP_MASKED_EQ, datum_a: UInt64(PROT_EXEC), datum_b: 0)
        try Self.allow("mmap", where: [noCode], in: filter)
        try Self.allow("mprotect", where: [noCode], in: filter)
        // Seals, and their like; not the commands that tell others of changes.
        for command in [F_GETFD, F_SETFD, F_GETFL, Self.addSeals, Self.getSeals] {
            let same = scmp_arg_cmp(
                arg: 1, op: SCMP_CMP_EQ, datum_a: UInt64(UInt32(bitPattern: command)), datum_b: 0)
            try Self.allow("fcntl", where: [same], in: filter)
        }
        // `fstat` of many C libraries: the descriptor's own status, by the flag for an empty path.
        // A filter cannot see that the path is empty, so a file's size could be learned, no
        // contents.
        let emptyPath = scmp_arg_cmp(
            arg: 3, op: SCMP_CMP_MASKED_EQ, datum_a: UInt64(Self.atEmptyPath),
            datum_b: UInt64(Self.atEmptyPath))
        try Self.allow("newfstatat", where: [emptyPath], in: filter)
        // abort() signals its own process.
        let own = scmp_arg_cmp(
            arg: 0, op: SCMP_CMP_EQ, datum_a: UInt64(UInt32(bitPattern: getpid())), datum_b: 0)
        try Self.allow("tgkill", where: [own], in: filter)

        return seccomp_load(filter) == 0 ? [] : [.systemCallFilter]
    }

    static func allow(
        _ name: String, where conditions: [scmp_arg_cmp] = [], in filter: scmp_filter_ctx
    ) throws(SandboxError) {
        try Self.answer(name, with: ASSAY_ACTION_ALLOW, where: conditions, in: filter)
    }

    /// The call fails with an error other than that of all others.
    static func refuse(
        _ name: String, with action: UInt32, in filter: scmp_filter_ctx
    ) throws(SandboxError) {
        try Self.answer(name, with: action, where: [], in: filter)
    }

    private static func answer(
        _ name: String, with action: UInt32, where conditions: [scmp_arg_cmp],
        in filter: scmp_filter_ctx
    ) throws(SandboxError) {
        let number = seccomp_syscall_resolve_name(name)
        // Negative: this architecture never had the call (arm64 has no `poll`), so none is made.
        guard number >= 0 else { return }
        let answer = seccomp_rule_add_array(
            filter, action, number, UInt32(conditions.count), conditions)
        try Self.check(answer, "a filter rule for \(name)")
    }

    private static func check(_ answer: CInt, _ what: String) throws(SandboxError) {
        guard answer == 0 else { throw SandboxError(refused: what, -answer) }
    }

    /// The C library hides these behind _GNU_SOURCE.
    private static let addSeals: CInt = 1033
    private static let getSeals: CInt = 1034
    private static let atEmptyPath: CInt = 0x1000
}
