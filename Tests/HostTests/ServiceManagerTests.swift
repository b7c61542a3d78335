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
