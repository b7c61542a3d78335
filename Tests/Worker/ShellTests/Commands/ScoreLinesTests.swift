import Fuzzing
import Testing
import Wire

@testable import WorkerShell

@Suite struct ScoreLinesTests {
    private static func read(_ text: String) throws -> [ScoreLines.Line] {
        var lines = ScoreLines()
        Array(text.utf8).withUnsafeBytes { lines.append($0) }
        var read: [ScoreLines.Line] = []
        while let line = try lines.next() { read.append(line) }
        return read
    }

    @Test func `steps and results are told apart`() throws {
        let text = """
            {"step":3,"scores":{"accuracy":0.91,"loss":2}}
             { "scores" : { "accuracy" : -1.5e3 } }\u{20}

            """
        #expect(
            try Self.read(text) == [
                .progress(
                    Progress(step: 3, scores: [Score("accuracy", 0.91), Score("loss", 2)])),
                .result([Score("accuracy", -1500)]),
            ])
    }

    @Test func `pieces of a line are one line, whatever their size`() throws {
        let text = Array("{\"step\":1,\"scores\":{\"a\":1}}\n{\"scores\":{\"a\":2}}\n".utf8)
        for size in 1...text.count {
            var lines = ScoreLines()
            var read = 0
            for start in stride(from: 0, to: text.count, by: size) {
                text[start..<min(start + size, text.count)].withUnsafeBytes { lines.append($0) }
                while try lines.next() != nil { read += 1 }
            }
            #expect(read == 2, "in pieces of \(size)")
        }
    }

    @Test(arguments: [
        ("", "byte 0"), ("null", "object"), ("[]", "object"), ("{}", "scores is missing"),
        (#"{"scores":{}}"#, "none or more"), (#"{"scores":[]}"#, "object"),
        (#"{"scores":{"a":"1"}}"#, "number"), (#"{"scores":{"a":NaN}}"#, "byte"),
        (#"{"scores":{"a":Infinity}}"#, "byte"), (#"{"scores":{"a":1e999}}"#, "too large"),
        (#"{"scores":{"a":1,"a":2}}"#, "twice"), (#"{"scores":{"":1}}"#, "plain text"),
        (#"{"scores":{"a\u001b[2J":1}}"#, "plain text"), (#"{"step":-1,"scores":{"a":1}}"#, "step"),
        (#"{"step":4294967296,"scores":{"a":1}}"#, "step"),
        (#"{"step":1.5,"scores":{"a":1}}"#, "step"), (#"{"scores":{"a":1},"x":1}"#, "beside"),
        (#"{"scores":{"a":1}} {}"#, "follows"), ("\u{1}", "byte"),
    ]) func `what is no line of scores is refused with its number and without its words`(
        line: String, words: String
    ) {
        #expect {
            try Self.read(#"{"scores":{"a":1}}"# + "\n" + line + "\n")
        } throws: { error in
            let sentence = "\(error)"
            return sentence.hasPrefix("line 2 of its scores: ") && sentence.contains(words)
        }
    }

    @Test func `a line that never ends is refused while it comes`() {
        var lines = ScoreLines()
        [UInt8](repeating: 32, count: ScoreLines.lineBytesMax + 1).withUnsafeBytes {
            lines.append($0)
        }
        #expect(throws: CommandFault.self) { try lines.next() }
    }

    @Test func `steps grow, and are no more than a head takes`() throws {
        func line(_ step: Int) -> String { "{\"step\":\(step),\"scores\":{\"a\":1}}\n" }
        #expect(throws: CommandFault.self) { try Self.read(line(2) + line(2)) }
        #expect(throws: CommandFault.self) { try Self.read(line(2) + line(1)) }
        let most = (0..<Limits.progressPerTrialMax).map(line).joined()
        #expect(try Self.read(most).count == Limits.progressPerTrialMax)
        #expect(throws: CommandFault.self) {
            try Self.read(most + line(Limits.progressPerTrialMax))
        }
        let results = String(
            repeating: #"{"scores":{"a":1}}"# + "\n", count: ScoreLines.resultsMax)
        #expect(try Self.read(results).count == ScoreLines.resultsMax)
        #expect(throws: CommandFault.self) {
            try Self.read(results + #"{"scores":{"a":1}}"# + "\n")
        }
    }

    @Test func `whatever a program writes is read or refused, and nothing is made up`() {
        let text = """
            {"step":3,"scores":{"accuracy":0.91,"loss":2.5e-3}}
            {"step":4,"scores":{"accuracy":0.92}}
            {"scores":{"accuracy":0.93,"\u{e9}t\u{e9}":1}}

            """
        var mutants = Mutants(of: Array(text.utf8), seed: 11)
        var (read, refused) = (0, 0)
        for _ in 0..<Mutants.rounds(4000) {
            var lines = ScoreLines()
            mutants.next().withUnsafeBytes { lines.append($0) }
            do {
                while let line = try lines.next() {
                    read += 1
                    let scores =
                        switch line {
                        case .result(let scores): scores
                        case .progress(let progress): progress.scores
                        }
                    #expect(!scores.isEmpty && scores.allSatisfy { $0.value.isFinite })
                }
            } catch {
                refused += 1
            }
        }
        #expect(read > 100 && refused > 100)
    }
}
