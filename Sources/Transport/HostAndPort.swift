import Glibc

/// Where a head is: `head.example:7443`, `10.0.0.5:7443` or `[2001:db8::5]:7443`.
package struct HostAndPort: Hashable, Sendable, CustomStringConvertible {
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        precondition((0...65535).contains(port), "\(port) is no port")
        self.host = host
        self.port = port
    }

    /// - Throws: `HostAndPortError` for anything else than a host, a colon and a port.
    package init(text: String) throws(HostAndPortError) {
        guard let colon = text.lastIndex(of: ":") else { throw HostAndPortError() }
        let digits = text[text.index(after: colon)...]
        guard digits.allSatisfy(\.isASCII), digits.allSatisfy(\.isNumber), let port = Int(digits),
            (0...65535).contains(port)
        else { throw HostAndPortError() }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            throw HostAndPortError()
        }
        let isPlain = host.utf8.allSatisfy { $0 > 32 && $0 < 127 && $0 != UInt8(ascii: "/") }
        guard !host.isEmpty, isPlain, host.utf8.count <= 253 else { throw HostAndPortError() }
        self.init(host: String(host), port: port)
    }

    package var description: String {
        self.host.contains(":") ? "[\(self.host)]:\(self.port)" : "\(self.host):\(self.port)"
    }

    /// The name to send and to check in TLS; nil for an address, which is checked as such.
    var serverName: String? { self.isAddress ? nil : self.host }

    private var isAddress: Bool {
        var room = in6_addr()
        return inet_pton(AF_INET, self.host, &room) == 1
            || inet_pton(AF_INET6, self.host, &room) == 1
    }
}

/// Why some text names no place.
package struct HostAndPortError: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String {
        "an address is HOST:PORT, as in 127.0.0.1:7443, [::1]:7443 or head.example:7443"
    }
}
