import Foundation
import Glibc
import Host
import Testing

/// An owner dies when its last descriptor closes: here, when the object goes without `end()`.
@Suite struct OrphanTests {
    let scratch: Scratch

    init() throws { self.scratch = try Scratch() }

    private func abandon(_ kind: SessionDirectory.Kind) throws -> String {
        let session = try SessionDirectory.make(kind, under: self.scratch.path)
        try session.write(Array("canary".utf8), to: "record")
        return session.path
    }

    private func reap() throws -> SessionDirectory.Reaping {
        try SessionDirectory.reapOrphans(under: self.scratch.path)
    }

    @Test func `the next start removes what a killed owner left`() throws {
        let paths = try SessionDirectory.Kind.allCases.map(self.abandon).sorted()
        #expect(try self.scratch.names.count == 3)
        let reaping = try self.reap()
        #expect(reaping.removed.sorted() == paths)
        #expect(reaping.failures.isEmpty)
        #expect(try self.scratch.names == [])
    }

    @Test func `a census tells the living, the dead and the kept, and touches none`() throws {
        let living = try SessionDirectory.make(.worker, under: self.scratch.path)
        let orphan = try self.abandon(.run)
        let kept = try SessionDirectory.make(.head, under: self.scratch.path, ending: .retained)
            .path
        try self.scratch.directory("assay-head-0123456789abcdef")
        try self.scratch.file("assay-head-0123456789abcdef/somebody's")
        let before = try self.scratch.names

        let census = try SessionDirectory.census(under: self.scratch.path)
        #expect(census.alive == [living.path])
        #expect(census.orphans == [orphan])
        #expect(census.retained == [kept])
        #expect(try self.scratch.names == before)
        // The lock that it took to look is gone.
        #expect(try self.reap().removed == [orphan])
        try living.end()
    }

    @Test func `the living are left alone`() throws {
        let living = try SessionDirectory.make(.worker, under: self.scratch.path)
        _ = try self.abandon(.worker)
        #expect(try self.reap().removed.count == 1)
        #expect(exists(living.path))
        try living.end()
    }

    @Test func `what does not carry our mark is left alone`() throws {
        let name = "assay-head-0123456789abcdef"
        try self.scratch.directory(name)
        try self.scratch.file("\(name)/somebody's")
        try self.scratch.directory("assay-head-notours")
        try self.scratch.directory("other")
        try self.scratch.directory("assay-run-0123456789abcdef")
        try self.scratch.file("assay-run-0123456789abcdef/.assay-session", "something else")
        let before = try self.scratch.names
        #expect(try self.reap().removed == [])
        #expect(try self.scratch.names == before)
    }

    @Test func `a link to a directory of ours is not followed`() throws {
        let elsewhere = try Scratch()
        let orphan = try SessionDirectory.make(.head, under: elsewhere.path).path
        symlink(orphan, self.scratch["assay-head-0123456789abcdef"])
        #expect(try self.reap().removed == [])
        #expect(exists(orphan))
    }

    @Test(arguments: ["", "assay ses"]) func `an owner that died while marking is an orphan too`(
        mark: String
    ) throws {
        try self.scratch.directory("assay-head-00000000000000aa")
        try self.scratch.directory("assay-head-00000000000000bb")
        try self.scratch.file("assay-head-00000000000000bb/.assay-session", mark)
        #expect(try self.reap().removed.count == 2)
        #expect(try self.scratch.names == [])
    }

    @Test func `starts that make and reap at once never rob each other`() async throws {
        let path = self.scratch.path
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<40 {
                        let session = try SessionDirectory.make(.worker, under: path)
                        _ = try SessionDirectory.reapOrphans(under: path)
                        try session.write([1], to: "record")
                        #expect(exists(session.path + "/record"))
                        try session.end()
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(try self.scratch.names == [])
    }
}
