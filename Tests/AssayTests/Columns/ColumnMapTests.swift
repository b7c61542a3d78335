import Engine
import Foundation
import Glibc
import Testing
import Wire
import WorkerShell

@testable import assay

/// Aliases for columns, and the one file that undoes them.
@Suite struct ColumnMapTests {
    private struct Dice: RandomNumberGenerator {
        var state: UInt64

        mutating func next() -> UInt64 {
            self.state = self.state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return self.state
        }
    }

    static let names = (1...40).map { "name \($0)" }

    private func map(
        _ names: [String], _ seed: UInt64 = 1, at path: String = "m.columns.json"
    ) -> ColumnMap {
        var dice = Dice(state: seed)
        return ColumnMap(path: path).covering(names, using: &dice)
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & 0o7777 : 0
    }

    @Test func `each column has one alias, numbered by chance`() {
        let map = self.map(Self.names)
        let aliases = Self.names.map(map.alias)
        #expect(Set(aliases) == Set((1...40).map { "c\($0)" }))
        #expect(aliases != (1...40).map { "c\($0)" })
        #expect(aliases != Self.names.map(self.map(Self.names, 2).alias))
        #expect(aliases.map(map.name) == Self.names)
    }

    @Test func `a map only grows`() throws {
        var dice = Dice(state: 7)
        let small = self.map(["a", "b", "c"])
        let large = small.covering(["c", "d", "a", "e"], using: &dice)
        for name in ["a", "b", "c"] { #expect(large.alias(of: name) == small.alias(of: name)) }
        #expect(Set(["d", "e"].map(large.alias)) == ["c4", "c5"])
        #expect(small.covering(["b", "a"], using: &dice) == small)
    }

    @Test func `it is kept for its owner alone, and comes back`() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/m.columns.json"
        #expect(try ColumnMap.read(path) == nil)
        let map = self.map(["fixed acidity", "pH", "größe, \"in\" cm"], at: path)
        try map.write()
        #expect(self.mode(path) == 0o600)
        #expect(try ColumnMap.read(path) == map)
        chmod(path, 0o644)
        let error = #expect(throws: InputError.self) { try ColumnMap.read(path) }
        #expect(error?.description.contains("chmod 600") == true)
    }

    @Test func `an edited map with gaps gives no alias twice`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(
            #"{"format":"assay-columns","version":1,"columns":{"c5":"a"}}"#, to: "m.columns.json")
        chmod(path, 0o600)
        var dice = Dice(state: 3)
        let map = try #require(try ColumnMap.read(path)).covering(["b", "c"], using: &dice)
        #expect(Set(["a", "b", "c"].map(map.alias)) == ["c5", "c6", "c7"])
    }

    @Test(arguments: [
        "", "{}", #"{"format":"assay-columns","version":2,"columns":{}}"#,
        #"{"format":"assay-columns","version":1,"columns":{"c1":"a","c2":"a"}}"#,
        #"{"format":"assay-columns","version":1,"columns":{"c1":"a","c1":"b"}}"#,
        #"{"format":"assay-columns","version":1,"columns":{"x1":"a"}}"#,
        #"{"format":"assay-columns","version":1,"columns":{"c1":"a\nb"}}"#,
        #"{"format":"assay-columns","version":1,"columns":{"c0":"a"}}"#,
    ]) func `what is no map is refused`(text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "m.columns.json")
        chmod(path, 0o600)
        let error = #expect(throws: InputError.self) { try ColumnMap.read(path) }
        #expect(error?.description.contains("is no map of columns") == true)
    }

    @Test func `a sentence about columns is undone, and nothing else in it`() {
        let map = self.map(["fixed acidity"])
        #expect(
            map.undone(in: "line 3, column 2 (c1): the field is empty")
                == "line 3, column 2 (fixed acidity): the field is empty")
        #expect(map.undone(in: "column c1: bad") == "column fixed acidity: bad")
        for sentence in ["worker c1 was lost", "column c2: bad", "column c11: bad", "c1", "(c1)"] {
            #expect(map.undone(in: sentence) == sentence)
        }
    }
}

