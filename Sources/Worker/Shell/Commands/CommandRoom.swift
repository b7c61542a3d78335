import Wire

/// Where things are in a command's sandbox, and by which variables its program finds them.
///
/// ```
/// /usr, /bin, /lib, /lib64, /sbin   the host's, read-only; so is what the operator shows
/// /etc                              names of users and hosts, libraries: made up, but for the last
/// /trial                            all that can be written: one file system of bounded size
///     work/                         the program starts here, and finds the job's files, read-only
///     output/                       what is kept of it
///     home/, tmp/ (/tmp), cache/    gone with the trial
/// /dev/shm                          a small one, for semaphores and shared memory
/// /proc, /dev                       of its own
/// /run/assay                        the attendant
/// ```
enum CommandRoom {
    static let trial = "/trial"
    static let work = "/trial/work"
    static let output = "/trial/output"
    static let parameters = "/trial/parameters.json"
    static let sharedMemory = "/dev/shm"
    static let attendant = "/run/assay/assay"
    static let libraries = "/run/assay/lib"

    /// Made empty, in this order.
    static let directories = [work, output, "/trial/home", "/trial/tmp", "/trial/cache"]

    /// What a host's directory may not be shown over.
    static let own = ["/trial", "/tmp", "/dev", "/proc", "/sys", "/run/assay", "/etc", "/usr"]

    /// Shared memory lies outside of the scratch's size, so it is small: semaphores, and the queues
    /// of a few processes. In bytes.
    static let sharedMemoryBytesMax: UInt64 = 64 << 20

    /// Where the program finds the socket for its scores.
    static let scoresDescriptor: CInt = 3

    /// Where programs are looked for.
    ///
    /// - Parameter shown: The operator shows an environment because he wants it to be used: its
    ///   programs come first.
    static func path(shown: [String]) -> String {
        (shown.map { "\($0)/bin" } + ["/usr/local/bin", "/usr/bin", "/bin"])
            .joined(separator: ":")
    }

    /// What the program finds in its environment; what a job says replaces what it may replace.
    static func environment(
        _ command: Command, _ trial: CommandTrial, shown: [String]
    ) -> [String] {
        var variables = [
            // A slot is one processor unless the operator gives more.
            "OMP_NUM_THREADS": "1", "LANG": "C.UTF-8",
            // Caches of common libraries: into the trial, and gone with it.
            "XDG_CACHE_HOME": "/trial/cache", "XDG_CONFIG_HOME": "/trial/home/.config",
            "XDG_DATA_HOME": "/trial/home/.local/share", "HF_HOME": "/trial/cache/huggingface",
            "HF_DATASETS_CACHE": "/trial/cache/huggingface/datasets",
            "TORCH_HOME": "/trial/cache/torch", "MPLCONFIGDIR": "/trial/cache/matplotlib",
            "NUMBA_CACHE_DIR": "/trial/cache/numba", "JOBLIB_TEMP_FOLDER": "/trial/tmp",
        ]
        for variable in command.environment { variables[variable.name] = variable.value }
        // These say what is so, and no job can say otherwise.
        let fixed = [
            "HOME": "/trial/home", "TMPDIR": "/trial/tmp", "TMP": "/trial/tmp",
            "TEMP": "/trial/tmp", "PATH": Self.path(shown: shown), "PWD": Self.work,
            "ASSAY_TRIAL": trial.id.description, "ASSAY_SEED": "\(trial.seed)",
            "ASSAY_OUTPUT": Self.output, "ASSAY_PARAMETERS": Self.parameters,
            "ASSAY_SCORES_FD": "\(Self.scoresDescriptor)",
        ]
        variables.merge(fixed) { _, fixed in fixed }
        for (name, value) in trial.parameters {
            variables["ASSAY_PARAM_\(name)"] = value.text
        }
        return variables.map { "\($0.key)=\($0.value)" }.sorted()
    }
}
