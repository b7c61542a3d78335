import Foundation
import Host
import Testing
import Transport
import Wire

@testable import CoordinatorShell

/// The audit log as a chain: whatever is done to it afterwards is found.
@Suite struct AuditTests {
    let scratch: ScratchDirectory
    let directory: AuditDirectory

    init() throws {
        self.scratch = try ScratchDirectory()
        self.directory = AuditDirectory(path: self.scratch.file("audit"))
    }

    private static func act(_ number: Int) -> Act {
        Act(
            by: nil, from: "192.0.2.7:\(number)", "cancelJob", "job/j\(number)",
            number % 3 == 0 ? .refused(reason: "a \"viewer\"\nmay not") : .allowed)
    }

    /// One life of a head that does so much.
    private func live(_ acts: Range<Int>, segmentBytesMax: Int = 1 << 20) async throws {
        let log = try AuditLog(
            self.directory, clock: HeadClock(), segmentBytesMax: segmentBytesMax)
        for number in acts { log.note(Self.act(number)) }
        log.finish()
        try await log.run()
    }

    private func lines(of segment: Int = 1) throws -> [Data] {
        Data(try self.directory.read(segment)).split(separator: UInt8(ascii: "\n"))
            .map { Data($0) }
    }

    private func write(_ lines: [Data], to segment: Int = 1) throws {
        let text = lines.reduce(into: Data()) { $0 += $1 + Data([UInt8(ascii: "\n")]) }
        try text.write(to: URL(filePath: self.directory.segmentPath(segment)))
    }

    private func broken() -> String? {
        do {
            _ = try AuditVerification(self.directory)
            return nil
        } catch {
            return "\(error)"
        }
    }

    @Test func `lines chain over lives and segments, and hold`() async throws {
        try await self.live(0..<20, segmentBytesMax: 1000)
        try await self.live(20..<30, segmentBytesMax: 1000)
        let segments = try self.directory.segments()
        #expect(segments.count > 5 && segments == Array(1...segments.count))
        let verification = try AuditVerification(self.directory)
        #expect(verification.first == 1 && verification.last == 30)
        #expect(verification.tornBytes == 0)
        let objects = try segments.flatMap { try self.lines(of: $0) }.map { AuditLine($0)?.object }
        #expect(objects == (0..<30).map { "job/j\($0)" })
        for name in segments.map(AuditDirectory.name) + ["tip"] {
            #expect(try self.scratch.mode(of: "audit/\(name)") == 0o600)
        }
        #expect(try self.scratch.mode(of: "audit") == 0o700)
    }

    @Test func `a line that is altered anywhere is found`() async throws {
        try await self.live(0..<6)
        let good = try self.lines()
        for line in good.indices {
            for place in stride(from: 0, to: good[line].count, by: 7) {
                var bad = good
                bad[line][bad[line].startIndex + place] ^= 1
                try self.write(bad)
                #expect(self.broken() != nil, "line \(line + 1), byte \(place)")
            }
        }
        try self.write(good)
        #expect(self.broken() == nil)
    }

    @Test func `lines that are removed, swapped, repeated or put in are found, and where`()
        async throws
    {
        try await self.live(0..<6)
        let good = try self.lines()
        for line in good.indices {
            var removed = good
            removed.remove(at: line)
            try self.write(removed)
            let why = try #require(self.broken(), "line \(line + 1) was removed")
            let isLast = line == good.count - 1
            #expect(why.contains(isLast ? "ends with sequence 5" : "line \(line + 1) of"))

            var repeated = good
            repeated.insert(good[line], at: line)
            try self.write(repeated)
            #expect(self.broken()?.contains("line \(line + 2) of 00000001.jsonl") == true)

            guard line > 0 else { continue }
            var swapped = good
            swapped.swapAt(line - 1, line)
            try self.write(swapped)
            #expect(self.broken()?.contains("line \(line) of") == true)

            // What is put in follows what is before it: then the next does not follow.
            let before = AuditTip(sequence: UInt64(line), of: good[line - 1])
            var forged = good
            forged.insert(
                Data(AuditLine(Self.act(99), at: HeadClock().now, after: before).bytes), at: line)
            try self.write(forged)
            #expect(self.broken()?.contains("line \(line + 2) of") == true)
        }
    }

