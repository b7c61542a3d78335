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
        let prediction = try Prediction(
            self.regression(), bytes: Array("a\n3\n4\n".utf8), at: "a.csv", for: .prediction)
        #expect(prediction.rows == 2)
        let numbers = (0..<2).compactMap { Double(prediction.answer(row: $0)) }
        #expect(abs(numbers[0] - 6) < 0.01 && abs(numbers[1] - 8) < 0.01)
        #expect(prediction.csv().hasPrefix("prediction\n"))
    }

    @Test func `classes come with the probability of each, quoted where needed`() throws {
        let prediction = try Prediction(
            self.classification(), bytes: Array("a\n1\n19\n".utf8), at: "a.csv", for: .prediction)
        let lines = prediction.csv().split(separator: "\n")
        #expect(lines[0] == "prediction,probability_high,\"probability_low, down\"")
        #expect(lines[1].hasPrefix("\"low, down\",0."))
        #expect(lines[2].hasPrefix("high,"))
        #expect(lines.count == 3)
    }

    @Test func `a score needs the target, and all metrics are given`() throws {
        let model = try self.regression()
        let scored = try Prediction(
            model, bytes: Array("a,y\n3,6\n4,8\n".utf8), at: "a.csv", for: .scoring)
        let scores = try scored.scores()
        #expect(Set(scores.keys) == ["r2", "rmse", "mae", "mape"])
        #expect(try #require(scores["r2"]) > 0.99)

        let error = #expect(throws: InputError.self) {
            try Prediction(model, bytes: Array("a\n3\n".utf8), at: "a.csv", for: .scoring)
        }
        #expect(error?.description.hasPrefix("a.csv: ") == true)
    }

    @Test func `a metric that these rows leave undefined is left out`() throws {
        let prediction = try Prediction(
            self.classification(), bytes: Array("a,kind\n1,high\n".utf8), at: "a.csv",
            for: .scoring)
        let scores = try prediction.scores()
        #expect(scores["roc_auc"] == nil)
        #expect(scores["accuracy"] == 0)
    }

    @Test func `a bad table is named without its values`() throws {
        let model = try self.regression()
        let error = #expect(throws: InputError.self) {
            try Prediction(
                model, bytes: Array("a\ncanary7f\n".utf8), at: "a.csv", for: .prediction)
        }
        #expect(error?.description.hasPrefix("a.csv: line 2, column 1 (a): ") == true)
        #expect(error?.description.contains("canary7f") == false)
    }
}
