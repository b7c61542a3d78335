import CHost
import CSeccomp
import Glibc
import Host

/// The system calls that a user's program may make: those of an ordinary program.
///
/// Wider than a runner's (`SystemCallFilter`) and made the same way: a list of what is allowed. Not
/// in it: whatever makes or enters namespaces, mounts, traces, loads code into the kernel, keeps
/// keys, sets clocks, watches the machine, or has been the door of the kernel's latest holes
/// (io_uring, userfaultfd, bpf, perf). Memory that no limit of files or processes counts (System V)
/// is left out too: `/dev/shm` is there for it.
///
/// It is handed to bubblewrap as a program, which loads it last of all.
enum CommandFilter {
    /// Allowed with any arguments.
    private static let allowed = [
        // Files by name and by descriptor.
        "access", "chdir", "chmod", "close", "close_range", "copy_file_range", "creat", "dup",
        "dup2", "dup3", "faccessat", "faccessat2", "fadvise64", "fallocate", "fchdir", "fchmod",
        "fchmodat", "fchmodat2", "fdatasync", "fgetxattr", "flistxattr", "flock", "fstat",
        "fstatfs", "fsync", "ftruncate", "futimesat", "getcwd", "getdents", "getdents64",
        "getxattr", "inotify_add_watch", "inotify_init", "inotify_init1", "inotify_rm_watch",
        "lgetxattr", "link", "linkat", "listxattr", "llistxattr", "lseek", "lstat", "mkdir",
        "mkdirat", "newfstatat", "open", "openat", "openat2", "pread64", "preadv", "preadv2",
        "pwrite64", "pwritev", "pwritev2", "read", "readahead", "readlink", "readlinkat", "readv",
        "rename", "renameat", "renameat2", "rmdir", "sendfile", "splice", "stat", "statfs",
        "statx", "symlink", "symlinkat", "sync", "sync_file_range", "syncfs", "tee", "truncate",
        "umask", "unlink", "unlinkat", "utime", "utimensat", "utimes", "vmsplice", "write",
        "writev", "fcntl", "pipe", "pipe2",
        // Waiting for many things at once.
        "epoll_create", "epoll_create1", "epoll_ctl", "epoll_pwait", "epoll_pwait2", "epoll_wait",
        "eventfd", "eventfd2", "poll", "ppoll", "pselect6", "select", "signalfd", "signalfd4",
        "timerfd_create", "timerfd_gettime", "timerfd_settime",
        // Sockets, once they are made.
        "accept", "accept4", "bind", "connect", "getpeername", "getsockname", "getsockopt",
        "listen", "recvfrom", "recvmmsg", "recvmsg", "sendmmsg", "sendmsg", "sendto",
        "setsockopt", "shutdown",
        // Memory.
        "brk", "madvise", "mincore", "mlock", "mlock2", "mlockall", "mmap", "mprotect", "mremap",
        "msync", "munlock", "munlockall", "munmap", "pkey_alloc", "pkey_free", "pkey_mprotect",
        "get_mempolicy", "mbind", "set_mempolicy", "set_mempolicy_home_node", "membarrier",
        // Processes and threads, their own.
        "execve", "execveat", "exit", "exit_group", "fork", "vfork", "wait4", "waitid",
        "arch_prctl", "prctl", "prlimit64", "getrlimit", "setrlimit", "getrusage", "futex",
        "futex_wait", "futex_waitv", "futex_wake", "futex_requeue", "get_robust_list",
        "set_robust_list", "set_tid_address", "get_thread_area", "set_thread_area", "rseq",
        "gettid", "getpid", "getppid", "getpgid", "getpgrp", "getsid", "setpgid", "setsid",
        "getpriority", "setpriority", "ioprio_get", "ioprio_set", "sched_getaffinity",
        "sched_getattr", "sched_getparam", "sched_getscheduler", "sched_get_priority_max",
        "sched_get_priority_min", "sched_rr_get_interval", "sched_setaffinity", "sched_setattr",
        "sched_setparam", "sched_setscheduler", "sched_yield", "pidfd_open", "pidfd_send_signal",
        "restart_syscall", "getcpu", "times",
        // Who they are: one user without any right.
        "capget", "capset", "getegid", "geteuid", "getgid", "getgroups", "getresgid", "getresuid",
        "getuid", "setfsgid", "setfsuid", "setgid", "setgroups", "setregid", "setresgid",
        "setresuid", "setreuid", "setuid",
        // Signals: only their own processes are in reach.
        "kill", "pause", "rt_sigaction", "rt_sigpending", "rt_sigprocmask", "rt_sigqueueinfo",
        "rt_sigreturn", "rt_sigsuspend", "rt_sigtimedwait", "rt_tgsigqueueinfo", "sigaltstack",
        "tgkill", "tkill",
        // Time, to be read.
        "alarm", "clock_getres", "clock_gettime", "clock_nanosleep", "getitimer", "gettimeofday",
        "nanosleep", "setitimer", "time", "timer_create", "timer_delete", "timer_getoverrun",
        "timer_gettime", "timer_settime",
        // The system, to be asked.
        "getrandom", "sysinfo", "uname",
        // To confine themselves further.
        "landlock_add_rule", "landlock_create_ruleset", "landlock_restrict_self", "seccomp",
    ]

