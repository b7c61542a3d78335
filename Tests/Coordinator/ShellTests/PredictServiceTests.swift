import CoordinatorCore
import Crypto
import Engine
import Foundation
import GRPCCore
import Testing
import Transport
import Wire

@testable import CoordinatorShell

/// Rows that the head answers itself.
@Suite struct PredictServiceTests {
    typealias Client = ControlClient.Client

    /// A model of a task, and its files as the head knows them.
    private struct Made {
        let model: FittedModel
        let files: [(name: String, bytes: [UInt8], blob: Blob)]

        var outputs: [Output] { self.files.map { Output(name: $0.name, blob: $0.blob) } }

        init(_ family: Family, _ task: Engine.LearningTask, target: String?) throws {
            var csv = "size,colour,kind,price\n"
            for row in 0..<60 {
                let size = Double(row * 37 % 60) / 7
                let colour = ["red", "green", ""][row % 3]
                csv += "\(size),\(colour),\(size > 4 ? "rose" : "iris"),\(size * 3)\n"
            }
            let dataset = try Array(csv.utf8).withUnsafeBytes { bytes in
                var columns = try Schema.infer(from: bytes).columns
                for index in columns.indices where index > 1 && target != nil {
                    if columns[index].name != target { columns[index].kind = .ignored }
                }
                return try Dataset(
                    bytes: bytes, schema: Schema(columns), target: target, task: task)
            }
            let model = try FittedModel.fit(Engine.Recipe(family), dataset)
            let files = ModelBundle(.table(model), scores: [], lineage: []).files {
                "\(Wire.Digest(sha256: Array(SHA256.hash(data: $0))))"
            }
            self.model = model
            self.files = [
                (ModelBundle.manifestName, files.manifest),
                (ModelBundle.weightsName, files.weights),
            ].map { name, bytes in
                let digest = Wire.Digest(sha256: Array(SHA256.hash(data: bytes)))
                return (name, bytes, Blob(digest: digest, size: UInt64(bytes.count)))
            }
        }
    }

    /// A head on whose state job 1 of ada has made this model, whose files it holds.
    private func with<Answer: Sendable>(
        _ made: Made, bringing: [Int] = [0, 1], facts: [Fact] = [],
        _ body: @escaping @Sendable (TestHead) async throws -> Answer
    ) async throws -> Answer {
        let scratch = try ScratchDirectory()
        let journal = try SQLiteJournal(path: scratch.file("journal.sqlite"))
        try journal.append(
            [Sample.submitted(1, Sample.lesson, owner: "user/ada")]
                + Sample.modelMade(by: 1, made.outputs)
                + [.ended(JobID(1), .succeeded, at: Sample.origin + .seconds(9))] + facts)
        try journal.close()
        let files = bringing.map { (made.files[$0].bytes, made.files[$0].blob) }
        return try await TestHead.with(state: scratch.path) { head in
            try await head.asking(as: .user) { client in
                for (bytes, blob) in files {
                    _ = try await TestHead.upload(bytes, as: blob, to: client)
                }
            }
            return try await body(head)
        }
    }

    private static func request(
        _ columns: [String], _ rows: [[Assay_V1_Value]], model: String = "j1"
    ) -> Assay_V1_PredictRequest {
        var request = Assay_V1_PredictRequest()
        request.model = model
        request.columns = columns
        request.rows = rows.map { values in
            var row = Assay_V1_Row()
            row.values = values
            return row
        }
        return request
    }

    private static func number(_ number: Double) -> Assay_V1_Value {
        var value = Assay_V1_Value()
        value.number = number
        return value
    }

    private static func text(_ text: String) -> Assay_V1_Value {
        var value = Assay_V1_Value()
        value.text = text
        return value
    }

    private static func predict(
        _ request: Assay_V1_PredictRequest, _ client: Client
    ) async throws -> Assay_V1_PredictResponse {
        try await Assay_V1_Models.Client(wrapping: client).predict(request)
    }

    /// Values, missing ones, a text that spells a number, a level that was never seen.
    private static let rows: [[Assay_V1_Value]] = [
        [Self.number(5.5), Self.text("red")], [Self.text("1.25"), Assay_V1_Value()],
        [Assay_V1_Value(), Self.text("blue")], [Self.number(2), Self.number(7)],
    ]
    private static let csv = "size,colour\n5.5,red\n1.25,\n,blue\n2,7\n"

