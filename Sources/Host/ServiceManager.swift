import CSystemd
import Glibc

/// What we tell the service manager, and what it gives us.
///
/// Without a service manager (`$NOTIFY_SOCKET` unset) telling is a no-op, so callers need not ask.
package struct ServiceManager: Sendable {
    package init() {}

    /// The service is up: only now `systemctl start` returns and dependants start.
    package func ready(status: String) { self.notify("READY=1\n" + Self.line(status: status)) }

    /// One line for `systemctl status`.
    package func status(_ text: String) { self.notify(Self.line(status: text)) }

    /// A reload begins; say `ready` again when it has ended.
    package func reloading() {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let microseconds = now.tv_sec * 1_000_000 + now.tv_nsec / 1000
        self.notify("RELOADING=1\nMONOTONIC_USEC=\(microseconds)")
    }

    /// The shutdown begins; what it waits for may be told by `status`.
    package func stopping(status: String) {
        self.notify("STOPPING=1\n" + Self.line(status: status))
    }

    /// A sign of life. Send it from the loop whose life matters, not from a timer beside it.
    package func keepAlive() { self.notify("WATCHDOG=1") }

    /// How long the service manager waits for a sign of life before it kills us; nil when it does
    /// not wait. Send twice as often.
    package var watchdogTimeout: Duration? {
        var microseconds: UInt64 = 0
        guard sd_watchdog_enabled(0, &microseconds) > 0 else { return nil }
        return .microseconds(Int64(clamping: microseconds))
    }

    /// Whether this machine runs systemd.
    package static var isSystemdHost: Bool { sd_booted() > 0 }

    private func notify(_ state: String) { _ = sd_notify(0, state) }

    /// A line break would begin another assignment, so that a status could claim READY=1.
    static func line(status: String) -> String { "STATUS=" + LogText.escaped(status) }
}

/// A listening socket that the service manager opened for us.
package struct InheritedListener: Sendable {
    /// `FileDescriptorName=` of the socket unit.
    package let name: String
    package let descriptor: Descriptor

    /// Takes over the sockets that were passed to this process, none if there are none.
    ///
    /// Call it once, early: it removes the variables that announce them, so that no child believes
    /// that they are meant for it.
    ///
    /// - Throws: `HostError` when one is not a listening stream socket: a wrong socket unit.
    package static func takeAll() throws(HostError) -> [InheritedListener] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(1, &names)
        guard count >= 0 else {
            throw HostError(failedTo: "take over the sockets of the service manager", -count)
        }
        defer { Self.release(names) }

        // All of them are ours to close, also when one is wrong.
        let listeners = (0..<Int(count)).map { index in
            InheritedListener(
                name: names?[index].map { String(cString: $0) } ?? "unknown",
                descriptor: Descriptor(adopting: SD_LISTEN_FDS_START + CInt(index)))
        }
        for listener in listeners {
            // libsystemd has set close-on-exec; what it cannot know is what we expect.
            let fits = sd_is_socket(
                listener.descriptor.number, AF_UNSPEC, CInt(SOCK_STREAM.rawValue), 1)
            guard fits > 0 else {
                throw HostError(
                    .malformed,
                    """
                    the inherited socket \(LogText.escaped(listener.name)) does not listen for \
                    streams; the socket unit needs ListenStream= and Accept=no
                    """)
            }
        }
        return listeners
    }

    private static func release(_ names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?) {
        guard let names else { return }
        var index = 0
        while let name = names[index] {
            free(name)
            index += 1
        }
        free(names)
    }
}
