import CHost
import Glibc
import Host

/// How an attendant starts its program.
struct CommandStart {
    private let order: CommandOrder
    private let scores: CInt
    private let ruleset: Descriptor?

    /// - Throws: when the kernel does not confine as it can.
    init(_ order: CommandOrder, scores: CInt) throws(SandboxError) {
        self.order = order
        self.scores = scores
        self.ruleset = try CommandFileRules.ruleset()
    }

    /// The program's number, or the negative error number of what was refused.
    func run() -> pid_t {
        guard let program = self.program() else { return -ENOENT }
        let limits = self.limits
        return CStrings.with(self.order.arguments) { arguments in
            CStrings.with(self.order.environment) { environment in
                assay_command_start(
                    program, arguments, environment, CommandRoom.work, self.scores,
                    self.ruleset?.number ?? -1, limits, limits.count)
            }
        }
    }

    /// Where the program lies: as it is named when there is a slash in it, or in the first
    /// directory of the path that has it.
    private func program() -> String? {
        let name = self.order.arguments[0]
        guard !name.utf8.contains(UInt8(ascii: "/")) else { return name }
        for directory in self.order.path.split(separator: ":") {
            let path = "\(directory)/\(name)"
            if access(path, X_OK) == 0 { return path }
        }
        return nil
    }

    private var limits: [assay_limit] {
        let limits = self.order.limits
        func limit(_ resource: __rlimit_resource, _ soft: UInt64, _ hard: UInt64) -> assay_limit {
            assay_limit(resource: CInt(resource.rawValue), soft: soft, hard: hard)
        }
        var all = [
            limit(RLIMIT_CORE, 0, 0), limit(RLIMIT_NOFILE, limits.files, limits.files),
            limit(RLIMIT_FSIZE, limits.fileBytes, limits.fileBytes),
            limit(RLIMIT_DATA, limits.dataBytes, limits.dataBytes),
            // A signal that says why first, and a second later one that nobody can ignore.
            limit(RLIMIT_CPU, limits.cpuSeconds, limits.cpuSeconds + 1),
            limit(__RLIMIT_MEMLOCK, 64 << 10, 64 << 10),
        ]
        if let bytes = limits.mappedBytes { all.append(limit(RLIMIT_AS, bytes, bytes)) }
        // Counted in the sandbox's own user namespace, so that trials do not count for each other;
        // one more than asked for, for the attendant.
        let processes = limits.processes + 1
        return all + [limit(__RLIMIT_NPROC, processes, processes)]
    }
}
