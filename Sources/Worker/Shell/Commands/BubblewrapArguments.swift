import Wire

/// What bubblewrap is told: which namespaces, which files, in which order.
///
/// The words travel on a descriptor, since a job's words are nobody's business who lists processes.
struct BubblewrapArguments: Equatable, Sendable {
    /// Bytes that become a file in the sandbox, read-only.
    struct File: Equatable, Sendable {
        let path: String
        /// Of the process that becomes bubblewrap.
        let descriptor: CInt
        var isExecutable = false
    }

    let files: [File]
    let scratchBytes: UInt64
    let network: CommandNetwork
    /// Directories of the host beside `/usr`.
    let shown: [String]
    /// Whether the kernel itself is told to allow no further user namespace. The system call filter
    /// forbids them as well; under a hardened unit only it can.
    let closesUserNamespaces: Bool

    var words: [String] {
        self.namespaces + self.system + self.ownPlace
            + [
                // What has been made stays as it is.
                "--remount-ro", "/dev", "--remount-ro", "/",
                "--chdir", "/", "--seccomp", "\(CommandDescriptor.filter)",
                "--info-fd", "\(CommandDescriptor.information)",
            ]
    }

    private var namespaces: [String] {
        ["--unshare-all", "--unshare-user"]
            + (self.network == .host ? ["--share-net"] : [])
            + (self.closesUserNamespaces ? ["--disable-userns"] : [])
            + [
                // Whoever ends bubblewrap ends everything in it. The attendant is process 1: its
                // end is the end of all others, and none of them can signal it.
                "--die-with-parent", "--new-session", "--as-pid-1", "--cap-drop", "ALL",
                "--uid", "1000", "--gid", "1000", "--hostname", "trial", "--clearenv",
                "--setenv", "LD_LIBRARY_PATH", CommandRoom.libraries,
                "--setenv", "OPENBLAS_NUM_THREADS", "1",
                "--setenv", "SWIFT_BACKTRACE", "enable=no",
            ]
    }

    private var system: [String] {
        var words = ["--ro-bind", "/usr", "/usr"]
        for name in ["bin", "sbin", "lib", "lib64"] {
            words += ["--symlink", "usr/\(name)", "/\(name)"]
        }
        // Which of several libraries of one name is meant, and where: nothing of it is private.
        for path in ["/etc/alternatives", "/etc/ld.so.cache"] {
            words += ["--ro-bind-try", path, path]
        }
        if self.network == .host {
            for path in ["/etc/resolv.conf", "/etc/ssl/certs"] {
                words += ["--ro-bind-try", path, path]
            }
        }
        for path in self.shown { words += ["--ro-bind", path, path] }
        return words + ["--proc", "/proc", "--dev", "/dev"]
    }

    private var ownPlace: [String] {
        let shared = min(CommandRoom.sharedMemoryBytesMax, self.scratchBytes)
        var words = [
            "--perms", "1777", "--size", "\(shared)", "--tmpfs", CommandRoom.sharedMemory,
            "--perms", "0700", "--size", "\(self.scratchBytes)", "--tmpfs", CommandRoom.trial,
        ]
        for directory in CommandRoom.directories { words += ["--dir", directory] }
        words += ["--symlink", "trial/tmp", "/tmp"]
        for file in self.files {
            words += [
                "--perms", file.isExecutable ? "0555" : "0444", "--ro-bind-data",
                "\(file.descriptor)", file.path,
            ]
        }
        return words
    }

    /// As `--args` reads them: each word ends with a zero.
    var encoded: [UInt8] { self.words.flatMap { Array($0.utf8) + [0] } }

    /// Names of users and hosts, made up: programs ask for them, and the host's are private.
    static let names: [(path: String, text: String)] = [
        ("/etc/passwd", "trial:x:1000:1000::/trial/home:/bin/sh\n"),
        ("/etc/group", "trial:x:1000:\n"),
        ("/etc/hosts", "127.0.0.1 localhost trial\n::1 localhost trial\n"),
        ("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n"),
    ]
}

/// The descriptors of the process that becomes bubblewrap, and, up to `order`, of the attendant in
/// it.
enum CommandDescriptor {
    /// Where the attendant tells the worker what happens.
    static let control: CInt = 3
    /// The program's own, for its scores.
    static let scores: CInt = 4
    /// What the attendant is to do.
    static let order: CInt = 5
    static let arguments: CInt = 6
    static let filter: CInt = 7
    /// Where bubblewrap tells the number of process 1.
    static let information: CInt = 8
    /// Of the control groups to enter; behind them those of the files.
    static let firstOfMany: CInt = 9
}
