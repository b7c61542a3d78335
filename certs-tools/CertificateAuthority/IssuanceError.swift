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
        /// A place that was named is missing, closed to us or not safe to use.
        case unusable
        /// The host failed; the sentence is the host's.
        case host
    }

    package let code: Code
    package let reason: String

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }

    package init(_ error: HostError) {
        let code: Code =
            switch error.code {
            case .missing, .notPermitted, .unsafe: .unusable
            case .exists: .exists
            case .malformed: .malformed
            case .failed: .host
            }
        self.init(code, error.reason)
    }

    /// Whether somebody has to put right what he gave, a flag, a file or a clock, before it can
    /// succeed.
    package var isMistake: Bool {
        switch self.code {
        case .badRequest, .notValidNow, .malformed, .exists, .unusable: true
        case .host: false
        }
    }

    package var description: String { self.reason }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
