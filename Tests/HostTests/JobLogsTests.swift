import Foundation
import Glibc
import Host
import Logging
import Testing

@Suite struct JobLogsTests {
    private let scratch: Scratch
    private let logs: String

    init() throws {
        self.scratch = try Scratch()
        self.logs = self.scratch["logs"]
    }

    private func open() throws -> JobLogs { try JobLogs(in: self.logs, format: .text) }

    private func say(_ message: Logger.Message, of job: String, to files: JobLogs) {
        LogOutput(level: .info, sinks: [], jobs: files).logger("head")
            .info(message, metadata: ["job": "\(job)"])
    }

    private func text(_ name: String) throws -> String {
        try String(contentsOfFile: "\(self.logs)/\(name)", encoding: .utf8)
    }

    private var names: [String] {
        get throws { try FileManager.default.contentsOfDirectory(atPath: self.logs).sorted() }
    }

    @Test func `a job's file holds what was said of it, and is sealed when the job ends`() throws {
        let files = try self.open()
        files.begin("j17")
        #expect(mode(of: self.logs) == 0o700)
        #expect(mode(of: "\(self.logs)/job-j17.log") == 0o600)
        self.say("a job was accepted", of: "j17", to: files)
        self.say("a job was accepted", of: "j18", to: files)
        self.say("a job ended", of: "j17", to: files)
        files.seal("j17")
        #expect(mode(of: "\(self.logs)/job-j17.log") == 0o400)
        let text = try self.text("job-j17.log")
        #expect(text.split(separator: "\n").count == 2 && text.contains("a job ended job=j17"))
        #expect(try self.names == ["job-j17.log"])
    }

    @Test func `nothing is written into a sealed file, also after a restart and by root`() throws {
        var files = try self.open()
        files.begin("j1")
        self.say("a job was accepted", of: "j1", to: files)
        files.seal("j1")
        let sealed = try self.text("job-j1.log")
        for _ in 0..<2 {
            self.say("too late", of: "j1", to: files)
            files.resume(live: [])
            files = try self.open()
        }
        #expect(try self.text("job-j1.log") == sealed)
        #expect(mode(of: "\(self.logs)/job-j1.log") == 0o400)
    }

    @Test func `a restart goes on with live jobs and seals those that ended meanwhile`() throws {
        let before = try self.open()
        for job in ["j1", "j2"] {
            before.begin(job)
            self.say("a job was accepted", of: job, to: before)
        }
        // Killed here: j2 had ended, by the journal, and j3 is live without a file.
        let after = try self.open()
        after.resume(live: ["j1", "j3"])
        for job in ["j1", "j2", "j3"] { self.say("said after", of: job, to: after) }
        #expect(try self.text("job-j1.log").split(separator: "\n").count == 2)
        #expect(try self.text("job-j2.log").split(separator: "\n").count == 1)
        #expect(try self.text("job-j3.log").split(separator: "\n").count == 1)
        #expect(mode(of: "\(self.logs)/job-j2.log") == 0o400)
    }

    @Test func `a job of a new journal puts the file of an old one aside`() throws {
        let files = try self.open()
        files.begin("j1")
        self.say("the old one", of: "j1", to: files)
        files.seal("j1")
        files.begin("j1")
        self.say("the new one", of: "j1", to: files)
        let names = try self.names
        #expect(names.count == 2 && names.contains("job-j1.log"))
        #expect(try self.text("job-j1.log").contains("the new one"))
        let old = try #require(names.first { $0 != "job-j1.log" })
        #expect(try self.text(old).contains("the old one"))
        #expect(mode(of: "\(self.logs)/\(old)") == 0o400)
    }

    @Test func `the oldest sealed files make room, and a live job's never does`() throws {
        let first = try self.open()
        first.begin("j0")
        for number in 1...JobLogs.filesMax + 3 {
            first.begin("j\(number)")
            first.seal("j\(number)")
        }
        #expect(try self.names.count == JobLogs.filesMax + 1)
        #expect(try !self.names.contains("job-j3.log") && self.names.contains("job-j4.log"))
        // Whoever starts anew knows them by their age.
        for number in 4...JobLogs.filesMax + 3 {
            var times = [timeval(tv_sec: number, tv_usec: 0), timeval(tv_sec: number, tv_usec: 0)]
            utimes("\(self.logs)/job-j\(number).log", &times)
        }
        let second = try self.open()
        second.begin("j5000")
        second.seal("j5000")
        #expect(try !self.names.contains("job-j4.log") && self.names.contains("job-j5.log"))
        #expect(try self.names.contains("job-j0.log"))
    }

    @Test func `a file is bounded, and says so`() throws {
        let files = try self.open()
        files.begin("j1")
        let bytes = 16 << 20
        let file = FileHandle(forWritingAtPath: "\(self.logs)/job-j1.log")
        try file?.truncate(atOffset: UInt64(bytes - 10))
        self.say("the last line", of: "j1", to: files)
        self.say("too much", of: "j1", to: files)
        let text = String(
            decoding: try #require(
                FileManager.default.contents(atPath: "\(self.logs)/job-j1.log")
            ).suffix(400), as: UTF8.self)
        #expect(text.contains("the last line") && text.contains("this file is full"))
        #expect(!text.contains("too much"))
    }

    @Test(arguments: ["../j1", "j1/../../x", "j", "17", "j1.2", "", "j1\n"])
    func `what is no job's name becomes no path`(job: String) throws {
        let files = try self.open()
        files.begin(job)
        self.say("hostile", of: job, to: files)
        files.seal(job)
        #expect(try self.names == [])
    }

    @Test func `a link or a pipe in a file's place is not followed and holds nobody up`() throws {
        let files = try self.open()
        let target = try self.scratch.file("target", "")
        symlink(target, "\(self.logs)/job-j1.log")
        mkfifo("\(self.logs)/job-j2.log", 0o600)
        for job in ["j1", "j2"] {
            self.say("to whom?", of: job, to: files)
            files.seal(job)
        }
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "")
        #expect(mode(of: target) == 0o600)
        files.begin("j1")
        self.say("said", of: "j1", to: files)
        #expect(try self.text("job-j1.log").contains("said"))
        #expect(try String(contentsOfFile: target, encoding: .utf8) == "")
    }
}
