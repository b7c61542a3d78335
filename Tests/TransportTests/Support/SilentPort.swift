import Glibc
import Host
import Testing
import Transport

/// A port of loopback that is taken and where nobody listens.
///
/// A connect is refused for as long as it lives, whatever ports other tests are given meanwhile.
struct SilentPort {
    let place: HostAndPort
    private let socket: Descriptor

    init() throws {
        let number = Glibc.socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        try #require(number >= 0)
        self.socket = Descriptor(adopting: number)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(number, $0, length) == 0 && getsockname(number, $0, &length) == 0
            }
        }
        try #require(isBound)
        self.place = HostAndPort(
            host: "127.0.0.1", port: Int(UInt16(bigEndian: address.sin_port)))
    }
}