/// A job whose columns' names stay here.
@Suite struct AnonymousJobTests {
    static let secrets = ["blood sugar", "hiv", "outcome"]

    private let folder: TemporaryFolder

    init() throws {
        self.folder = try TemporaryFolder()
        let rows = (0..<40).map { "\($0),\($0 % 3),\($0 % 2 == 0 ? "yes" : "no")\n" }.joined()
        try self.folder.write("blood sugar,hiv,outcome\n" + rows, to: "rows.csv")
    }

    private func path(_ more: String = "") throws -> String {
        try self.folder.write(
            """
            task: classification
            data: { train: rows.csv, target: outcome, schema: s.yaml }
            budget: { trials: 5 }
            \(more)
            """, to: "patients.yaml")
    }

    private func schema(_ more: String = "") throws {
        try self.folder.write(
            """
            columns:
              - { name: blood sugar, kind: numeric, min: 0, max: 100 }
              - { name: hiv, kind: numeric }
              - { name: outcome, kind: categorical, categories: ["yes", "no"] }
            \(more)
            """, to: "s.yaml")
    }

    private func learning(_ job: PreparedJob) throws -> LearningJob {
        guard case .learning(let learning) = job.spec.kind else {
            throw CocoaError(.coderInvalidValue)
        }
        return learning
    }

    @Test(arguments: [true, false])
    func `neither names nor the file's name are in what is sent`(byFlag: Bool) throws {
        try self.schema()
        let job = try PreparedJob(
            path: try self.path(byFlag ? "" : "anonymize_columns: true"), anonymous: byFlag)
        let sent =
            try [job.request(key: "k").serializedBytes() as [UInt8]]
            + job.uploads.map(\.bytes)
        for bytes in sent {
            let text = String(decoding: bytes, as: UTF8.self)
            for secret in Self.secrets + ["patients", "rows.csv", self.folder.path] {
                #expect(!text.contains(secret))
            }
        }
        #expect(job.spec.name == "unnamed")
        let columns = try #require(job.columns)
        #expect(try self.learning(job).lesson.target == columns.alias(of: "outcome"))
        // What is sent is what the head's own checks accept.
        #expect(try JobSpec(job.spec.message) == job.spec)
    }

