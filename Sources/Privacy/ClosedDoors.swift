// Every way in which Swift makes text of a value, closed for private ones.
//
// While it compiles: an overload for `Private` beside each of the standard library's functions that
// take anything. Such an overload must win, being the nearer one, and must then be an error. One
// that is `unavailable` would lose to the general one, which is available; so it is `deprecated`,
// and all our targets treat warnings as errors. Conformances have no rival, so those are
// `unavailable`. `Codable` is not there at all, so that no type with a private member gets it for
// nothing.
//
// While it runs: a value that hides in another, or behind `Any` or a generic parameter, is written
// as `<private>`, by reflection too.

extension DefaultStringInterpolation {
    @available(
        *, deprecated,
        message: "a private value must not be written: write what is known of it, such as its line"
    )
    package mutating func appendInterpolation<Value>(_ value: Private<Value>) {
        self.appendLiteral(Private<Value>.text)
    }

    @available(
        *, deprecated,
        message: "a private value must not be written: write what is known of it, such as its line"
    )
    package mutating func appendInterpolation<Value>(_ value: Private<Value>?) {
        self.appendLiteral(Private<Value>.text)
    }

    @available(
        *, deprecated,
        message: "a private value must not be written: write what is known of it, such as its line"
    )
    package mutating func appendInterpolation<Value>(
        _ value: Private<Value>?, default: @autoclosure () -> some StringProtocol
    ) {
        self.appendLiteral(Private<Value>.text)
    }
}

extension String {
    @available(*, deprecated, message: "a private value has no description")
    package init<Value>(describing value: Private<Value>) { self = Private<Value>.text }

    @available(*, deprecated, message: "a private value has no description")
    package init<Value>(reflecting value: Private<Value>) { self = Private<Value>.text }
}

@available(*, deprecated, message: "a private value must not be printed")
package func print<Value>(_ value: Private<Value>, terminator: String = "\n") {}

@available(*, deprecated, message: "a private value must not be printed")
package func debugPrint<Value>(_ value: Private<Value>, terminator: String = "\n") {}

@available(*, deprecated, message: "a private value must not be dumped")
package func dump<Value>(_ value: Private<Value>) {}

extension Mirror {
    @available(*, deprecated, message: "a private value has no reflection")
    package init<Value>(reflecting value: Private<Value>) { self = value.customMirror }
}

@available(*, unavailable, message: "a private value has no description")
extension Private: CustomStringConvertible {
    package var description: String { Self.text }
}

@available(*, unavailable, message: "a private value has no description")
extension Private: CustomDebugStringConvertible {
    package var debugDescription: String { Self.text }
}

extension Private: CustomReflectable {
    package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Private {
    fileprivate static var text: String { "<private>" }
}
