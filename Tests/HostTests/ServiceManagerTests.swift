import Foundation
import Glibc
import Host
import Testing

/// These change variables of the process, so each has a process of its own.
@Suite struct ServiceManagerTests {
    /// A datagram socket in the place of the service manager's.
    private struct FakeManager: ~Copyable {
        let socket: Descriptor
        let scratch: Scratch

        init() throws {
            self.scratch = try Scratch()
            let path = self.scratch["notify"]
            self.socket = Descriptor(
                adopting: Glibc.socket(AF_UNIX, CInt(SOCK_DGRAM.rawValue), 0))
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
            let number = self.socket.number
            let bound = withUnsafePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
                }
            }
            precondition(bound == 0)
            setenv("NOTIFY_SOCKET", path, 1)
        }

        func heard() -> String {
            var bytes = [UInt8](repeating: 0, count: 4096)
            let count = recv(self.socket.number, &bytes, bytes.count, CInt(MSG_DONTWAIT))
            return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
        }
    }

    @Test func `the service manager hears of each step`() async {
        await #expect(processExitsWith: .success) {
            let manager = try FakeManager()
            let service = ServiceManager()
            service.ready(status: "serving 2 workers")
            precondition(manager.heard() == "READY=1\nSTATUS=serving 2 workers")
            service.status("draining")
            precondition(manager.heard() == "STATUS=draining")
            service.keepAlive()
            precondition(manager.heard() == "WATCHDOG=1")
            service.stopping(status: "3 trials to finish")
            precondition(manager.heard() == "STOPPING=1\nSTATUS=3 trials to finish")
            service.reloading()
            precondition(manager.heard().contains(/^RELOADING=1\nMONOTONIC_USEC=[1-9][0-9]+$/))
        }
    }

    @Test func `a status cannot claim more than a status`() async {
        await #expect(processExitsWith: .success) {
            let manager = try FakeManager()
            ServiceManager().status("worker\nREADY=1")
            precondition(manager.heard() == "STATUS=worker\\u{a}READY=1")
        }
    }

    @Test func `without a service manager nothing is told and nothing waits`() async {
        await #expect(processExitsWith: .success) {
            unsetenv("NOTIFY_SOCKET")
            ServiceManager().ready(status: "up")
            precondition(ServiceManager().watchdogTimeout == nil)
            let listeners = try InheritedListener.takeAll()
            precondition(listeners.isEmpty)
        }
    }

    @Test func `the watchdog's patience is told to the process that it watches`() async {
        await #expect(processExitsWith: .success) {
            setenv("WATCHDOG_USEC", "30000000", 1)
            setenv("WATCHDOG_PID", "\(getpid())", 1)
            precondition(ServiceManager().watchdogTimeout == .seconds(30))
            setenv("WATCHDOG_PID", "1", 1)
            precondition(ServiceManager().watchdogTimeout == nil)
        }
    }
}

/// The service manager passes its sockets from number 3 up.
@Suite struct InheritedListenerTests {
    /// Makes number 3 ours. Threads of the runtime read a file under /sys while they start, to
    /// count the processors: a socket put in the place of that file is closed under us.
    private static func claimFirstNumber() {
        while true {
            let number = open("/dev/null", O_RDONLY)
            precondition(number >= 0)
            if number == 3 { return }
            if number < 3 { continue }  // A standard stream that was closed; it may stay open.
            close(number)
            // What the test harness gave us is a pipe, and stays.
            var status = stat()
            if fstat(3, &status) == 0, status.st_mode & S_IFMT == S_IFIFO { return }
            sched_yield()
        }
    }

    /// Makes descriptor 3 a socket that listens, or only could.
    private static func pass(listening: Bool) {
        Self.claimFirstNumber()
        let number = socket(AF_UNIX, CInt(SOCK_STREAM.rawValue), 0)
        // Listening without a name binds to one that the kernel picks.
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(number, $0, socklen_t(MemoryLayout<sa_family_t>.size))
            }
        }
        if listening { precondition(listen(number, 1) == 0) }
        precondition(dup2(number, 3) == 3)
        setenv("LISTEN_FDS", "1", 1)
        setenv("LISTEN_PID", "\(getpid())", 1)
        setenv("LISTEN_FDNAMES", "assay", 1)
    }

    @Test func `a listening socket is taken over once, with its name`() async {
        await #expect(processExitsWith: .success) {
            Self.pass(listening: true)
            let listeners = try InheritedListener.takeAll()
            precondition(listeners.map(\.name) == ["assay"])
            precondition(listeners.map(\.descriptor.number) == [3])
            precondition(fcntl(3, F_GETFD) & FD_CLOEXEC != 0)
            precondition(getenv("LISTEN_FDS") == nil)
        }
    }

    @Test func `a socket that does not listen is refused and names the unit's mistake`() async {
        await #expect(processExitsWith: .success) {
            Self.pass(listening: false)
            do throws(HostError) {
                _ = try InheritedListener.takeAll()
                preconditionFailure("it was taken")
            } catch {
                precondition(error.reason.contains("ListenStream="))
            }
        }
    }

    @Test func `sockets meant for another process are not taken`() async {
        await #expect(processExitsWith: .success) {
            Self.pass(listening: true)
            setenv("LISTEN_PID", "1", 1)
            let listeners = try InheritedListener.takeAll()
            precondition(listeners.isEmpty)
        }
    }
}
