import CHost
import CSeccomp
import Glibc

/// Takes from the process what it could do beyond an ordinary user's, and its company.
enum Privileges {
    /// The numbers of the user that trials run as, when the worker is root.
    struct User: Equatable, Sendable {
        let uid: uid_t
        let gid: gid_t

        init(uid: uid_t, gid: gid_t) {
            self.uid = uid
            self.gid = gid
        }

        /// Looks the user up on this host.
        init(named name: String) throws(SandboxError) {
            guard let entry = getpwnam(name)?.pointee else {
                throw SandboxError("this host has no user \(name) for its runners")
            }
            guard entry.pw_uid != 0 else {
                throw SandboxError("runners may not be root, and user \(name) is")
            }
            self.init(uid: entry.pw_uid, gid: entry.pw_gid)
        }
    }

    /// Becomes another user for good.
    ///
    /// - Requires: the process is root and has one thread.
    static func become(_ user: User) throws(SandboxError) {
        try SandboxError.check("to leave root's groups") { setgroups(0, nil) }
        // As root these set the real, the effective and the saved number at once.
        try SandboxError.check("to become group \(user.gid)") { setgid(user.gid) }
        try SandboxError.check("to become user \(user.uid)") { setuid(user.uid) }
        guard getuid() == user.uid, geteuid() == user.uid, setuid(0) == -1 else {
            throw SandboxError("the runner is still root after it became user \(user.uid)")
        }
    }

    /// Whatever is executed, and nothing can be, has no more rights than we have.
    static func forbidNewPrivileges() throws(SandboxError) {
        let answer = assay_prctl(CInt(ASSAY_PR_SET_NO_NEW_PRIVS), 1, 0, 0, 0)
        guard answer == 0 else { throw SandboxError(refused: "no new privileges", -answer) }
    }

    /// Leaves the host's network for one without any interface.
    ///
    /// The user namespace makes that possible for an ordinary user. It also grants every capability
    /// inside itself, which is given up at once: nothing in there is worth having.
    static func leaveNetwork() throws(SandboxError) -> [Protection] {
        let flags = CInt(ASSAY_CLONE_NEWUSER | ASSAY_CLONE_NEWNET)
        let missing: [Protection] = assay_unshare(flags) == 0 ? [] : [.networkNamespace]
        let answer = assay_drop_capabilities()
        guard answer == 0 else { throw SandboxError(refused: "no capabilities", -answer) }
        return missing
    }

    /// Keeps memory, and so the data set, from core files and from other processes of the user.
    static func forbidDumps() throws(SandboxError) {
        let answer = assay_prctl(CInt(ASSAY_PR_SET_DUMPABLE), 0, 0, 0, 0)
        guard answer == 0 else { throw SandboxError(refused: "no dumps of memory", -answer) }
    }

    /// Dies with the worker, however that dies.
    ///
    /// A change of user undoes it, so it comes after `become`. The kernel means the thread that
    /// started us: the worker keeps that thread for as long as we live.
    static func dieWith(parent: pid_t) throws(SandboxError) {
        let answer = assay_prctl(CInt(ASSAY_PR_SET_PDEATHSIG), UInt(SIGKILL), 0, 0, 0)
        guard answer == 0 else { throw SandboxError(refused: "death with the worker", -answer) }
        // It may have died before we asked; then somebody else is our parent.
        guard getppid() == parent else { throw SandboxError("the worker is gone already") }
    }

    /// When memory runs out, the kernel ends a trial rather than the worker or a stranger.
    ///
    /// Best effort: where `/proc` is read-only the kernel chooses by size.
    static func volunteerForOutOfMemory() {
        let file = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = write(file, "1000", 4)
        close(file)
    }

    /// - Throws: when there is more than one thread: namespaces and Landlock confine the calling
    ///   thread only, so a second one would stay free.
    static func requireOneThread() throws(SandboxError) {
        let count = assay_thread_count()
        guard count >= 0 else {
            throw SandboxError(refused: "a look at the runner's threads", -count)
        }
        guard count == 1 else {
            throw SandboxError("the runner has \(count) threads before it is confined")
        }
    }
}
