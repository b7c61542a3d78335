import Glibc

/// What confines a runner, by the names that logs and reports use.
///
/// Only those that a kernel may lack stand here. The rest (no new privileges, no core dumps,
/// limits, death with the parent, another user than root) every Linux has: a runner that is refused
/// one of them does not start.
package enum Protection: String, CaseIterable, Sendable {
    /// A network namespace of its own: there is no interface, not even loopback.
    case networkNamespace = "network namespace"
    /// Landlock: no file system access at all.
    case landlockFiles = "Landlock for files (ABI 1)"
    /// Landlock: no TCP, should a socket ever come to be. The filter forbids sockets as well.
    case landlockNetwork = "Landlock for networks (ABI 4)"
    /// Landlock: no signals to, and no abstract sockets of, processes outside.
    case landlockScopes = "Landlock for signals (ABI 6)"
    /// seccomp: only the system calls that arithmetic needs.
    case systemCallFilter = "system call filter"
}

/// Why a runner could not be confined as every Linux can: it must not run.
struct SandboxError: Error, Equatable, Sendable, CustomStringConvertible {
    let description: String

    init(_ sentence: String) { self.description = sentence }

    init(refused what: String, _ number: CInt) {
        self.init("the kernel refuses \(what): \(String(cString: strerror(number)))")
    }

    /// Makes a call of the C library, where -1 is a refusal.
    static func check(_ what: String, _ call: () -> CInt) throws(SandboxError) {
        guard call() == -1 else { return }
        throw SandboxError(refused: what, errno)
    }
}
