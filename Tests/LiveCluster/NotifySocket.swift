import Foundation
import Glibc

/// What systemd hears from a daemon: a datagram socket that collects its notifications.
package final class NotifySocket: Sendable {
    package let path: String
    private let descriptor: Int32

    package init(path: String) throws {
        self.path = path
        self.descriptor = socket(
            AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < 107 else { throw EndToEndError("\(path) is too long a name") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(self.descriptor, $0, size)
            }
        }
        guard bound == 0 else { throw EndToEndError("cannot bind \(path)") }
    }

    deinit { close(self.descriptor) }

    /// Waits until a notification holds the line; answers all lines until then.
    ///
    /// - Throws: when `seconds` pass without it: the bound of a hanging test, not its measure.
    @discardableResult
    package func wait(for line: String, seconds: Int = 60) async throws -> [String] {
        let descriptor = self.descriptor
        let heard: [String]? = await OwnThread.run {
            var heard: [String] = []
            var wait = timeval(tv_sec: seconds, tv_usec: 0)
            setsockopt(
                descriptor, SOL_SOCKET, SO_RCVTIMEO, &wait, socklen_t(MemoryLayout<timeval>.size))
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(descriptor, &buffer, buffer.count, 0)
                guard count > 0 else { return nil }
                let text = String(decoding: buffer.prefix(count), as: UTF8.self)
                heard += text.split(separator: "\n").map(String.init)
                if heard.contains(where: { $0.hasPrefix(line) }) { return heard }
            }
        }
        guard let heard else { throw EndToEndError("nobody said \(line) in \(seconds) s") }
        return heard
    }
}
