import Foundation
import Testing

/// The documents that a reader is sent to are there, and every link between them leads somewhere.
@Suite struct DocumentTests {
    static let documents = [
        "README.md", "CONTRIBUTING.md", "SECURITY.md", "LICENSE", "docs/ARCHITECTURE.md",
        "docs/ATTACKS.md", "docs/DATA.md", "docs/HANDBOOK.md", "docs/JSON.md", "docs/MODELS.md",
        "docs/ONNX.md", "docs/OPERATING.md", "docs/SECURITY.md", "docs/TESTING.md",
        "docs/decisions/README.md",
    ]

    @Test(arguments: documents) func `the document is there`(path: String) throws {
        #expect(try SourceTree.here.file(path).lines.count > 5, "\(path) says nothing")
    }

    @Test func `relative links lead to files`() throws {
        let tree = SourceTree.here
        let markdown =
            try ["README.md", "CONTRIBUTING.md", "SECURITY.md"]
            + tree.paths(below: "docs").filter { $0.hasSuffix(".md") }
        for path in markdown {
            let text = try String(contentsOf: tree.root.appending(path: path), encoding: .utf8)
            for match in text.matches(of: /\]\(([^)#\s]+)(#[^)]*)?\)/) {
                let link = String(match.output.1)
                guard !link.contains("://"), !link.hasPrefix("mailto:") else { continue }
                let target = tree.root.appending(path: path).deletingLastPathComponent()
                    .appending(path: link)
                #expect(
                    FileManager.default.fileExists(atPath: target.path),
                    "\(path): \(link) leads nowhere")
            }
        }
    }

    @Test func `every decision is in the list of decisions`() throws {
        let tree = SourceTree.here
        let list = try String(
            contentsOf: tree.root.appending(path: "docs/decisions/README.md"), encoding: .utf8)
        for path in try tree.paths(below: "docs/decisions") where !path.hasSuffix("README.md") {
            let name = URL(filePath: path).lastPathComponent
            #expect(list.contains(name), "\(name) is not listed")
        }
    }
}
