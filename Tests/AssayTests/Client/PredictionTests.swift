import Engine
import Testing

@testable import assay

@Suite struct PredictionTests {
    /// A model of y = 2a, nearly, from twenty rows.
    private func regression() throws -> FittedModel {
        let csv = "a,y\n" + (0..<20).map { "\($0),\(2 * $0)\n" }.joined()
        return try self.fit(Recipe(.ridge, [.init("alpha", 1e-6)]), csv, "y", .regression)
    }

    private func classification() throws -> FittedModel {
        let rows = (0..<20).map { $0 < 10 ? "\($0),\"low, down\"\n" : "\($0),high\n" }
        let csv = "a,kind\n" + rows.joined()
        return try self.fit(Recipe(.logisticRegression), csv, "kind", .classification)
    }

    private func fit(
        _ recipe: Recipe, _ csv: String, _ target: String, _ task: LearningTask
    ) throws -> FittedModel {
        let bound = try TableFile.dataset(
            Array(csv.utf8), at: "train.csv", schema: nil, target: target, task: task)
        return try FittedModel.fit(recipe, bound.dataset)
    }

    @Test func `a number is predicted for each row`() throws {
        let numbers = try self.regression().answers(to: Array("a\n3\n4\n".utf8), at: "a.csv")
            .compactMap(Double.init)
        #expect(numbers.count == 2)
        #expect(abs(numbers[0] - 6) < 0.01 && abs(numbers[1] - 8) < 0.01)
    }

    @Test func `classes come with the probability of each, quoted where needed`() throws {
        let csv = try self.classification().csv(to: Array("a\n1\n19\n".utf8))
        let lines = csv.split(separator: "\n")
        #expect(lines[0] == "prediction,probability_high,\"probability_low, down\"")
        #expect(lines[1].hasPrefix("\"low, down\",0."))
        #expect(lines[2].hasPrefix("high,"))
        #expect(lines.count == 3)
    }

    @Test func `blocks of any size give the same bytes and scores as the whole table`() throws {
        let model = try self.classification()
        let rows = (0..<300).map { "\($0 % 23).\($0),\($0 % 3 == 0 ? "high" : "\"low, down\"")\n" }
        let table = Array(("a,kind\n" + rows.joined()).utf8)
        let frame = try table.withUnsafeBytes { try model.frame(bytes: $0, for: .scoring) }
        let values = try model.predict(frame)
        let rowsOfAll = PredictedRows(model: model, values: values, files: nil)
        let whole = rowsOfAll.header(for: .programs) + rowsOfAll.csv(for: .programs)
        let loss = try Metric.logLoss.value(model.answers(in: frame), values)
        for blockBytes in [1, 10, 100, 1000, 1 << 20] {
            var scored = TablePrediction(model, at: "a.csv", for: .scoring)
            #expect(try model.csv(to: table, blockBytes: blockBytes, &scored) == whole)
            #expect(scored.rows == 300)
            #expect(scored.scores()["log_loss"]?.bitPattern == loss.bitPattern)
            #expect(Set(scored.scores().keys).isSuperset(of: ["accuracy", "roc_auc", "f1"]))
        }
    }

    @Test func `a score needs the target, and all metrics are given`() throws {
        let model = try self.regression()
        var scored = TablePrediction(model, at: "a.csv", for: .scoring)
        _ = try model.csv(to: Array("a,y\n3,6\n4,8\n".utf8), &scored)
        let scores = scored.scores()
        #expect(Set(scores.keys) == ["r2", "rmse", "mae", "mape"])
        #expect(try #require(scores["r2"]) > 0.99)

        let error = #expect(throws: InputError.self) {
            try model.answers(to: Array("a\n3\n".utf8), at: "a.csv", for: .scoring)
        }
        #expect(error?.description.hasPrefix("a.csv: ") == true)
    }

    @Test func `a class that the model does not know is named by the row of the file`() throws {
        let rows = (0..<50).map { "\($0),\($0 == 37 ? "canary7f" : "high")\n" }.joined()
        let error = #expect(throws: InputError.self) {
            var scored = TablePrediction(
                try self.classification(), at: "a.csv", for: .scoring)
            _ = try scored.model.csv(
                to: Array(("a,kind\n" + rows).utf8), blockBytes: 20, &scored)
        }
        #expect(error?.description.contains("row 38 (the header not counted)") == true)
        #expect(error?.description.contains("canary7f") == false)
    }

    @Test func `a metric that these rows leave undefined is left out`() throws {
        let model = try self.classification()
        var scored = TablePrediction(model, at: "a.csv", for: .scoring)
        _ = try model.csv(to: Array("a,kind\n1,high\n".utf8), &scored)
        #expect(scored.scores()["roc_auc"] == nil)
        #expect(scored.scores()["accuracy"] == 0)
    }

    @Test func `a bad row is named without its values, and the rows before it are given`() throws {
        let model = try self.regression()
        var rows = 0
        let error = #expect(throws: InputError.self) {
            var prediction = TablePrediction(model, at: "a.csv", for: .prediction)
            let table = Array("a\n1\n2\n3\ncanary7f\n5\n".utf8)
            try prediction.run(MemorySource(table), blockBytes: 2) { rows += $0.rows }
        }
        #expect(error?.description.hasPrefix("a.csv: line 5, column 1 (a): ") == true)
        #expect(error?.description.contains("canary7f") == false)
        #expect(rows == 3)
    }

    @Test func `a file is whole or not there`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("old", to: "out.csv")
        do {
            let draft = try OutputFile.Draft(of: path, readers: .everyone)
            try draft.append("half")
        }
        #expect(try InputFile.read(path, upTo: 99, what: "file") == Array("old".utf8))
        let draft = try OutputFile.Draft(of: path, readers: .everyone)
        try draft.append("all ")
        try draft.append("of it")
        #expect(try InputFile.read(path, upTo: 99, what: "file") == Array("old".utf8))
        try draft.publish()
        #expect(try InputFile.read(path, upTo: 99, what: "file") == Array("all of it".utf8))
        #expect(folder.names == ["out.csv"])
    }

    @Test func `a source is a file or standard input, and nothing else`() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("a\n1\n", to: "a.csv")
        #expect(try InputSource(path).size == 4)
        for path in ["\(folder.path)/none.csv", folder.path, "/dev/null"] {
            #expect(throws: InputError.self) { try InputSource(path) }
        }
    }
}