    @Test func `rules are asked of the aliases, and are called by their numbers`() throws {
        try self.schema(
            """
            rules:
              - name: hiv known
                require: "not missing(hiv) and `blood sugar` < 38"
                on_violation: drop
              - { name: blood sugar rises, ascending: blood sugar }
              - { name: pairs, unique: [blood sugar, hiv], on_violation: drop }
            """)
        let job = try PreparedJob(path: try self.path(), anonymous: true)
        let columns = try #require(job.columns)
        let sent = try Schema(decoding: job.uploads[1].bytes)
        let (sugar, hiv) = (columns.alias(of: "blood sugar"), columns.alias(of: "hiv"))
        #expect(sent.rules.map(\.name) == ["r1", "r2", "r3"])
        #expect(sent.rules[0].check == .require("not missing(\(hiv)) and \(sugar) < 38"))
        #expect(sent.rules[1].check == .ascending(sugar))
        #expect(sent.rules[2].check == .unique([sugar, hiv]))
        // The report that travels, and the one for the submitter's own eyes.
        let report = try #require(try self.learning(job).data)
        #expect(report.rowsDropped == 2 && report.findings.first?.subject == "r1")
        #expect(job.data?.findings.first?.subject == "hiv known")
        let text = String(
            decoding: try job.request(key: "k").serializedBytes() as [UInt8], as: UTF8.self)
        for secret in Self.secrets { #expect(!text.contains(secret)) }
        // The worker reads the same table, by its own names.
        let target = columns.alias(of: "outcome")
        let read = try TableFile.dataset(
            job.uploads[0].bytes, at: "sent.csv", schema: sent, target: target,
            task: .classification)
        #expect(try self.learning(job).lesson.cleaned == read.table.digest)
    }

    @Test func `a rule comes back under the names that a map gives`() throws {
        let text = "c2 + `c1` > 1.5e3 and not missing(c2) or c3 in ['c2', \"and\"]"
        let schema = try Schema(
            [.init("c1", .numeric()), .init("c2", .numeric()), .init("c3", .categorical())],
            rules: [Rule("r1", .require(text))])
        let names = ["c1": "blood `sugar`", "c2": "and", "c3": "kind"]
        let renamed = try schema.renamed { names[$0] ?? $0 }
        #expect(
            renamed.rules[0].check
                == .require(
                    "`and` + `blood ``sugar``` > 1.5e3 and not missing(`and`) or kind in "
                        + "['c2', \"and\"]"))
        let again = try renamed.renamed { name in names.first { $0.value == name }?.key ?? name }
        #expect(
            again.rules[0].check
                == .require("c2 + c1 > 1.5e3 and not missing(c2) or c3 in ['c2', \"and\"]"))
    }

    @Test func `the rows are sent as they are, under aliases that a map beside the output undoes`()
        throws
    {
        try self.schema()
        let job = try PreparedJob(path: try self.path("output: wine.model"), anonymous: true)
        let columns = try #require(job.columns)
        #expect(columns.path == "\(self.folder.path)/wine.model.columns.json")
        let table = String(decoding: job.uploads[0].bytes, as: UTF8.self)
        let header = Self.secrets.map(columns.alias).joined(separator: ",")
        #expect(table.hasPrefix("\(header)\n0,0,yes\n1,1,no\n"))
        #expect(table.split(separator: "\n").count == 41)
        // Preparing leaves nothing behind: the map is kept when the job is submitted.
        #expect(!self.folder.names.contains("wine.model.columns.json"))
    }

    @Test func `the same table under the same map is sent once, and a schema keeps its rules`()
        throws
    {
        try self.schema("  - { name: notes, kind: ignored }")
        let path = try self.path("name: study")
        let first = try PreparedJob(path: path, anonymous: true)
        try #require(first.columns).write()
        let second = try PreparedJob(path: path, anonymous: true)
        #expect(first.uploads.map(\.blob) == second.uploads.map(\.blob))
        #expect(first.spec == second.spec && first.spec.name == "study")
        let schema = try Schema(decoding: first.uploads[1].bytes)
        let columns = try #require(first.columns)
        #expect(
            schema.column(named: columns.alias(of: "blood sugar"))?.kind
                == .numeric(bounds: .init(low: 0, high: 100)))
        #expect(schema.columns.count == 4)
    }

    @Test func `what is wrong with the table is said with the names that its owner knows`() throws {
        try self.folder.write("blood sugar,hiv,outcome\n1,x,yes\n", to: "rows.csv")
        try self.schema()
        let error = #expect(throws: InputError.self) {
            try PreparedJob(path: try self.path(), anonymous: true)
        }
        #expect(error?.description.contains("line 2, column 2 (hiv)") == true)
    }

    @Test func `a job without a wish for it sends its names, and keeps no map`() throws {
        try self.schema()
        let job = try PreparedJob(path: try self.path())
        #expect(job.columns == nil && job.spec.name == "patients")
        #expect(try self.learning(job).lesson.target == "outcome")
        #expect(String(decoding: job.uploads[0].bytes, as: UTF8.self).hasPrefix("blood sugar"))
    }

    @Test func `aliases change no bit of what is learned`() throws {
        let plain = Array("x,y,kind\n".utf8) + Self.rows
        let names = ["x": "c3", "y": "c1", "kind": "c2"]
        let aliased = try TableFile.renamed(plain, at: "t.csv") { names[$0] ?? "" }
        let recipe = Recipe(.gradientBoosting, seed: 5)
        func fitted(_ bytes: [UInt8], _ target: String) throws -> FittedModel {
            let dataset = try TableFile.dataset(
                bytes, at: "t.csv", schema: nil, target: target, task: .classification
            ).dataset
            return try FittedModel.fit(recipe, dataset)
        }
        let known = try fitted(plain, "kind")
        let unknown = try fitted(aliased, "c2")
        let undone = try unknown.renamed { name in
            ["c3": "x", "c1": "y", "c2": "kind"][name] ?? name
        }
        func bundle(_ model: FittedModel) -> ModelBundle.Files {
            ModelBundle(.table(model), scores: [], lineage: []).files { _ in "" }
        }
        #expect(bundle(undone) == bundle(known))
        #expect(bundle(unknown).weights == bundle(known).weights)
    }

    private static let rows = Array(
        (0..<60).map { "\($0 % 7),\($0 % 5),\($0 % 3 == 0 ? "a" : "b")\n" }.joined().utf8)
}

