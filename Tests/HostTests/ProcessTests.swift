import CHost
import Foundation
import Glibc
import Host
import Testing

/// What changes a process for good is tried in a process of its own.
@Suite struct ProcessTests {
    @Test func `a hardened process has no core, no new privileges and all descriptors`() async {
        await #expect(processExitsWith: .success) {
            try ProcessHardening.apply()
            var core = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_CORE.rawValue), &core)
            precondition(core.rlim_cur == 0 && core.rlim_max == 0)
            precondition(assay_prctl(CInt(ASSAY_PR_GET_DUMPABLE), 0, 0, 0, 0) == 0)
            precondition(assay_prctl(CInt(ASSAY_PR_GET_NO_NEW_PRIVS), 0, 0, 0, 0) == 1)
            var files = rlimit()
            getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &files)
            precondition(files.rlim_cur == files.rlim_max)
            precondition(umask(0o077) == 0o077)
            // A peer that has gone is an error, not the end.
            let (reader, writer) = try Descriptor.pipe()
            close(dup2(writer.number, reader.number))
            precondition(write(writer.number, [1], 1) == -1 && errno == EPIPE)
        }
    }

    @Test func `signals become requests in order, and the second stop is another`() async {
        await #expect(processExitsWith: .success) {
            let signals = try TerminationSignals()
            var requests = signals.requests.makeAsyncIterator()
            let sent = [SIGHUP, SIGTERM, SIGINT, SIGHUP, SIGTERM]
            let meant: [TerminationSignals.Request] = [.reload, .stop, .stopNow, .reload, .stopNow]
            for (signal, request) in zip(sent, meant) {
                kill(getpid(), signal)
                let got = await requests.next()
                precondition(got == request, "\(signal) became \(String(describing: got))")
            }
        }
    }

    @Test func `a directory that forbids its owner everything is removed`() async {
        await #expect(processExitsWith: .success) {
            // Root may do anything, so become nobody; without dumpable, /proc/self is root's.
            if getuid() == 0 { precondition(setgid(65534) == 0 && setuid(65534) == 0) }
            try ProcessHardening.apply()
            let scratch = try Scratch()
            let session = try SessionDirectory.make(.worker, under: scratch.path)
            mkdir(session.path + "/a", 0o700)
            mkdir(session.path + "/a/b", 0o700)
            mkdir(session.path + "/a/b/c", 0o000)
            chmod(session.path + "/a/b", 0o000)
            chmod(session.path + "/a", 0o000)
            try session.end()
            precondition(!exists(session.path))
        }
    }

    @Test func `descriptors above a number can be closed at once`() throws {
        let copy = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 900)
        #expect(copy >= 900)
        #expect(assay_close_range(UInt32(copy), UInt32(copy)) == 0)
        #expect(fcntl(copy, F_GETFD) == -1)
    }

    @Test func `landlock shows an older kernel only what it knows`() {
        let wanted = assay_landlock_ruleset(file_access: (1 << 16) - 1, net_access: 3, scoped: 3)
        let first = assay_landlock_known(wanted, 1)
        #expect(first.file_access == (1 << 13) - 1)
        #expect(first.net_access == 0 && first.scoped == 0)
        let fourth = assay_landlock_known(wanted, 4)
        #expect(fourth.file_access == (1 << 15) - 1)
        #expect(fourth.net_access == 3 && fourth.scoped == 0)
        #expect(assay_landlock_known(wanted, 7).scoped == 3)
    }
}
