import Foundation
import Glibc
import Host
import Testing

@Suite struct SessionDirectoryTests {
    let scratch: Scratch

    init() throws { self.scratch = try Scratch() }

    @Test func `a session directory is its owner's alone and gone at the end`() throws {
        let session = try SessionDirectory.make(.worker, under: self.scratch.path)
        let name = try #require(self.scratch.names.first)
        #expect(name.hasPrefix("assay-worker-"))
        #expect(session.path == self.scratch[name])
        #expect(mode(of: session.path) == 0o700)

        try session.write([1, 2, 3], to: "record")
        #expect(mode(of: session.path + "/record") == 0o600)

        try session.end()
        #expect(try self.scratch.names == [])
        try session.end()
    }

    @Test func `whatever lies in a session directory goes with it, and nothing else`() throws {
        let session = try SessionDirectory.make(.run, under: self.scratch.path)
        let outside = try self.scratch.directory("outside")
        try self.scratch.file("outside/kept")
        let inside = session.path.split(separator: "/").last.map(String.init) ?? ""
        try self.scratch.directory("\(inside)/a/b/c")
        try self.scratch.file("\(inside)/a/b/c/deep")
        symlink(outside, session.path + "/a/link")
        symlink(outside, session.path + "/top-link")
        mkfifo(session.path + "/a/pipe", 0o600)
        try self.scratch.directory("\(inside)/a/b/locked", mode: 0o000)
        chmod(session.path + "/a/b", 0o500)

        try session.end()
        #expect(try self.scratch.names == ["outside"])
        #expect(exists(outside + "/kept"))
    }

    @Test func `a tree as deep as a hostile program digs is removed all the same`() throws {
        let session = try SessionDirectory.make(.worker, under: self.scratch.path)
        var current = open(session.path, O_RDONLY | O_DIRECTORY)
        for _ in 0..<3000 {
            mkdirat(current, "d", 0o700)
            let next = openat(current, "d", O_RDONLY | O_DIRECTORY)
            close(current)
            current = next
        }
        close(current)
        try session.end()
        #expect(try self.scratch.names == [])
    }

    @Test func `a retained session stays, also at the next start`() throws {
        do {
            let session = try SessionDirectory.make(
                .head, under: self.scratch.path, ending: .retained)
            try session.write([1], to: "record")
            try session.end()
        }
        let reaping = try SessionDirectory.reapOrphans(under: self.scratch.path)
        #expect(reaping.removed == [])
        #expect(try self.scratch.names.count == 1)
    }

    @Test func `the place is the first that is set and no other`() {
        let all = [
            "RUNTIME_DIRECTORY": "/run/assay-head:/run/other", "TMPDIR": "/a", "TEMP": "/b",
            "TMP": "/c",
        ]
        func place(_ given: String?, without names: [String]) -> String {
            let left = all.filter { !names.contains($0.key) }
            return SessionDirectory.place(given: given, environment: Environment(left))
        }
        #expect(place("/given", without: []) == "/given")
        #expect(place(nil, without: []) == "/run/assay-head")
        #expect(place(nil, without: ["RUNTIME_DIRECTORY"]) == "/a")
        #expect(place(nil, without: ["RUNTIME_DIRECTORY", "TMPDIR"]) == "/b")
        #expect(place(nil, without: ["RUNTIME_DIRECTORY", "TMPDIR", "TEMP"]) == "/c")
        #expect(place(nil, without: Array(all.keys)) == "/tmp")
    }

    @Test func `an unusable place is an error that names it`() throws {
        let missing = self.scratch["missing"]
        let file = try self.scratch.file("file")
        for place in [missing, file, "/proc"] {
            let error = #expect(throws: HostError.self) {
                try SessionDirectory.make(.head, under: place)
            }
            #expect(error?.reason.contains(place) == true, "\(error?.reason ?? "")")
        }
    }

    @Test func `a place where others may rename our directory is refused`() throws {
        let shared = try self.scratch.directory("shared", mode: 0o777)
        let error = #expect(throws: HostError.self) {
            try SessionDirectory.make(.head, under: shared)
        }
        #expect(error?.code == .unsafe)
        #expect(error?.reason.contains("0777") == true)

        chmod(shared, 0o1777)
        try SessionDirectory.make(.head, under: shared).end()
    }

    @Test func `a name that is taken costs one attempt`() throws {
        var first = Repeating(values: [7, 7, 8])
        let one = try SessionDirectory.make(.head, under: self.scratch.path, using: &first)
        let two = try SessionDirectory.make(.head, under: self.scratch.path, using: &first)
        #expect(one.path.hasSuffix("-0000000000000007"))
        #expect(two.path.hasSuffix("-0000000000000008"))
        try one.end()
        try two.end()
    }

    private struct Repeating: RandomNumberGenerator {
        var values: [UInt64]
        mutating func next() -> UInt64 { self.values.removeFirst() }
    }
}