    @Test func `a log that is cut at any byte is found`() async throws {
        try await self.live(0..<3)
        let whole = Data(try self.directory.read(1))
        for length in stride(from: 0, to: whole.count, by: 5) {
            try whole.prefix(length).write(to: URL(filePath: self.directory.segmentPath(1)))
            #expect(self.broken() != nil, "\(length) bytes")
            #expect(throws: HostError(.malformed, "")) {
                try AuditLog(self.directory, clock: HeadClock())
            }
        }
    }

    @Test func `a segment or the tip that is gone is found`() async throws {
        try await self.live(0..<20, segmentBytesMax: 1000)
        let last = try #require(try self.directory.segments().last)
        let tip = self.directory.tipPath
        for (path, why) in [
            (self.directory.segmentPath(2), "00000002.jsonl is missing"),
            (self.directory.segmentPath(last), "the last lines were removed"), (tip, "is missing"),
        ] {
            let aside = path + ".aside"
            try FileManager.default.moveItem(atPath: path, toPath: aside)
            #expect(self.broken()?.contains(why) == true)
            try FileManager.default.moveItem(atPath: aside, toPath: path)
        }
        // The oldest may be kept elsewhere: what is left holds, and says where it begins.
        try FileManager.default.removeItem(atPath: self.directory.segmentPath(1))
        let rest = try AuditVerification(self.directory)
        #expect(rest.first > 1 && rest.last == 20)
    }

    @Test func `a log that was made anew as a whole is found by who kept a line's digest`()
        async throws
    {
        try await self.live(0..<6)
        let honest = try AuditVerification(self.directory)
        try FileManager.default.removeItem(atPath: self.directory.path)
        try await self.live(1..<9)
        #expect(self.broken() == nil)
        let known = AuditTip(sequence: honest.last, digest: honest.digest)
        #expect(throws: AuditVerification.Broken.self) {
            try AuditVerification(self.directory, known: known)
        }
    }

    @Test func `a torn last line is told from a forged one, and the next start says so`()
        async throws
    {
        try await self.live(0..<3)
        // What a killed head may leave: a part of a line after its tip.
        let torn = #"{"address":"192.0.2.7:1","object":"#
        let file = try #require(FileHandle(forWritingAtPath: self.directory.segmentPath(1)))
        try file.seekToEnd()
        try file.write(contentsOf: Data(torn.utf8))
        try file.close()
        #expect(try AuditVerification(self.directory).tornBytes == torn.utf8.count)

        try await self.live(3..<5)
        let verification = try AuditVerification(self.directory)
        #expect(verification.tornBytes == 0 && verification.last == 6)
        let recovery = try #require(AuditLine(try self.lines(of: 2)[0]))
        #expect(recovery.verb == "recover")
        #expect(
            recovery.object
                == "\(torn.utf8.count) bytes of a torn line at the end of 00000001.jsonl")
        // Without that line the torn one is no accident.
        try self.write(Array(try self.lines(of: 2).dropFirst()), to: 2)
        #expect(self.broken()?.contains("line 1 of 00000002.jsonl") == true)
    }

    @Test func `a line that has been waited for is in the file`() async throws {
        let log = try AuditLog(self.directory, clock: HeadClock())
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await log.run() }
            for number in 0..<5 {
                try await log.record(Self.act(number))
                #expect(try self.lines().count == number + 1)
            }
            log.finish()
            try await group.waitForAll()
        }
        await #expect(throws: LoopStopped.self) { try await log.record(Self.act(9)) }
    }
}
