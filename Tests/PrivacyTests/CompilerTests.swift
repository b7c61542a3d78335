import Foundation
import Testing

/// What the compiler says to code that would write a private value: the promise is about code that
/// does not exist, so the compiler itself is asked.
@Suite(.enabled(if: Compiler.here != nil, "no swiftc in PATH: THE PROMISE IS NOT CHECKED HERE"))
struct CompilerTests {
    private static let noText = "a private value must not be written"
    private static let noDescription = "a private value has no description"

    /// Code with a private `key`, and the words with which it is refused.
    static let refused: [(code: String, words: String)] = [
        (#"_ = "\(key)""#, Self.noText),
        (#"_ = "\(Optional(key))""#, Self.noText),
        (#"_ = "\(Optional(key), default: "none")""#, Self.noText),
        (#"say("read \(key)")"#, Self.noText),
        (#"say(["key": "\(key)"])"#, Self.noText),
        ("print(key)", "a private value must not be printed"),
        ("debugPrint(key)", "a private value must not be printed"),
        ("dump(key)", "a private value must not be dumped"),
        ("_ = String(describing: key)", Self.noDescription),
        ("_ = String(reflecting: key)", Self.noDescription),
        ("_ = Mirror(reflecting: key)", "a private value has no reflection"),
        ("_ = key.description", Self.noDescription),
        ("_ = key.debugDescription", Self.noDescription),
        ("let text: any CustomStringConvertible = key; _ = text", Self.noDescription),
        ("let text: String = key; _ = text", "cannot convert"),
        (#"_ = "key " + key"#, "cannot be applied"),
        ("_ = [key].joined()", "no exact matches"),
        ("encode(key)", "Encodable"),
        ("struct Report: Encodable { let key: Private<String> }", "does not conform to protocol"),
        ("struct Report: Decodable { let key: Private<String> }", "does not conform to protocol"),
    ]

    /// What computing with one looks like.
    static let allowed = [
        "_ = key == \"other\"", "_ = [key].sorted()", "_ = Set([key]).count",
        "_ = key.revealed.count", "let known: Private<String> = \"written down\"; _ = known",
        #"print("bytes: \(key.revealed.utf8.count)")"#,
    ]

    private static let frame = """
        func say(_ text: String) {}
        func say(_ texts: [String: String]) {}
        func encode<Value: Encodable>(_ value: Value) {}

        """

    @Test func `code that would write a private value does not compile`() throws {
        let compiler = try #require(Compiler.here)
        let complaints = try compiler.complaints(
            about: Self.refused.map(\.code), after: Self.frame)
        for (index, entry) in Self.refused.enumerated() {
            let found = complaints[index] ?? []
            #expect(
                found.contains { $0.contains(entry.words) },
                "'\(entry.code)' should be refused with '\(entry.words)', not \(found)")
        }
    }

    @Test func `code that computes with a private value compiles`() throws {
        let compiler = try #require(Compiler.here)
        #expect(try compiler.complaints(about: Self.allowed, after: Self.frame) == [:])
    }
}

/// `swiftc`, as this package calls it.
struct Compiler {
    let path: String

    static let here: Compiler? = (ProcessInfo.processInfo.environment["PATH"] ?? "")
        .split(separator: ":").map { "\($0)/swiftc" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }.map(Compiler.init)

    /// The errors about each piece of code, by its index; a piece is one line.
    func complaints(about pieces: [String], after frame: String) throws -> [Int: [String]] {
        let scratch = FileManager.default.temporaryDirectory
            .appending(path: "assay-privacy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: scratch) }
        let code = scratch.appending(path: "Code.swift")
        let functions = pieces.enumerated().map { index, piece in
            "func piece\(index)(_ key: Private<String>) { \(piece) }"
        }
        try (frame + functions.joined(separator: "\n") + "\n")
            .write(to: code, atomically: true, encoding: .utf8)

        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        let sources = try FileManager.default.contentsOfDirectory(
            at: root.appending(path: "Sources/Privacy"), includingPropertiesForKeys: nil)
        let process = Process()
        process.executableURL = URL(filePath: self.path)
        process.arguments =
            [
                "-typecheck", "-swift-version", "6", "-warnings-as-errors", "-package-name",
                "assay",
                "-module-cache-path", scratch.appending(path: "modules").path,
            ] + sources.map(\.path).sorted() + [code.path]
        let pipe = Pipe()
        process.standardError = pipe
        process.standardOutput = pipe
        try process.run()
        let said = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()

        let first = frame.count { $0 == "\n" } + 1
        var complaints: [Int: [String]] = [:]
        for line in said.split(separator: "\n") where line.contains(": error: ") {
            let parts = line.split(separator: ":", maxSplits: 3)
            guard parts.count == 4, parts[0].hasSuffix("Code.swift"), let number = Int(parts[1])
            else { throw CompilerError(description: String(line)) }
            complaints[number - first, default: []].append(String(parts[3]))
        }
        guard process.terminationStatus == 0 || !complaints.isEmpty else {
            throw CompilerError(description: said)
        }
        return complaints
    }
}

struct CompilerError: Error, CustomStringConvertible {
    let description: String
}
