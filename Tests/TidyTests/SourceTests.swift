import Foundation
import Testing

/// Rules about the source itself, checked as tests so that they never need a reviewer.
@Suite struct SourceTests {
    static let shipped = ["Sources", "certs-tools"]
    static let all = ["Sources", "certs-tools", "Tests"]

    /// Where a loose task or thread is born on purpose, and why.
    static let mayStartTasks: [String: String] = [:]

    @Test func `lines, files and functions stay short enough to read`() throws {
        for file in try SourceTree.here.swiftFiles(in: Self.all) {
            #expect(file.lines.count <= 401, "\(file) has more than 400 lines: split it by idea")
            for (index, line) in file.lines.enumerated() where line.count > 100 {
                Issue.record("\(file):\(index + 1) has \(line.count) columns; 100 are the most")
            }
            for function in Self.functions(of: file) where function.lines > 70 {
                Issue.record(
                    "\(file):\(function.line): \(function.lines) lines; 70 are the most")
            }
        }
    }

    @Test func `nothing is forced, loose or left to do in shipped code`() throws {
        for file in try SourceTree.here.swiftFiles(in: Self.shipped) {
            for index in file.lines.indices {
                let code = file.code(index)
                let place = "\(file):\(index + 1)"
                #expect(!code.contains("try!"), "\(place): a failure of input is no bug of ours")
                // `group.addTask {` is structured; a bare `Task {` is not.
                let loose = code.contains(/(^|[^A-Za-z])Task(\.detached)? ?[{(]/)
                #expect(
                    !loose || Self.mayStartTasks[file.path] != nil,
                    "\(place): tasks are born in run() and end with it")
                #expect(!code.contains("Thread.sleep"), "\(place): wait on an event")
                for word in ["TODO", "FIXME", "XXX"] where file.lines[index].contains(word) {
                    Issue.record("\(place): \(word) names no owner; do it or write it down")
                }
            }
        }
    }

    @Test func `what the compiler cannot check has its reason on the line above`() throws {
        let marks = ["@unchecked Sendable", "nonisolated(unsafe)", "assumeIsolated"]
        for file in try SourceTree.here.swiftFiles(in: Self.shipped) {
            for index in file.lines.indices where index > 0 {
                guard marks.contains(where: file.code(index).contains) else { continue }
                let above = file.lines[index - 1].trimmingCharacters(in: .whitespaces)
                #expect(above.hasPrefix("//"), "\(file):\(index + 1): say why this is sound")
            }
        }
    }

    @Test func `the tree names no machine and no control characters`() throws {
        // Spelt in pieces, or this file would be its own first finding.
        let banned = ["/wor" + "k/", "/opt" + "/swift", "pythonhos" + "ted", "file:/" + "//home"]
        let tree = SourceTree.here
        var paths = try ["docs", "deploy", "dev", "examples", "Benchmarks", ".ci"]
            .flatMap(tree.paths)
        paths += ["README.md", "Makefile", "Package.swift", "CONTRIBUTING.md", "SECURITY.md"]
        paths += try tree.swiftFiles(in: Self.all).map(\.path)
        for path in paths {
            let bytes = try Data(contentsOf: tree.root.appending(path: path))
            guard bytes.count < 1 << 20, let text = String(data: bytes, encoding: .utf8) else {
                continue
            }
            for word in banned where text.contains(word) {
                Issue.record("\(path) names a place of one machine")
            }
            #expect(
                !text.unicodeScalars.contains { $0.value < 32 && $0 != "\n" && $0 != "\t" },
                "\(path) holds a control character")
        }
    }

    /// Where each function or initialiser with a body begins, and how many lines it has.
    private static func functions(of file: SourceTree.File) -> [(line: Int, lines: Int)] {
        var found: [(line: Int, lines: Int)] = []
        for index in file.lines.indices {
            let code = file.code(index)
            let trimmed = code.drop { $0 == " " }
            let words = trimmed.split { $0 == " " || $0 == "(" || $0 == "<" }
            guard words.prefix(6).contains(where: { $0 == "func" || $0 == "init" }) else {
                continue
            }
            // A body ends at the first line that closes a brace at the function's own indent.
            let closing = String(repeating: " ", count: code.count - trimmed.count) + "}"
            guard let end = file.lines[index...].firstIndex(where: { $0 == closing }) else {
                continue
            }
            let header = file.lines[index...end].firstIndex { $0.hasSuffix("{") }
            if header != nil { found.append((index + 1, end - index + 1)) }
        }
        return found
    }
}
