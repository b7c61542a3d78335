import Foundation
import Glibc
import Host
import Testing
import Wire

@testable import WorkerShell

@Suite struct SpillTests {
    private let directory: String

    init() throws {
        var template = Array("/tmp/assay-spill-XXXXXX".utf8CString)
        self.directory = String(cString: try #require(mkdtemp(&template)))
    }

    private func memory(_ text: String, times: Int) throws -> SealedMemory {
        var draft = try SealedMemory.Draft(named: "test")
        try draft.append(Array(String(repeating: text, count: times).utf8))
        return try draft.sealed()
    }

    @Test(arguments: [0, 1, 5_000, 300_000])
    func `what was spilled comes back, and no file has a name`(times: Int) throws {
        defer { rmdir(self.directory) }
        let spill = try Spill(in: self.directory)
        let memory = try self.memory("canary", times: times)
        let spilled = try spill.write(memory.blob.digest, memory)
        #expect(try FileManager.default.contentsOfDirectory(atPath: self.directory) == [])
        let back = try spill.read(spilled)
        #expect(back.blob == memory.blob)
        // The descriptor is the only way to it; and what it leads to is sealed.
        let bytes = try Data(contentsOf: URL(filePath: "/proc/self/fd/\(spilled.file.number)"))
        #expect(bytes.range(of: Data("canary".utf8)) == nil)
        #expect(UInt64(bytes.count) == SealedChunks.bytes(of: memory.blob.size))
    }

    @Test func `one worker's spill opens for no other, and a changed one for nobody`() throws {
        defer { rmdir(self.directory) }
        let spill = try Spill(in: self.directory)
        let memory = try self.memory("canary", times: 20_000)
        let spilled = try spill.write(memory.blob.digest, memory)
        let other = try Spill(in: self.directory)
        #expect(throws: HostError(.malformed, "")) { try other.read(spilled) }
        #expect(pwrite(spilled.file.number, [1, 2, 3], 3, 70_000) == 3)
        #expect(throws: HostError(.malformed, "")) { try spill.read(spilled) }
    }

    @Test func `the same bytes are sealed differently each time`() throws {
        defer { rmdir(self.directory) }
        let spill = try Spill(in: self.directory)
        let memory = try self.memory("canary", times: 10)
        let files = try (0..<2).map { _ in
            let spilled = try spill.write(memory.blob.digest, memory)
            return try Data(contentsOf: URL(filePath: "/proc/self/fd/\(spilled.file.number)"))
        }
        #expect(files[0] != files[1])
    }

    @Test func `a place that is not there is an error that names it`() throws {
        let spill = try Spill(in: "\(self.directory)/nowhere")
        rmdir(self.directory)
        let memory = try self.memory("canary", times: 1)
        let error = #expect(throws: HostError.self) {
            try spill.write(memory.blob.digest, memory)
        }
        #expect(error?.reason.contains("nowhere") == true)
    }
}
