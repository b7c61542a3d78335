import Testing
import Wire

/// Something of ours that reads bytes from elsewhere, as the fuzzer and the corpus see it.
///
/// Whatever the bytes are, it must read them or refuse them, in bounded time and memory, with a
/// sentence that can stand in a log. What is read must stay the same when it is written and read
/// again: what means two things to two readers is a hole.
struct Decoder: Sendable, CustomTestStringConvertible {
    let name: String
    /// Words that the fuzzer may put in, in a file of the folder `Dictionaries`.
    let dictionary: String?
    /// What it must accept: a message of each kind, small.
    let seeds: @Sendable () throws -> [[UInt8]]
    private let body: @Sendable ([UInt8]) throws -> Void

    /// - Parameter body: reads the bytes; throws what it refuses them with, or `Broken`.
    init(
        _ name: String, dictionary: String? = nil,
        seeds: @escaping @Sendable () throws -> [[UInt8]],
        _ body: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        self.name = name
        self.dictionary = dictionary
        self.seeds = seeds
        self.body = body
    }

    var testDescription: String { self.name }

    enum Reading: Equatable {
        case accepted
        case refused(String)
    }

    /// - Throws: `Broken`.
    func read(_ bytes: [UInt8]) throws(Broken) -> Reading {
        do {
            try self.body(bytes)
            return .accepted
        } catch let broken as Broken {
            throw broken
        } catch {
            let sentence = "\(error)"
            try Self.demand(sentence.utf8.count <= 4096, "an error is longer than a paragraph")
            try Self.demand(
                !sentence.unicodeScalars.contains(where: \.misleadsTerminals),
                "an error repeats what does something to a terminal")
            return .refused(sentence)
        }
    }

    /// Something that must hold for all bytes, and does not.
    struct Broken: Error, CustomStringConvertible {
        let description: String

        init(_ claim: String) { self.description = claim }
    }

    static func demand(_ holds: Bool, _ claim: @autoclosure () -> String) throws(Broken) {
        if !holds { throw Broken(claim()) }
    }

    /// Bytes that are no case of their decoder, such as half of a pair.
    struct NoCase: Error {}

    /// Both sides of the first NUL, for decoders that read two things.
    static func pair(_ bytes: [UInt8]) throws(NoCase) -> ([UInt8], [UInt8]) {
        guard let middle = bytes.firstIndex(of: 0) else { throw NoCase() }
        return (Array(bytes[..<middle]), Array(bytes[(middle + 1)...]))
    }

    static func text(_ bytes: [UInt8]) throws(NoCase) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw NoCase() }
        return text
    }

    static let all: [Decoder] =
        Self.links + Self.tables + Self.arrowTables + Self.pictures + Self.models
        + Self.explanations + Self.foreign
        + Self.certificates + Self.records + Self.texts
}
