import Foundation
import Glibc
import LiveCluster
import Testing

/// A cluster whose data, names and keys are marked, and whoever strikes it.
final class LeftoverScene {
    let cluster: Cluster
    private(set) var head: Program
    private var workers: [Program] = []
    private var noise: Tables.Noise
    private var tables = 0
    /// How often each kind of process was struck.
    private(set) var struck: [String: Int] = [:]
    /// Jobs whose submission was answered.
    private(set) var acknowledged: [String] = []
    private var pids: Set<Int32> = []

    private static let cell = "canarycell91c2"
    private static let column = "canarycolumn7f3a"

    init(seed: UInt64) async throws {
        self.noise = Tables.Noise(state: seed)
        self.cluster = try await Cluster()
        try self.cluster.makeDirectory("cache")
        self.head = try await Self.startHead(self.cluster)
        for index in 0..<2 { self.workers.append(try await self.startWorker(index)) }
    }

    /// As much as a daemon ever says.
    private static let talkative = ["--mode", "development", "--log-level", "debug"]

    private static func startHead(_ cluster: Cluster) async throws -> Program {
        try await cluster.startHead(Self.talkative + ["--log-dir", cluster.path("logs")])
    }

    /// The first keeps data in memory, the second on disk too, since it has room for one table.
    private func startWorker(_ index: Int) async throws -> Program {
        let disk = [
            "--data-cache-mode", "disk", "--data-cache", "1MiB", "--data-cache-dir",
            self.cluster.path("cache"),
        ]
        return try await self.cluster.startWorker(
            "w\(index + 1)", Self.talkative + (index == 1 ? disk : []))
    }

    var spiller: Program { self.workers[1] }

    // MARK: Work

