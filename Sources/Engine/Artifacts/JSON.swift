/// A JSON value (RFC 8259), with an object's members in order.
///
/// The engine's own, because Foundation is not for modules that only compute, and because a reader
/// of files from elsewhere wants bounds: on bytes, on depth, on doubled names.
package enum JSON: Equatable, Sendable {
    case null
    case bool(Bool)
    /// A number without fraction and exponent that fits.
    case integer(Int)
    /// Any other number; finite.
    case number(Double)
    case string(String)
    case array([JSON])
    case object([Member])

    package struct Member: Equatable, Sendable {
        package let name: String
        package let value: JSON

        package init(_ name: String, _ value: JSON) {
            self.name = name
            self.value = value
        }
    }

    package static func object(_ members: KeyValuePairs<String, JSON>) -> JSON {
        .object(members.map { Member($0.key, $0.value) })
    }

    /// The bounds of what the reader takes.
    package enum Limits {
        /// The longest text, in bytes: a manifest with all categories of a wide table.
        package static let bytesMax = 64 * 1024 * 1024
        /// Arrays and objects within each other; what we write is five deep.
        package static let depthMax = 32
        /// Values in all: the widest table's columns with a dozen each, and as many categories.
        /// Three bytes of text can be one, which takes dozens of memory.
        package static let valuesMax = 4 * 1024 * 1024
    }
}

extension JSON: ExpressibleByStringLiteral {
    package init(stringLiteral text: String) { self = .string(text) }
}

// MARK: Demands

/// Each of these throws `badMember`, naming the member as `what`.
extension JSON {
    package func member(_ name: String) throws(ArtifactError) -> JSON {
        guard let value = try self.optionalMember(name) else {
            throw ArtifactError(.badMember, "\(name) is missing")
        }
        return value
    }

    /// The member's value; nil if there is none or it is null.
    package func optionalMember(_ name: String) throws(ArtifactError) -> JSON? {
        let value = try self.members(name).first { $0.name == name }?.value
        return value == .null ? nil : value
    }

    package func members(_ what: String) throws(ArtifactError) -> [Member] {
        guard case .object(let members) = self else {
            throw ArtifactError(.badMember, "\(what) is not in an object")
        }
        return members
    }

    package func items(_ what: String) throws(ArtifactError) -> [JSON] {
        guard case .array(let items) = self else {
            throw ArtifactError(.badMember, "\(what) is no array")
        }
        return items
    }

    package func text(_ what: String) throws(ArtifactError) -> String {
        guard case .string(let text) = self else {
            throw ArtifactError(.badMember, "\(what) is no string")
        }
        return text
    }

    package func texts(_ what: String) throws(ArtifactError) -> [String] {
        var texts: [String] = []
        for item in try self.items(what) { texts.append(try item.text(what)) }
        return texts
    }

    package func numbers(_ what: String) throws(ArtifactError) -> [Double] {
        var numbers: [Double] = []
        for item in try self.items(what) { numbers.append(try item.number(what)) }
        return numbers
    }

    package func truth(_ what: String) throws(ArtifactError) -> Bool {
        guard case .bool(let truth) = self else {
            throw ArtifactError(.badMember, "\(what) is neither true nor false")
        }
        return truth
    }

    package func count(_ what: String) throws(ArtifactError) -> Int {
        guard case .integer(let count) = self, count >= 0 else {
            throw ArtifactError(.badMember, "\(what) is no whole number of 0 or more")
        }
        return count
    }

    package func number(_ what: String) throws(ArtifactError) -> Double {
        switch self {
        case .integer(let integer): return Double(integer)
        case .number(let number): return number
        default: throw ArtifactError(.badMember, "\(what) is no number")
        }
    }

    /// One of the words that `Choice` knows.
    package func choice<Choice: RawRepresentable>(
        _ what: String, of type: Choice.Type = Choice.self
    ) throws(ArtifactError) -> Choice where Choice.RawValue == String {
        guard let choice = Choice(rawValue: try self.text(what)) else {
            throw ArtifactError(.badMember, "\(what) is none of the known words")
        }
        return choice
    }
}
