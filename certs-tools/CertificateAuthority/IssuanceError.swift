package import Host

/// Why a certificate was not made, loaded or read, in one sentence that says what would be right.
///
/// Two errors are equal when their codes are.
package struct IssuanceError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// What was asked for cannot be: a bad name, a missing address, a lifetime out of bounds.
        case badRequest
        /// The authority is past its end, or its beginning lies ahead of this host's clock.
        case notValidNow
        /// A file does not hold the certificate or key that it should.
        case malformed
        /// A file is there that would be overwritten.
        case exists
        /// The host refused; the sentence is the host's.
        case host
    }

    package let code: Code
    package let reason: String

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    package init(_ error: HostError) {
        self.init(error.code == .exists ? .exists : .host, error.reason)
    }

    package var description: String { self.reason }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