    /// Two tables of which one fits the second worker's memory.
    func submit() async throws {
        for _ in 0..<2 {
            let answer = try await self.cluster.ask(["submit", try self.writeJob()])
            self.acknowledged.append(try #require(answer["id"] as? String))
        }
    }

    private func writeJob() throws -> String {
        self.tables += 1
        var lines = ["length,\(Self.column),kind"]
        let padding = String(repeating: "x", count: 400)
        for _ in 0..<4000 {
            let length = self.noise.unit()
            let colour = self.noise.unit() < 0.5 ? Self.cell + padding : "blue"
            lines.append("\(length),\(colour),\(length > 0.5 ? "yes" : "no")")
        }
        return try self.cluster.write(
            job: """
                task: classification
                data: { train: t\(self.tables).csv, target: kind }
                metric: accuracy
                budget: { trials: 30 }
                cv: 2
                model_list: [logistic_regression, naive_bayes]
                """, on: lines.joined(separator: "\n") + "\n", named: "t\(self.tables)")
    }

    func jobs() async throws -> [String] {
        let list = try await self.cluster.ask(["jobs", "--limit", "1000"])
        let jobs = list["jobs"] as? [[String: Any]] ?? []
        return jobs.compactMap { $0["id"] as? String }
    }

    /// Sees to it that two jobs are running, after having asked for a random number of other
    /// things: each question takes some tens of milliseconds, so that nobody knows what the others
    /// are at.
    func keepBusy() async throws {
        for _ in 0..<self.noise.next() % 4 { _ = try await self.cluster.ask(["nodes"]) }
        let jobs = try await self.cluster.ask(["jobs"])["jobs"] as? [[String: Any]] ?? []
        let running = jobs.count { $0["state"] as? String == "running" }
        if running < 2 { try await self.submit() }
    }

    // MARK: Strikes

    /// Kills somebody; nobody can do anything about it any more.
    ///
    /// - Parameter round: says whose turn it is, so that every kind has one.
    func strike(_ round: Int) async throws {
        let index = Int(self.noise.next() % 2)
        switch round % 4 {
        case 0:
            self.count("head")
            try await Self.end(self.head, SIGKILL)
            self.head = try await Self.startHead(self.cluster)
        case 1:
            self.count("worker")
            try await Self.end(self.workers[index], SIGKILL)
            self.workers[index] = try await self.startWorker(index)
        case 2:
            let runner = try #require(Processes.children(of: self.workers[index].pid).first)
            self.count("runner")
            self.pids.insert(runner)
            _ = kill(runner, SIGKILL)
        default:
            self.count("client")
            let client = try self.cluster.client(["submit", try self.writeJob()])
            for _ in 0..<self.noise.next() % 3 { _ = try await self.cluster.ask(["nodes"]) }
            try await Self.end(client, SIGKILL)
        }
    }

    private func count(_ kind: String) { self.struck[kind, default: 0] += 1 }

    private static func end(_ program: Program, _ signal: Int32) async throws {
        program.send(signal)
        let status = await program.status
        // A client may have been done before.
        #expect(status == 128 + signal || status == 0, "\(program.errors)")
    }

    func killAll() { for program in self.workers + [self.head] { program.send(SIGKILL) } }

    /// Ends everything in order, after a last start that removes what the killed left.
    func end() async throws {
        for index in self.workers.indices {
            try await Self.end(self.workers[index], SIGKILL)
            self.workers[index] = try await self.startWorker(index)
        }
        try await Self.end(self.head, SIGKILL)
        self.head = try await Self.startHead(self.cluster)
        for program in self.workers + [self.head] {
            program.send(SIGTERM)
            #expect(await program.status == 0, "\(program.errors)")
        }
    }

    // MARK: Looking

    /// What must be found nowhere: of tables, and of keys as text and as bytes.
    private func marks() throws -> [(name: String, bytes: Data)] {
        var marks = [("cell", Data(Self.cell.utf8)), ("column", Data(Self.column.utf8))]
        let keys = try String(
            contentsOfFile: self.cluster.certs("head-1") + "/blob.key", encoding: .utf8)
        for line in keys.split(separator: "\n") where !line.hasPrefix("#") {
            let digits = try #require(line.split(separator: " ").last)
            marks.append(("blob key as text", Data(digits.utf8)))
            let bytes = stride(from: 0, to: 64, by: 2).compactMap { offset in
                UInt8(digits.dropFirst(offset).prefix(2), radix: 16)
            }
            marks.append(("blob key", Data(bytes)))
        }
        for name in ["head-1", "w1", "w2", "ute"] {
            let pem = try String(
                contentsOfFile: self.cluster.certs(name) + "/key.pem", encoding: .utf8)
            let line = try #require(pem.split(separator: "\n").dropFirst().first)
            marks.append(("private key of \(name)", Data(line.utf8)))
        }
        return marks
    }

    /// Which file holds what it must not.
    func findings(in folders: [String]) throws -> [String] {
        let marks = try self.marks()
        return try folders.flatMap { folder in
            try FileManager.default.subpathsOfDirectory(atPath: self.cluster.path(folder))
                .map { "\(folder)/\($0)" }
        }.flatMap { name -> [String] in
            guard let bytes = FileManager.default.contents(atPath: self.cluster.path(name)) else {
                return []
            }
            return marks.filter { bytes.range(of: $0.bytes) != nil }
                .map { "\(name) holds the \($0.name)" }
        }
    }

    /// Arguments and environment of everybody, and what the head tells Prometheus.
    func lookAtTheLiving() async throws {
        let marks = try self.marks()
        let metrics = try await self.cluster.fetch("/metrics", as: "olga")
        #expect(metrics.code == 200)
        let children = self.workers.flatMap { Processes.children(of: $0.pid) }
        let places =
            (self.workers.map(\.pid) + [self.head.pid] + children).flatMap { pid in
                ["cmdline", "environ"].map { "/proc/\(pid)/\($0)" }
            }
        var seen = [("metrics", Data(metrics.body.utf8))]
        for place in places {
            // A runner may be gone by now, and root alone reads the environment of the others.
            guard let bytes = FileManager.default.contents(atPath: place) else { continue }
            seen.append((place, bytes))
        }
        for (name, bytes) in seen {
            for mark in marks {
                #expect(bytes.range(of: mark.bytes) == nil, "\(name) holds the \(mark.name)")
            }
        }
    }

    func leftDirectories() throws -> [String] {
        try ["temp", "cache"].flatMap { folder in
            try FileManager.default.contentsOfDirectory(atPath: self.cluster.path(folder))
        }
    }

    /// Cores of ours, where the kernel would write them.
    func cores() -> [String] {
        let here = FileManager.default.currentDirectoryPath
        let names = (try? FileManager.default.contentsOfDirectory(atPath: here)) ?? []
        let ours = self.pids.map { "core.\($0)" } + ["core"]
        return names.filter { ours.contains($0) }
    }

    // MARK: Files without a name

    private static func unnamedFiles(_ pid: Int32) -> [String] {
        let folder = "/proc/\(pid)/fd"
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return numbers.map { "\(folder)/\($0)" }.filter { path in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
            return target?.contains("/cache/") == true && target?.hasSuffix("(deleted)") == true
        }
    }

    func hasUnnamedFiles(_ pid: Int32) -> Bool { !Self.unnamedFiles(pid).isEmpty }

    func findingsInUnnamedFiles(_ pid: Int32) -> [String] {
        Self.unnamedFiles(pid).filter { path in
            let bytes = FileManager.default.contents(atPath: path) ?? Data()
            return [Self.cell, Self.column].contains { bytes.range(of: Data($0.utf8)) != nil }
        }
    }
}
