/// Why a model cannot be written in another format.
package struct ExportError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: Equatable, Sendable {
        /// The format has no words for what the model does.
        case unsupportedTask, unsupportedFamily, unsupportedColumn
        /// The file would be longer than readers take.
        case tooLarge
    }

    package let code: Code
    /// The member that cannot be written; nil where the fault lies in no single one.
    package let family: Family?
    package let description: String

    package init(_ code: Code, _ family: Family? = nil, _ sentence: String) {
        self.code = code
        self.family = family
        self.description = sentence
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.code == right.code && left.family == right.family
    }
}
