/// Why a blob was not stored or is not there; equality is by code.
package struct BlobError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case missing
        /// It is longer than a blob may be, or than there is room for.
        case tooLarge
        /// What arrived is not what was announced.
        case mismatch
        /// What lies there is not what was stored.
        case damaged
        /// There is no key by which what lies there was sealed.
        case noKey
        case failed
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ sentence: String) {
        self.code = code
        self.description = sentence
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
