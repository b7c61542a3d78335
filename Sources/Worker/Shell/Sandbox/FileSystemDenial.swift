import CHost
import Glibc

/// Landlock: takes the whole file system from the process, and networks and signals where the
/// kernel knows how.
///
/// The rulesets hold no rule: what is handled is forbidden everywhere. Descriptors that are open
/// already, and anonymous memory, are no affair of Landlock's.
enum FileSystemDenial {
    /// Confines the calling thread and the threads that it starts later, for ever.
    ///
    /// - Requires: no new privileges (`PR_SET_NO_NEW_PRIVS`).
    /// - Returns: what the kernel lacks.
    static func apply() -> [Protection] {
        let abi = assay_landlock_abi()
        guard abi >= 1 else { return [.landlockFiles, .landlockNetwork, .landlockScopes] }

        let ruleset = assay_landlock_create(assay_landlock_known(Self.everything, abi), abi)
        guard ruleset >= 0 else { return [.landlockFiles, .landlockNetwork, .landlockScopes] }
        defer { close(ruleset) }
        guard assay_landlock_confine(ruleset) == 0 else {
            return [.landlockFiles, .landlockNetwork, .landlockScopes]
        }
        return Self.missing(abi: abi)
    }

    static func missing(abi: CInt) -> [Protection] {
        (abi < 4 ? [.landlockNetwork] : []) + (abi < 6 ? [.landlockScopes] : [])
    }

    private static let everything = assay_landlock_ruleset(
        file_access: ASSAY_LANDLOCK_FS_ALL_ABI_1 | ASSAY_LANDLOCK_FS_REFER
            | ASSAY_LANDLOCK_FS_TRUNCATE | ASSAY_LANDLOCK_FS_IOCTL_DEV,
        net_access: ASSAY_LANDLOCK_NET_BIND_TCP | ASSAY_LANDLOCK_NET_CONNECT_TCP,
        scoped: ASSAY_LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | ASSAY_LANDLOCK_SCOPE_SIGNAL)
}
