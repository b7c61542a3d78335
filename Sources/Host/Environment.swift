import Glibc

/// Variables of the environment, so that a test can have its own.
package struct Environment: Sendable {
    private let lookUp: @Sendable (String) -> String?

    package init(_ values: [String: String]) { self.lookUp = { values[$0] } }

    private init(lookUp: @escaping @Sendable (String) -> String?) { self.lookUp = lookUp }

    /// The variables of this process.
    package static let process = Environment(lookUp: { name in
        getenv(name).map { String(cString: $0) }
    })

    /// The variable's value; a variable set to nothing counts as not set.
    package subscript(name: String) -> String? {
        guard let value = self.lookUp(name), !value.isEmpty else { return nil }
        return value
    }
}
