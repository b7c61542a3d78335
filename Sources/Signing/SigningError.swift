/// Why a model was not signed, or why its signature proves nothing.
///
/// Two errors are equal when their codes are: tests compare kinds, people read the sentence. No
/// sentence repeats a text of the signature before the signature was found to be a head's.
package struct SigningError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// These credentials may not or cannot sign models.
        case unsuitable
        /// What should be a signature, a statement or an authority's certificate is none.
        case malformed
        /// The signature is not that of a head of a cluster that is trusted.
        case untrusted
        /// The signature is a head's, and the files are not those that it was made for.
        case altered
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ sentence: String) {
        self.code = code
        self.description = sentence
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
