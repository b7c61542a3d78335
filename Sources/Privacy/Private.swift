/// A value that must not be written: a cell of a table, a key, an invitation.
///
/// It travels, is compared and sorted like the value that it holds, and has no text of its own.
/// Writing it does not compile (`ClosedDoors.swift` says why, in the compiler's own words); what is
/// written of a larger value that holds one, or by a function that takes anything, says `<private>`
/// and nothing else. It is not `Codable`.
///
/// There is one way to the value, ``revealed``, so that whoever reviews asks for that word. The
/// files that may say it are listed with their reasons in `Tests/TidyTests/PrivacyTests.swift`.
///
/// ```swift
/// let key = Private(try file.read())
/// log.info("a key was read", metadata: ["key": "\(key)"])   // error: a private value …
/// log.info("a key was read", metadata: ["bytes": "\(key.revealed.count)"])
/// ```
///
/// It costs nothing: in memory it is the value. It does not wipe the value, which Swift may have
/// copied; what is in memory is kept from others by the process (`ProcessHardening`).
@frozen package struct Private<Value> {
    @usableFromInline let value: Value

    @inlinable package init(_ value: Value) { self.value = value }

    /// The value itself, for whoever computes with it or writes it where it belongs.
    @inlinable package var revealed: Value { self.value }
}

extension Private: Sendable where Value: Sendable {}
extension Private: BitwiseCopyable where Value: BitwiseCopyable {}

extension Private: Equatable where Value: Equatable {
    @inlinable package static func == (left: Self, right: Self) -> Bool {
        left.value == right.value
    }
}

extension Private: Hashable where Value: Hashable {
    @inlinable package func hash(into hasher: inout Hasher) { self.value.hash(into: &hasher) }
}

extension Private: Comparable where Value: Comparable {
    @inlinable package static func < (left: Self, right: Self) -> Bool {
        left.value < right.value
    }
}

extension Private where Value == [UInt8] {
    /// The bytes as UTF-8 text.
    @inlinable package var text: Private<String> {
        Private<String>(String(decoding: self.value, as: UTF8.self))
    }
}

// What stands in the source is no secret: tests write tables down.

extension Private: ExpressibleByUnicodeScalarLiteral
where Value: ExpressibleByUnicodeScalarLiteral {
    @inlinable package init(unicodeScalarLiteral value: Value.UnicodeScalarLiteralType) {
        self.init(Value(unicodeScalarLiteral: value))
    }
}

extension Private: ExpressibleByExtendedGraphemeClusterLiteral
where Value: ExpressibleByExtendedGraphemeClusterLiteral {
    @inlinable package init(
        extendedGraphemeClusterLiteral value: Value.ExtendedGraphemeClusterLiteralType
    ) {
        self.init(Value(extendedGraphemeClusterLiteral: value))
    }
}

extension Private: ExpressibleByStringLiteral where Value: ExpressibleByStringLiteral {
    @inlinable package init(stringLiteral value: Value.StringLiteralType) {
        self.init(Value(stringLiteral: value))
    }
}
