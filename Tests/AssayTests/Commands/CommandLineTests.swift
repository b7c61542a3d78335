import ArgumentParser
import Foundation
import Testing

@testable import assay

@Suite struct CommandLineTests {
    @Test(arguments: [
        ["run", "a.yaml", "--json"], ["run", "a.yaml", "--retain", "--workers", "3"],
        ["submit", "a.yaml", "--follow", "--head", "h:1"],
        ["run", "a.yaml", "--anonymize-columns"], ["submit", "a.yaml", "--anonymize-columns"],
        ["job", "j1", "--columns", "m.columns.json"], ["trials", "j1", "--columns", "m"],
        ["watch", "j1", "--columns", "m"], ["predict", "m", "d.csv", "--columns", "m"],
        ["head", "--certs", "c", "--mode", "development", "--allow-sensitive-logs"],
        ["jobs", "--limit", "5"], ["job", "j1"], ["trials", "j1"], ["watch", "j1"],
        ["cancel", "j1"], ["nodes"], ["node", "drain", "w1"], ["node", "resume", "w1"],
        ["node", "invite", "w1", "--for", "1h", "--dial", "h:1"], ["join", "--certs", "c"],
        ["models"], ["model", "m1", "--output", "d"], ["predict", "m", "d.csv", "--score"],
        ["predict", "m", "d.csv", "--ca", "ca.pem"], ["predict", "m", "d.csv", "--unsigned"],
        ["verify", "m", "--ca", "ca.pem", "--json"], ["run", "a.yaml", "--certs", "head-1"],
        ["health"], ["ports"], ["data", "check", "d.csv", "--schema", "s.yaml"],
        ["data", "infer", "d.csv"], ["bench"],
        ["bench", "--workers", "2", "--slots", "1", "--bulk", "0"], ["version", "--json"],
        ["head", "--listen", "127.0.0.1:0", "--certs", "c", "--state", "s"],
        ["worker", "--head", "127.0.0.1:7443", "--certs", "c", "--slots", "2"],
    ]) func `every documented command is parsed`(arguments: [String]) throws {
        _ = try Assay.parseAsRoot(arguments)
    }

    @Test(arguments: [
        [], ["frobnicate"], ["run"], ["jobs", "--limit", "many"], ["jobs", "--no-such-flag"],
        ["node", "explode", "w1"], ["predict"], ["bench", "--retain"],
    ]) func `a mistake in the flags is no command`(arguments: [String]) {
        do {
            let command = try Assay.parseAsRoot(arguments)
            // Without a verb the program prints its help.
            #expect(arguments.isEmpty && command is Assay)
        } catch {
            #expect(!Assay.exitCode(for: error).isSuccess)
        }
    }
}

/// `--json` is promised for every verb, and docs/JSON.md says what it prints.
@Suite struct JSONPromiseTests {
    /// They serve until they are stopped and print no result.
    static let daemons: Set<String> = ["head", "worker"]

    /// All that can be typed, such as `run` and `node drain`.
    private static func verbs(
        of command: any ParsableCommand.Type = Assay.self, named name: String = ""
    ) -> [(name: String, command: any ParsableCommand.Type)] {
        let parts = command.configuration.subcommands
        guard !parts.isEmpty else { return [(name: name, command: command)] }
        return parts.flatMap { part in
            // What is meant when no further word is typed has the name of its parent.
            if part == command.configuration.defaultSubcommand { return [(name, part)] }
            let word = part._commandName
            return Self.verbs(of: part, named: name.isEmpty ? word : "\(name) \(word)")
        }
    }

    private static func page() throws -> String {
        let root = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        return try String(contentsOf: root.appending(path: "docs/JSON.md"), encoding: .utf8)
    }

    @Test func `every verb has the flag, but for the daemons`() {
        let verbs = Self.verbs()
        #expect(verbs.count > 20)
        for (name, command) in verbs {
            let help = Assay.helpMessage(for: command)
            #expect(help.contains("--json") == !Self.daemons.contains(name), "\(name)")
        }
    }

    @Test func `the page lists the verbs that there are and no others`() throws {
        let sections = try Self.page().split(separator: "\n## ")
        let section = try #require(sections.first { $0.hasPrefix("Verbs of `assay`\n") })
        var listed: Set<String> = []
        for row in section.split(separator: "\n") where row.hasPrefix("| `") {
            let cell = row.split(separator: "|")[0]
            // A verb without what it takes: of `node drain NAME` the first two words.
            for match in cell.matches(of: /`([a-z]+(?: [a-z]+)*)/) {
                listed.insert(String(match.output.1))
            }
        }
        let there = Set(Self.verbs().map { $0.name }).subtracting(Self.daemons)
        #expect(listed == there)
    }

    @Test func `the page names every key of a job and of a trial`() throws {
        let report = Reports.job(time: .seconds(60), best: Reports.scored(1, "ridge", 0.5))
        let line = try JSONText.line(report)
        let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
        let job = try #require(object as? [String: Any])
        let best = try #require(job["best"] as? [String: Any])
        let page = try Self.page()
        for key in job.keys.sorted() + best.keys.sorted() {
            #expect(page.contains("`\(key)`"), "\(key)")
        }
    }
}
