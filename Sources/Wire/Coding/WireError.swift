/// A message that breaks the rules of the wire: which field, and what it should have held.
///
/// It never repeats the value that was sent.
package struct WireError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The field as the `.proto` file names it, such as `lesson.folds`.
    package let field: String
    package let problem: String

    package init(_ field: String, _ problem: String) {
        self.field = field
        self.problem = problem
    }

    package var description: String { "\(self.field) \(self.problem)" }
}

/// Checks that every decoder uses.
enum Checked {
    static func text(
        _ text: String, _ field: String, upTo bytesMax: Int = Limits.nameBytesMax
    ) throws(WireError) -> String {
        guard !text.isEmpty else { throw WireError(field, "is empty") }
        return try Self.optionalText(text, field, upTo: bytesMax)
    }

    static func optionalText(
        _ text: String, _ field: String, upTo bytesMax: Int = Limits.nameBytesMax
    ) throws(WireError) -> String {
        guard text.utf8.count <= bytesMax else {
            throw WireError(field, "is longer than \(bytesMax) bytes")
        }
        guard !text.unicodeScalars.contains(where: \.misleadsTerminals) else {
            throw WireError(field, "holds a control character")
        }
        return text
    }

    /// A reason is for people: what is too long is cut, what is no text is replaced.
    static func reason(_ text: String) -> String {
        Limits.reason(text) { $0.misleadsTerminals ? " " : $0 }
    }

    static func digest(_ text: String, _ field: String) throws(WireError) -> Digest {
        guard let digest = Digest(text: text) else {
            throw WireError(field, "is not sha256: and 64 lower-case hexadecimal digits")
        }
        return digest
    }

    static func count<Element>(
        _ items: [Element], _ field: String, upTo most: Int = Limits.messageItemsMax
    ) throws(WireError) -> [Element] {
        guard items.count <= most else { throw WireError(field, "holds more than \(most) items") }
        return items
    }

    static func present<Value>(_ value: Value?, _ field: String) throws(WireError) -> Value {
        guard let value else { throw WireError(field, "is missing") }
        return value
    }

    static func number<Source: BinaryInteger, Target: FixedWidthInteger>(
        _ value: Source, _ field: String, in range: ClosedRange<Target>
    ) throws(WireError) -> Target {
        guard let number = Target(exactly: value), range.contains(number) else {
            throw WireError(field, "is not in \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    static func choice<Choice: RawRepresentable & Sendable>(
        _ text: String, _ field: String
    ) throws(WireError) -> Choice where Choice.RawValue == String {
        guard let choice = Choice(rawValue: text) else {
            throw WireError(field, "is none of the known words")
        }
        return choice
    }

    /// Decodes each item; a plain `map` would lose the error's type.
    static func map<Source, Target>(
        _ items: [Source], _ decode: (Source) throws(WireError) -> Target
    ) throws(WireError) -> [Target] {
        var result: [Target] = []
        result.reserveCapacity(items.count)
        for item in items { result.append(try decode(item)) }
        return result
    }
}

extension Duration {
    /// Whole nanoseconds; what does not fit is the largest that does.
    package var nanoseconds: UInt64 {
        let (seconds, attoseconds) = self.components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let (product, overflow) = UInt64(seconds).multipliedReportingOverflow(by: 1_000_000_000)
        let (sum, carry) = product.addingReportingOverflow(UInt64(attoseconds / 1_000_000_000))
        return overflow || carry ? .max : sum
    }

    package init(nanoseconds: UInt64) {
        self.init(
            secondsComponent: Int64(nanoseconds / 1_000_000_000),
            attosecondsComponent: Int64(nanoseconds % 1_000_000_000) * 1_000_000_000)
    }
}