    @Test(
        arguments: [
            (Family.logisticRegression, Engine.LearningTask.classification, "kind"),
            (.randomForest, .classification, "kind"), (.multilayerPerceptron, .regression, "price"),
            (.ridge, .regression, "price"), (.isolationForest, .anomalyDetection, nil),
        ] as [(Family, Engine.LearningTask, String?)])
    func `rows are answered as a table of them is, bit for bit`(
        family: Family, task: Engine.LearningTask, target: String?
    ) async throws {
        let made = try Made(family, task, target: target)
        let (frame, values) = try Array(Self.csv.utf8).withUnsafeBytes { bytes in
            let table = target == nil ? Self.wide(bytes) : Array(bytes)
            return try table.withUnsafeBytes {
                let frame = try made.model.frame(bytes: $0, for: .prediction)
                return (frame, try made.model.predict(frame))
            }
        }
        let answers = try await self.with(made) { head in
            try await head.asking(as: .user) { client in
                let columns = target == nil ? ["size", "colour", "kind", "price"] : nil
                let rows = Self.rows.map { row in
                    target == nil ? row + [Self.text("iris"), Self.number(1)] : row
                }
                let whole = try await Self.predict(
                    Self.request(columns ?? ["size", "colour"], rows), client)
                var single: [Assay_V1_Prediction] = []
                for row in rows {
                    single += try await Self.predict(
                        Self.request(columns ?? ["size", "colour"], [row]), client
                    ).predictions
                }
                #expect(single == whole.predictions)
                return whole
            }
        }
        #expect(answers.predictions.count == frame.rows)
        #expect(answers.classes == (task == .classification ? ["iris", "rose"] : []))
        for (row, answer) in answers.predictions.enumerated() {
            let expected = (0..<values.columns).map { values[row, $0].bitPattern }
            switch task {
            case .classification:
                #expect(answer.probabilities.map(\.bitPattern) == expected)
                #expect(answer.label == made.model.label(values, row: row)?.revealed)
            case .regression: #expect([answer.number.bitPattern] == expected)
            case .anomalyDetection:
                #expect([answer.score.bitPattern] == expected)
                #expect(answer.label == (answer.score > 0 ? "anomaly" : "normal"))
            }
        }
    }

    /// The same rows of a model that learned from all four columns.
    private static func wide(_ csv: UnsafeRawBufferPointer) -> [UInt8] {
        let lines = String(decoding: csv, as: UTF8.self).split(separator: "\n")
        return Array(
            ("\(lines[0]),kind,price\n" + lines.dropFirst().map { "\($0),iris,1\n" }.joined()).utf8)
    }

    private static func refusal(
        _ request: Assay_V1_PredictRequest, _ client: Client
    ) async throws -> RPCError? {
        do {
            _ = try await Self.predict(request, client)
            return nil
        } catch {
            return try #require(error as? RPCError)
        }
    }

    @Test func `what cannot be answered is refused with a sentence, and never a value`()
        async throws
    {
        let made = try Made(.ridge, .regression, target: "price")
        try await self.with(made) { head in
            try await head.asking(as: .user) { client in
                let good = [Self.number(1), Self.text("red")]
                let many = Array(repeating: good, count: Limits.predictedRowsMax + 1)
                let cases: [(Assay_V1_PredictRequest, RPCError.Code, String)] = [
                    (Self.request([], []), .invalidArgument, "there are no rows"),
                    (Self.request(["size"], [good]), .invalidArgument, "2 values"),
                    (Self.request(["size"], [[Self.number(1)]]), .invalidArgument, "colour"),
                    (Self.request(["size", "size"], [good]), .invalidArgument, "the same name"),
                    (
                        Self.request(
                            ["size", "colour"], [good, [Self.text("canary"), Self.text("red")]]),
                        .invalidArgument, "line 2, column 1 (size)"
                    ),
                    (Self.request(["size", "colour"], many), .invalidArgument, "1000 items"),
                    (Self.request(["size", "colour"], [good], model: "j7"), .notFound, "no model"),
                    (Self.request([], [], model: "x"), .invalidArgument, "as in j17"),
                ]
                for (request, code, words) in cases {
                    let refusal = try await Self.refusal(request, client)
                    #expect(refusal?.code == code)
                    #expect(refusal?.message.contains(words) == true, "\(refusal?.message ?? "")")
                    #expect(refusal?.message.contains("canary") == false)
                }
                // And then it goes on.
                #expect(
                    try await Self.refusal(
                        Self.request(
                            ["colour", "more", "size"],
                            [
                                [Self.text("red"), Self.text("x"), Self.number(1)]
                            ]), client) == nil)
            }
            let others = try await head.asking(as: .user, "eve") { client in
                try await Self.refusal(
                    Self.request(["size", "colour"], [[Self.number(1), Self.text("red")]]), client)
            }
            #expect(others?.code == .permissionDenied)
            #expect(others?.message == "a user may predict with models only of their own")
        }
    }

    @Test func `a model that is damaged, tainted or not there is not parsed`() async throws {
        let made = try Made(.ridge, .regression, target: "price")
        let request = Self.request(["size", "colour"], [[Self.number(1), Self.text("red")]])
        let missing = try await self.with(made, bringing: [0]) { head in
            try await head.asking(as: .user) { try await Self.refusal(request, $0) }
        }
        #expect(missing?.code == .notFound)
        let tainted = try await self.with(
            made,
            facts: [
                .tainted(
                    TaintBatch(
                        trial: TrialID(JobID(1), 0), owner: "user/ada",
                        outputs: [made.outputs[1]], sources: [], at: Sample.origin))
            ]
        ) { head in
            try await head.asking(as: .user) { try await Self.refusal(request, $0) }
        }
        #expect(tainted?.code == .failedPrecondition)
        #expect(tainted?.message.contains("tainted") == true)
    }

    @Test func `many ask at once and each gets its own answer`() async throws {
        let made = try Made(.ridge, .regression, target: "price")
        try await self.with(made) { head in
            try await head.asking(as: .user) { client in
                try await withThrowingTaskGroup(of: (Int, Double).self) { group in
                    for size in 0..<40 {
                        group.addTask {
                            let request = Self.request(
                                ["size", "colour"], [[Self.number(Double(size)), Self.text("red")]])
                            let answer = try await Self.predict(request, client)
                            return (size, answer.predictions[0].number)
                        }
                    }
                    var numbers = [Double](repeating: 0, count: 40)
                    for try await (size, number) in group { numbers[size] = number }
                    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
                }
            }
        }
    }
}
