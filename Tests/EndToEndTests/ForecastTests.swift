import Foundation
import LiveCluster
import Testing

/// Series of a table, looked ahead by a model of the cluster's.
@Suite struct ForecastTests {
    private static func job(_ more: String = "") -> String {
        """
        task: forecasting
        data: { train: sales.csv, target: sold, time: day, key: shop\(more) }
        horizon: 14
        metric: [mase, smape]
        model_list: [seasonal_naive, theta, ets, ridge_lags]
        budget: { trials: 8 }
        cv: 2
        output: sales.model
        """
    }

    @Test func `every series of a table is forecast, with its times and intervals`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1", slots: 2)
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let table = Tables.sales(days: 0..<140, seed: 7)
        let job = try cluster.write(job: Self.job(), on: table, named: "sales")
        let ended = try await cluster.ask(["submit", job, "--follow"])
        #expect(ended["state"] as? String == "succeeded", "\(ended)")
        #expect(ended["task"] as? String == "forecasting")
        #expect(try #require(ended["best_score"] as? Double) < 1)

        let model = cluster.path("sales.model")
        let predict = try cluster.client(["predict", model, "--horizon", "3", "--level", "0.9"])
        #expect(await predict.status == 0, "\(predict.errors)")
        let rows = predict.output.split(separator: "\n").map { $0.split(separator: ",") }
        #expect(rows.first == ["shop", "day", "prediction", "lower_90", "upper_90"])
        try #require(rows.count == 7 && rows.dropFirst().allSatisfy { $0.count == 5 })
        #expect(rows[1].prefix(2) == ["north", "2024-05-20"])
        #expect(rows[6].prefix(2) == ["south", "2024-05-22"])
        let numbers = rows[1].dropFirst(2).compactMap { Double($0) }
        #expect(numbers[1] < numbers[0] && numbers[0] < numbers[2])

        let test = try cluster.write(Tables.sales(days: 140..<154, seed: 7), to: "test.csv")
        let answer = try await cluster.ask(["predict", model, test])
        let steps = try #require(answer["steps"] as? [[String: Any]])
        #expect(steps.count == 28 && answer["rows"] as? Int == 28)
        #expect(steps[27]["key"] as? String == "south" && steps[27]["step"] as? Int == 14)
        let scores = try await cluster.score(model, on: test)
        #expect(try #require(scores["mase"]) < 1)
        let late = try cluster.client(["predict", model, cluster.path("sales.csv")])
        #expect(await late.status == 2)
        #expect(late.errors.contains("row 1, column day: this time does not lie after"))
    }

    @Test func `what is known before is used, and asked for`() async throws {
        let cluster = try await Cluster()
        try cluster.makeDirectory("work")
        let job = try cluster.write(
            job: Self.job(", exogenous: [price]"),
            on: Tables.sales(days: 0..<140, seed: 7, spread: 1), named: "work/sales")
        let run = try cluster.start(
            Binaries.assay, ["run", job, "--json", "--anonymize-columns"])
        #expect(await run.status == 0, "\(run.errors)")
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(run.output.utf8)) as? [String: Any])
        let best = try #require(report["best"] as? [String: Any])
        #expect(best["family"] as? String == "ridge_lags")

        let model = cluster.path("work/sales.model")
        let blind = try cluster.start(Binaries.assay, ["predict", model, "--horizon", "3"])
        #expect(await blind.status == 2)
        #expect(blind.errors.contains("coming values of price"), "\(blind.errors)")
        let test = try cluster.write(
            Tables.sales(days: 140..<154, seed: 7, spread: 1), to: "test.csv")
        let score = try cluster.start(
            Binaries.assay, ["predict", model, test, "--score", "--json"])
        #expect(await score.status == 0, "\(score.errors)")
        let judged = try #require(
            try JSONSerialization.jsonObject(with: Data(score.output.utf8)) as? [String: Any])
        let scores = try #require(judged["scores"] as? [String: Double])
        #expect(try #require(scores["mase"]) < 0.5, "\(scores)")
    }

    @Test func `a table that makes no series is refused before anything starts`() async throws {
        let cluster = try await Cluster()
        let table = Tables.sales(days: 0..<30, seed: 7)
        let job = try cluster.write(
            job: Self.job().replacingOccurrences(of: ", key: shop", with: ""), on: table,
            named: "sales")
        let run = try cluster.start(Binaries.assay, ["run", job])
        #expect(await run.status == 2)
        #expect(run.errors.contains("row 2, column day: row 1 has the same time"))
        #expect(run.errors.contains("name the column that tells the series apart"))
    }
}
