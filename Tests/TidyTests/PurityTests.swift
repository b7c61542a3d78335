import Testing

/// Modules that decide or compute may import nothing that acts: purity is checked, not promised.
@Suite struct PurityTests {
    static let pure: [(folder: String, allowed: Set<String>)] = [
        ("Sources/Privacy", []),
        ("Sources/Wire", ["SwiftProtobuf"]),
        ("Sources/Search", ["Wire"]),
        (
            "Sources/Coordinator/Core",
            ["Search", "Wire", "DequeModule", "HeapModule", "OrderedCollections"]
        ),
        ("Sources/Worker/Core", ["Wire", "DequeModule", "HeapModule", "OrderedCollections"]),
        // A lock around what trials of one data set share is no act.
        ("Sources/Engine", ["COpenBLAS", "CPrefetch", "Glibc", "Privacy", "Synchronization"]),
        ("Sources/Inspection", ["Engine"]),
        ("Sources/Report", []),
    ]

    /// The engine takes the C library's mathematics, in one file that wraps it.
    static let glibcMayBeImportedIn = "Sources/Engine/Numerics/Functions.swift"

    @Test(arguments: pure.map(\.folder)) func `a pure module imports only values`(
        folder: String
    ) throws {
        let allowed = try #require(Self.pure.first { $0.folder == folder }).allowed
        for file in try SourceTree.here.swiftFiles(in: [folder]) {
            for index in file.lines.indices {
                let words = file.code(index).split(separator: " ")
                guard let keyword = words.firstIndex(of: "import"), keyword <= 2 else { continue }
                let module = String(words[words.count - 1])
                #expect(allowed.contains(module), "\(file):\(index + 1) may not import \(module)")
                if module == "Glibc" {
                    #expect(
                        file.path == Self.glibcMayBeImportedIn,
                        "\(file):\(index + 1): mathematics of the C library has one door")
                }
            }
        }
    }

    @Test func `a pure module has no clock, no dice and no output`() throws {
        let banned = [
            "ContinuousClock", "SuspendingClock", "Date()", ".random(", ".shuffled()",
            ".randomElement()", "SystemRandomNumberGenerator", "print(", "readLine(",
            "Task.sleep", "clock_gettime", "getenv", "fopen",
        ]
        for file in try SourceTree.here.swiftFiles(in: Self.pure.map(\.folder)) {
            for index in file.lines.indices {
                let code = file.code(index)
                for word in banned where code.contains(word) {
                    Issue.record("\(file):\(index + 1): \(word) acts; a pure module may not")
                }
            }
        }
    }
}
