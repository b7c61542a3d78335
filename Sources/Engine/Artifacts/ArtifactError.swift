/// Why stored bytes are no artifact of ours.
///
/// Two errors are equal when their codes are: tests compare kinds, people read the sentence.
package struct ArtifactError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        /// The text is no JSON, or more of it than we take.
        case badJSON
        /// A member is missing or of another kind.
        case badMember
        case badTensorFile
        case unsupportedVersion
        /// The bytes are not those that the manifest speaks of.
        case digestMismatch
        /// Each part can be read; together they make no model.
        case inconsistent
    }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ sentence: String) {
        self.code = code
        self.description = sentence
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}