    /// Of terminals and sockets, and of descriptors in general. Not among them: TIOCSTI and
    /// TIOCLINUX, which type for somebody else.
    private static let controls: [UInt64] = [
        // FIONREAD, FIONBIO, FIONCLEX, FIOCLEX, FIOASYNC.
        0x541B, 0x5421, 0x5450, 0x5451, 0x5452,
        // TCGETS, TCSETS, TCSETSW, TCSETSF, TIOCSCTTY, TIOCGPGRP, TIOCSPGRP, TIOCGWINSZ,
        // TIOCSWINSZ, TIOCNOTTY, TIOCGPTN, TIOCSPTLCK, TIOCGPTPEER: terminals of their own making.
        0x5401, 0x5402, 0x5403, 0x5404, 0x540E, 0x540F, 0x5410, 0x5413, 0x5414, 0x5422,
        0x8004_5430, 0x4004_5431, 0x5441,
        // SIOCGIFNAME, SIOCGIFCONF, SIOCGIFFLAGS, SIOCGIFADDR, SIOCGIFNETMASK, SIOCGIFMTU,
        // SIOCGIFHWADDR, SIOCGIFINDEX: which interfaces there are.
        0x8910, 0x8912, 0x8913, 0x8915, 0x891B, 0x8921, 0x8927, 0x8933,
    ]

    /// Local, IPv4, IPv6. Not virtual machines' sockets, which know no network namespace, nor raw
    /// packets, nor the kernel's cryptography.
    private static let families = [AF_UNIX, AF_INET, AF_INET6]

    /// All flags of `clone` that make a namespace, but for time's, which `clone` does not have.
    private static let namespaceFlags = UInt64(
        ASSAY_CLONE_NEWNS | ASSAY_CLONE_NEWCGROUP | ASSAY_CLONE_NEWUTS | ASSAY_CLONE_NEWIPC
            | ASSAY_CLONE_NEWUSER | ASSAY_CLONE_NEWPID | ASSAY_CLONE_NEWNET)

    /// The filter as the kernel takes it, in memory of its own.
    static func program() throws(SandboxError) -> Descriptor {
        guard let filter = seccomp_init(ASSAY_ACTION_NOT_PERMITTED) else {
            throw SandboxError("there is no memory for the system call filter")
        }
        defer { seccomp_release(filter) }
        for name in Self.allowed { try SystemCallFilter.allow(name, in: filter) }
        try Self.allowWithConditions(in: filter)
        // Its flags lie in memory, where a filter cannot look: "there is no such call", and the C
        // library takes `clone`, whose flags can be judged.
        try SystemCallFilter.refuse("clone3", with: ASSAY_ACTION_NO_SUCH_CALL, in: filter)
        // So that a program tells a kernel without them, and does without.
        for name in ["io_uring_setup", "userfaultfd", "bpf"] {
            try SystemCallFilter.refuse(name, with: ASSAY_ACTION_NO_SUCH_CALL, in: filter)
        }
        do throws(HostError) {
            return try Descriptor.memory(named: "assay-filter") { seccomp_export_bpf(filter, $0) }
        } catch {
            throw SandboxError("the system call filter could not be written: \(error)")
        }
    }

    private static func allowWithConditions(
        in filter: scmp_filter_ctx
    ) throws(SandboxError) {
        func condition(_ argument: UInt32, _ mask: UInt64, _ value: UInt64) -> scmp_arg_cmp {
            scmp_arg_cmp(arg: argument, op: SCMP_CMP_MASKED_EQ, datum_a: mask, datum_b: value)
        }
        try SystemCallFilter.allow(
            "clone", where: [condition(0, Self.namespaceFlags, 0)], in: filter)
        for command in Self.controls {
            try SystemCallFilter.allow("ioctl", where: [condition(1, .max, command)], in: filter)
        }
        for family in Self.families {
            let same = condition(0, .max, UInt64(family))
            try SystemCallFilter.allow("socket", where: [same], in: filter)
        }
        // NETLINK_ROUTE: which interfaces there are, which the C library asks before a connect.
        try SystemCallFilter.allow(
            "socket", where: [condition(0, .max, UInt64(AF_NETLINK)), condition(2, .max, 0)],
            in: filter)
        try SystemCallFilter.allow(
            "socketpair", where: [condition(0, .max, UInt64(AF_UNIX))], in: filter)
        // Pipes, plain files and sockets: no devices.
        let kind = UInt64(Glibc.S_IFMT)
        for allowed in [0, Glibc.S_IFREG, Glibc.S_IFIFO, Glibc.S_IFSOCK] {
            try SystemCallFilter.allow(
                "mknod", where: [condition(1, kind, UInt64(allowed))], in: filter)
            try SystemCallFilter.allow(
                "mknodat", where: [condition(2, kind, UInt64(allowed))], in: filter)
        }
        // Linux as it is, or asked which it is; no other personality, such as one without
        // randomised addresses.
        for personality: UInt64 in [0, 0xFFFF_FFFF] {
            try SystemCallFilter.allow(
                "personality", where: [condition(0, .max, personality)], in: filter)
        }
        // Ordinary pages only: huge ones are the host's to give out.
        try SystemCallFilter.allow("memfd_create", where: [condition(1, 4, 0)], in: filter)
    }
}