/// Predicting with a model that knows its columns by aliases.
@Suite struct AnonymousModelTests {
    private func model(_ names: [String]) throws -> FittedModel {
        let csv = "\(names[0]),\(names[1])\n" + (0..<20).map { "\($0),\(2 * $0)\n" }.joined()
        let dataset = try TableFile.dataset(
            Array(csv.utf8), at: "train.csv", schema: nil, target: names[1], task: .regression
        ).dataset
        return try FittedModel.fit(Recipe(.ridge, [.init("alpha", 1e-6)]), dataset)
    }

    private func map(_ folder: TemporaryFolder) throws -> ColumnMap {
        let path = try folder.write(
            #"{"format":"assay-columns","version":1,"columns":{"c2":"dose","c1":"effect"}}"#,
            to: "m.columns.json")
        chmod(path, 0o600)
        return try #require(try ColumnMap.read(path))
    }

    private let table = Array("dose\n3\n4\n".utf8)

    @Test func `a map lets a model take tables with the real names`() throws {
        let folder = try TemporaryFolder()
        let model = try #require(
            try ModelBundle.Model.table(self.model(["c2", "c1"]))
                .withNames(of: "m1", try self.map(folder)).ofTable)
        let answers = try model.answers(to: self.table, at: "t.csv")
        #expect(abs(try #require(Double(answers[0])) - 6) < 0.01)
        let error = #expect(throws: InputError.self) {
            try model.answers(to: Array("dose\n3\n".utf8), at: "t.csv", for: .scoring)
        }
        #expect(error?.description.contains("column effect") == true)
    }

    @Test func `a map beside the model is found, and one of other columns is not used`() throws {
        let folder = try TemporaryFolder()
        _ = try self.map(folder)
        try FileManager.default.createDirectory(
            atPath: "\(folder.path)/m", withIntermediateDirectories: false)
        try folder.write("{}", to: "m/manifest.json")
        let place = "\(folder.path)/m/"
        func stored(_ names: [String]) throws -> ModelBundle.Model {
            .table(try self.model(names))
        }
        let known = try stored(["c2", "c1"]).withNames(of: place, nil)
        #expect(known.ofTable?.target == "effect")
        #expect(try stored(["a", "b"]).withNames(of: place, nil).ofTable?.target == "b")
        #expect(throws: InputError.self) {
            try stored(["c2", "c9"]).withNames(of: place, nil)
        }
        let map = try self.map(folder)
        #expect(throws: InputError.self) {
            try stored(["a", "b"]).withNames(of: "m1", map)
        }
    }

    @Test func `without a map it is said what is missing`() throws {
        let error = #expect(throws: InputError.self) {
            try self.model(["c2", "c1"]).answers(to: self.table, at: "t.csv")
        }
        #expect(error?.description.contains("column c2") == true)
        #expect(error?.description.contains("with --columns FILE") == true)
        let plain = #expect(throws: InputError.self) {
            try self.model(["a", "b"]).answers(to: self.table, at: "t.csv")
        }
        #expect(plain?.description.contains("--columns") == false)
    }
}
