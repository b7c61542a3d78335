import CHost
import Glibc
import Host

/// Landlock for a user's program: a second wall behind the mounts.
///
/// The mounts already hold what is here forbidden again: nothing but its own place can be written.
/// Beyond that, signals and abstract sockets of strangers are out of reach, which matters to a
/// command that shares the host's network, since abstract sockets belong to a network.
enum CommandFileRules {
    /// Everything but the making of devices.
    private static let own =
        (ASSAY_LANDLOCK_FS_ALL_ABI_1 | ASSAY_LANDLOCK_FS_REFER | ASSAY_LANDLOCK_FS_TRUNCATE)
        & ~(ASSAY_LANDLOCK_FS_MAKE_CHAR | ASSAY_LANDLOCK_FS_MAKE_BLOCK)
    private static let readable =
        ASSAY_LANDLOCK_FS_READ_FILE | ASSAY_LANDLOCK_FS_READ_DIR | ASSAY_LANDLOCK_FS_EXECUTE
    private static let device =
        ASSAY_LANDLOCK_FS_READ_FILE | ASSAY_LANDLOCK_FS_WRITE_FILE | ASSAY_LANDLOCK_FS_TRUNCATE
        | ASSAY_LANDLOCK_FS_IOCTL_DEV

    private static let devices = ["null", "zero", "full", "random", "urandom", "tty", "pts"]

    /// A ruleset to be put upon the program; nil where the kernel has no Landlock.
    ///
    /// - Throws: where it has, and refuses one of its rules.
    static func ruleset() throws(SandboxError) -> Descriptor? {
        let abi = assay_landlock_abi()
        guard abi >= 1 else { return nil }
        let everything = assay_landlock_ruleset(
            file_access: ASSAY_LANDLOCK_FS_ALL_ABI_1 | ASSAY_LANDLOCK_FS_REFER
                | ASSAY_LANDLOCK_FS_TRUNCATE | ASSAY_LANDLOCK_FS_IOCTL_DEV,
            net_access: 0,
            scoped: ASSAY_LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | ASSAY_LANDLOCK_SCOPE_SIGNAL)
        let known = assay_landlock_known(everything, abi)
        let number = assay_landlock_create(known, abi)
        guard number >= 0 else { throw SandboxError(refused: "a ruleset of Landlock", -number) }
        let ruleset = Descriptor(adopting: number)
        var rules = [("/", Self.readable)]
        rules += [CommandRoom.trial, CommandRoom.sharedMemory].map { ($0, Self.own) }
        rules += Self.devices.map { ("/dev/\($0)", Self.device) }
        for (path, access) in rules {
            try Self.allow(access & known.file_access, beneath: path, in: ruleset)
        }
        return ruleset
    }

    private static func allow(
        _ access: UInt64, beneath path: String, in ruleset: Descriptor
    ) throws(SandboxError) {
        let number = assay_open_path(AT_FDCWD, path)
        // What is not there needs no rule.
        guard number >= 0 else { return }
        let file = Descriptor(adopting: number)
        let answer = file.withNumber { assay_landlock_allow_path(ruleset.number, access, $0) }
        guard answer == 0 else { throw SandboxError(refused: "a rule for \(path)", -answer) }
    }
}
