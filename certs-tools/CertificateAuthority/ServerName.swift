import Glibc

/// A name or address under which a head is dialled, as its certificate states it.
package enum ServerName: Hashable, Sendable {
    case dns(String)
    /// 4 bytes, or 16 for version 6.
    case address([UInt8])

    /// The most names of one certificate. A head has a handful.
    package static let countMax = 32

    /// A host name in letters, digits, hyphens and dots; capital letters become small.
    package init(host text: String) throws(IssuanceError) {
        let host = text.lowercased()
        if (try? ServerName(address: host)) != nil {
            throw IssuanceError(.badRequest, "\"\(host)\" is an address; give it by --ip")
        }
        let labels = host.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard host.utf8.count <= 253, labels.allSatisfy(Self.isLabel) else {
            throw IssuanceError(
                .badRequest,
                """
                a DNS name is up to 253 of a-z, 0-9, '-' and '.', in parts of 1 to 63 that neither \
                begin nor end with '-'
                """)
        }
        self = .dns(host)
    }

    /// An address of IP version 4 or 6, in the usual writing.
    package init(address text: String) throws(IssuanceError) {
        for (family, count) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: count)
            if inet_pton(family, text, &bytes) == 1 {
                self = .address(bytes)
                return
            }
        }
        throw IssuanceError(
            .badRequest, "an --ip is an address such as 192.0.2.7 or 2001:db8::7")
    }

    package var text: String {
        switch self {
        case .dns(let host): return host
        case .address(let bytes):
            var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
            let family = bytes.count == 4 ? AF_INET : AF_INET6
            inet_ntop(family, bytes, &text, socklen_t(text.count))
            return String(
                decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
    }

    private static func isLabel(_ label: Substring.UTF8View.SubSequence) -> Bool {
        let hyphen = UInt8(ascii: "-")
        return (1...63).contains(label.count) && label.first != hyphen && label.last != hyphen
            && label.allSatisfy {
                (97...122).contains($0) || (48...57).contains($0) || $0 == hyphen
            }
    }
}
