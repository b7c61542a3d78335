import Foundation

/// The files of this repository, as the tidy tests read them.
struct SourceTree {
    let root: URL

    static let here = SourceTree(
        root: URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent())

    struct File: CustomStringConvertible {
        let path: String
        let lines: [Substring]

        var description: String { self.path }

        /// The line without its comment and without what its string literals say.
        ///
        /// Good enough for rules about words: a `//` inside a literal ends the line early, which
        /// can hide a violation but never invents one.
        func code(_ index: Int) -> String {
            var code = ""
            var insideLiteral = false
            for character in self.lines[index] {
                if character == "\"" { insideLiteral.toggle() }
                if !insideLiteral { code.append(character) }
                if code.hasSuffix("//") { return String(code.dropLast(2)) }
            }
            return code
        }
    }

    /// Written Swift files below the folders; generated ones are their generator's business.
    func swiftFiles(in folders: [String]) throws -> [File] {
        try folders.flatMap { folder in
            try self.paths(below: folder)
                .filter { $0.hasSuffix(".swift") && !$0.contains("/Generated/") }
                .map(self.file)
        }
    }

    func file(_ path: String) throws -> File {
        let text = try String(contentsOf: self.root.appending(path: path), encoding: .utf8)
        return File(
            path: path, lines: text.split(separator: "\n", omittingEmptySubsequences: false))
    }

    /// Paths of regular files relative to the root, sorted.
    func paths(below folder: String) throws -> [String] {
        let start = self.root.appending(path: folder)
        let found = FileManager.default.enumerator(
            at: start, includingPropertiesForKeys: [.isRegularFileKey])
        var paths: [String] = []
        for case let url as URL in found ?? FileManager.DirectoryEnumerator() {
            guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else {
                continue
            }
            paths.append(String(url.path.dropFirst(self.root.path.count + 1)))
        }
        return paths.sorted()
    }
}
