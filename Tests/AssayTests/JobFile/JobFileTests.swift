import Engine
import Testing
import Wire

@testable import assay

@Suite struct JobFileTests {
    private func read(_ text: String) throws(InputError) -> JobFile {
        try JobFile(
            StrictYAML(text: text, file: "a.yaml"), folder: "/data", fallbackName: "a")
    }

    private func sentence(_ text: String) -> String {
        do {
            _ = try self.read(text)
            return "no error"
        } catch {
            return error.description
        }
    }

    static let smallest = """
        task: regression
        data: { train: wine.csv, target: quality }
        budget: { trials: 60 }
        """

    @Test func `the smallest job needs a task, data and a budget`() throws {
        let job = try self.read(Self.smallest)
        #expect(job.name == "a")
        #expect(job.priority == 50)
        #expect(job.budget == Budget(trials: 60, time: nil))
        guard case .learning(let learning) = job.work else {
            Issue.record("not a learning job")
            return
        }
        #expect(learning.table.train == "/data/wine.csv")
        #expect(learning.target == "quality")
        #expect(learning.folds == nil && learning.split == nil)
    }

    @Test(arguments: [
        (10, 5, nil), (49_999, 5, nil), (50_000, 3, nil), (99_999, 3, nil), (100_000, 2, 0.2),
    ]) func `the more rows judge, the fewer folds there are`(
        rows: Int, folds: Int, holdout: Double?
    ) {
        let size = ValidationTerms.TableSize(rows: rows, columns: 10, outputs: 1, rarest: rows)
        for time in [nil, Duration.seconds(60)] {
            let standard = ValidationTerms.standard(of: size, in: time)
            #expect(standard.folds == folds && standard.split?.holdout == holdout)
        }
    }

    @Test(arguments: [
        (15, 10_500, 120, 1, 5000, true), (30, 10_500, 120, 1, 5000, false),
        (15, 38_000, 9, 5, 1000, true), (15, 38_000, 9, 1, 19_000, false),
        (1, 3999, 500, 1, 2000, false), (1, 4000, 500, 1, 50, true), (1, 4000, 500, 1, 49, false),
        (60, 60_000, 100, 1, 30_000, true),
    ]) func `where time is short a fifth is held out of fewer rows`(
        seconds: Int, rows: Int, columns: Int, outputs: Int, rarest: Int, isHeldOut: Bool
    ) {
        let size = ValidationTerms.TableSize(
            rows: rows, columns: columns, outputs: outputs, rarest: rarest)
        let standard = ValidationTerms.standard(of: size, in: .seconds(seconds))
        #expect((standard.split?.holdout == 0.2) == isHeldOut)
        #expect(ValidationTerms.standard(of: size, in: nil).split == nil)
    }

    @Test func `every key is read`() throws {
        let job = try self.read(
            """
            name: wine
            seed: 7
            priority: 90
            task: classification
            data: { train: /w.csv, target: q, schema: s.yaml }
            metric: [roc_auc, accuracy]
            budget: { trials: 5, time: 2m }
            cv: 3
            model_list: [gradient_boosting, logistic_regression]
            output: out/wine.model
            """)
        #expect(job.output == "/data/out/wine.model")
        #expect(job.budget.time == .seconds(120))
        guard case .learning(let learning) = job.work else {
            Issue.record("not a learning job")
            return
        }
        #expect(learning.table.schema == "/data/s.yaml")
        #expect(learning.families == [.gradientBoosting, .logisticRegression])
        #expect(learning.metrics.map(\.rawValue) == ["roc_auc", "accuracy"])
    }

    @Test func `rows count by a column, and by their class`() throws {
        for (line, classes) in [
            ("class_weight: balanced", ClassTerms.balanced),
            (
                "class_weight: { 'yes': 5, no: 0.5 }",
                .named([("yes", 5), ("no", 0.5)], place: "")
            ),
        ] {
            let job = try self.read(
                "task: classification\ndata: { train: a.csv, target: y, weight: exposure }\n"
                    + "budget: { trials: 3 }\n\(line)\n")
            guard case .learning(let learning) = job.work else {
                Issue.record("not a learning job")
                return
            }
            #expect(learning.weight == "exposure" && learning.classWeights == classes)
        }
        let terms = ClassTerms.named([("b", 5)], place: "a.yaml:1:1")
        #expect(try terms.weights(of: ["a", "b", "c"]) == .given([1, 5, 1]))
        let error = #expect(throws: InputError.self) { try terms.weights(of: ["a", "c"]) }
        #expect(error?.description.contains("a class that the target does not have") == true)
    }

    @Test(arguments: [
        ("forecasting\nhorizon: 3", "weight: w", "", "a forecaster takes all rows alike"),
        ("anomaly_detection", "weight: w", "", "a detector takes all rows alike"),
        ("regression", "target: y", "class_weight: balanced", "is for classification only"),
        ("regression", "target: y", "positive: a", "positive is for classification only"),
        ("classification", "target: y", "class_weight: even", "must be balanced, or a mapping"),
        ("classification", "target: y", "class_weight: { a: 0 }", "must be from 1e-09 to"),
        ("classification", "target: y", "class_weight: { a: b }", "must be a number"),
        ("classification", "target: y", "class_weight: {}", "names no class"),
    ]) func `weights where nothing weighs are refused`(
        task: String, data: String, line: String, words: String
    ) {
        let target = data.hasPrefix("target") ? "" : ", target: y"
        let sentence = self.sentence(
            "task: \(task)\ndata: { train: m.csv\(target), \(data) }\n\(line)\n"
                + "budget: { trials: 3 }\n"
        )
        #expect(sentence.contains(words), "\(sentence)")
    }

    @Test(arguments: [
        ("ignore: id", "no error"), ("ignore: [id, note], weight: w", "no error"),
        ("ignore: []", "data.ignore is an empty list"),
        ("ignore: [id, id]", "data.ignore names a column twice"),
        ("ignore: [id, y]", "data.ignore names the target"),
        ("ignore: w, weight: w", "data.ignore names the weight"),
        ("ignore: p }\ncv: { folds: 3, groups: p", "cv splits rows by a column that data.ignore"),
    ]) func `columns may be left out of what is learned`(data: String, words: String) {
        let sentence = self.sentence(
            "task: regression\ndata: { train: m.csv, target: y, \(data) }\nbudget: { trials: 3 }\n")
        #expect(sentence.contains(words), "\(sentence)")
    }

    @Test(arguments: [
        ("metric: [quantile_loss, mae]\nquantile: 0.9", "no error"),
        ("metric: quantile_loss", "quantile is missing; write for example quantile: 0.9"),
        ("metric: mae\nquantile: 0.9", "quantile is for metric: quantile_loss"),
        ("metric: quantile_loss\nquantile: 1", "must be a share from 0.001 to 0.999"),
        ("metric: poisson_deviance", "no error"),
    ]) func `a quantile is said with its metric`(lines: String, words: String) {
        let sentence = self.sentence(
            "task: regression\ndata: { train: m.csv, target: y }\n\(lines)\nbudget: { trials: 3 }\n"
        )
        #expect(sentence.contains(words), "\(sentence)")
    }

    @Test func `predictions may be held to one way along a column`() throws {
        let text = "data: { train: a.csv, target: y }\nbudget: { trials: 3 }\n"
        let job = try self.read(
            "task: regression\n\(text)monotone: { age: increasing, price: decreasing }\n")
        guard case .learning(let learning) = job.work else {
            Issue.record("not a learning job")
            return
        }
        #expect(learning.monotone == [.init("age", .increasing), .init("price", .decreasing)])
        for (lines, words) in [
            ("monotone: { age: up }", "must be one of increasing, decreasing"),
            ("monotone: {}", "must name 1 to 256 columns"),
            ("monotone: { age: increasing }\nmodel_list: [ridge]", "'ridge' is no model"),
            (
                "monotone: { age: increasing }\nmetric: quantile_loss\nquantile: 0.9",
                "regression that learns means"
            ),
        ] {
            let sentence = self.sentence("task: regression\n\(text)\(lines)\n")
            #expect(sentence.contains(words), "\(sentence)")
        }
    }

    @Test func `anomalies may be looked for without a target`() throws {
        let job = try self.read(
            """
            task: anomaly_detection
            data: { train: /m.csv }
            contamination: 0.02
            budget: { time: 60s }
            """)
        guard case .learning(let learning) = job.work else {
            Issue.record("not a learning job")
            return
        }
        #expect(learning.task == .anomalyDetection && learning.target == nil)
        #expect(learning.contamination == 0.02 && learning.metrics == [])
    }

    @Test(arguments: [
        ("metric: roc_auc", "'roc_auc' is no metric for anomaly_detection; known are stability"),
        ("contamination: 0.7", "must be the share of anomalies, above 0 and at most 0.5"),
        ("model_list: [ridge]", "'ridge' is no model for anomaly_detection"),
    ]) func `what anomalies cannot be judged by or found with is refused`(
        line: String, words: String
    ) {
        let sentence = self.sentence(
            "task: anomaly_detection\ndata: { train: m.csv }\n\(line)\nbudget: { trials: 3 }\n")
        #expect(sentence.contains(words), "\(sentence)")
        let marked = self.sentence(
            "task: anomaly_detection\ndata: { train: m.csv, target: a }\nmetric: stability\n"
                + "budget: { trials: 3 }\n")
        #expect(marked.contains("'stability' is no metric"), "\(marked)")
    }

    @Test(arguments: [
        ("cv: 5", 5, nil), ("cv: 3", 3, nil), ("cv: { folds: 4 }", 4, nil),
        (
            "cv: { groups: patient }", 5,
            SplitTerms(by: .group, column: "patient", isFeature: false, holdout: nil)
        ),
        (
            "cv: { folds: 4, time: day, feature: true }", 4,
            SplitTerms(by: .time, column: "day", isFeature: true, holdout: nil)
        ),
        (
            "cv: { holdout: 0.2, time: day }", 2,
            SplitTerms(by: .time, column: "day", isFeature: false, holdout: 0.2)
        ),
        (
            "cv: { holdout: 0.3 }", 2,
            SplitTerms(by: .chance, column: nil, isFeature: false, holdout: 0.3)
        ),
    ]) func `rows may be split by groups, by time, or once`(
        line: String, folds: Int, split: SplitTerms?
    ) throws {
        let job = try self.read(
            "task: regression\ndata: { train: a.csv, target: y }\nbudget: { trials: 3 }\n\(line)\n")
        guard case .learning(let learning) = job.work else {
            Issue.record("not a learning job")
            return
        }
        #expect(learning.folds == folds && learning.split == split)
    }

    @Test(arguments: [
        ("cv: 1", "cv must be a whole number from 2 to 50"),
        ("cv: { holdout: 2 }", "cv.holdout must be a share from 0.01 to 0.9"),
        ("cv: { folds: 3, holdout: 0.2 }", "cv has folds or a share that is held out, not both"),
        ("cv: { groups: a, time: b }", "cv splits by groups or by time, not by both"),
        ("cv: { feature: true }", "cv has a feature, but names no column to split by"),
        ("cv: { group: a }", "unknown key 'group'"),
    ]) func `a split that cannot be is refused`(line: String, words: String) {
        let sentence = self.sentence(
            "task: regression\ndata: { train: a.csv, target: y }\nbudget: { trials: 3 }\n\(line)\n")
        #expect(sentence.contains(words), "\(sentence)")
    }

    @Test func `rows of a large table may be drawn`() throws {
        func text(_ sample: String) -> String {
            "task: regression\ndata: { train: a.csv, target: y, sample: \(sample) }\n"
                + "budget: { trials: 3 }\n"
        }
        for (sample, seed) in [("{ rows: 1000000, seed: 7 }", 7), ("{ rows: 1000000 }", 0)] {
            guard case .learning(let learning) = try self.read(text(sample)).work else {
                Issue.record("not a learning job")
                return
            }
            #expect(learning.table.sample == .init(rows: 1_000_000, seed: UInt64(seed)))
        }
        for (sample, words) in [
            ("{ rows: 0 }", "data.sample.rows must be a whole number from 1"),
            ("{ seed: 1 }", "rows"), ("{ rows: 3, share: 0.1 }", "unknown key 'share'"),
        ] {
            let sentence = self.sentence(text(sample))
            #expect(sentence.contains(words), "\(sentence)")
        }
    }

    @Test func `a table may judge, and then nothing splits the rows`() throws {
        let text =
            "task: regression\ndata: { train: a.csv, target: y, validation: b.csv }\n"
            + "budget: { trials: 3 }\n"
        guard case .learning(let learning) = try self.read(text).work else {
            Issue.record("not a learning job")
            return
        }
        #expect(learning.validation?.hasSuffix("/b.csv") == true)
        #expect(learning.split == nil)
        let sentence = self.sentence(text + "cv: 3\n")
        #expect(sentence.contains("data.validation judges by others"), "\(sentence)")
    }

    @Test func `a forecast says what its series are and how far it looks ahead`() throws {
        let job = try self.read(
            """
            task: forecasting
            data: { train: s.csv, target: sold, time: day, key: shop, exogenous: price }
            horizon: 28
            frequency: 1d
            budget: { time: 60s }
            """)
        guard case .forecasting(let forecasting) = job.work else {
            Issue.record("not a forecasting job")
            return
        }
        #expect(
            forecasting.terms
                == SeriesTerms(
                    time: "day", key: "shop", exogenous: ["price"], frequency: "1d", season: nil,
                    averages: false, horizon: 28))
        #expect(forecasting.target == "sold" && forecasting.folds == 8 && forecasting.ensembles)
        #expect(forecasting.metrics == [.meanAbsoluteScaledError] && forecasting.families == [])
    }

    @Test(arguments: [
        ("", "horizon is missing; write for example horizon: 28"),
        ("horizon: 0", "horizon must be a whole number from 1 to 10000"),
        ("horizon: 3\nfrequency: often", "frequency must be yearly, quarterly"),
        ("horizon: 3\nmetric: r2", "'r2' is no metric for forecasting; known are mase"),
        ("horizon: 3\nmodel_list: [ridge]", "'ridge' is no model for forecasting"),
        ("horizon: 3\nseason: 0", "season must be a whole number from 1"),
        ("horizon: 3\ncontamination: 0.1", "contamination"),
    ]) func `a forecast that cannot be is refused`(lines: String, words: String) {
        let sentence = self.sentence(
            "task: forecasting\ndata: { train: s.csv, target: y, time: t }\n\(lines)\n"
                + "budget: { trials: 3 }\n")
        #expect(sentence.contains(words), "\(sentence)")
        let twice = self.sentence(
            "task: forecasting\ndata: { train: s.csv, target: y, time: y }\nhorizon: 3\n"
                + "budget: { trials: 3 }\n")
        #expect(twice.contains("names one column twice"), "\(twice)")
    }

    @Test func `an idle job holds slots`() throws {
        let job = try self.read("task: idle\ntrials: 20000\nduration: 20ms\n")
        #expect(job.work == .idle(trials: 20_000, duration: .milliseconds(20)))
    }

    @Test(arguments: [
        ("task: sorting\n", "a.yaml:1:7: task must be one of classification, regression"),
        ("name: a\n", "a.yaml:1:1: task is missing; write for example task: regression"),
        (
            "task: regression\nbudget: {trials: 1}\n",
            "a.yaml:1:1: data is missing; write for example data: { train: rows.csv"
        ),
        (
            "task: regression\ndata: {train: a.csv}\nbudget: {trials: 1}\n",
            "a.yaml:2:7: data.target is missing; write for example target: price"
        ),
        (
            "task: regression\ndata: {train: a, target: b}\nbudget: {}\n",
            "a.yaml:3:9: budget must name trials, time or both, such as { trials: 60, time: 120s }"
        ),
        (
            "task: regression\ndata: {train: a, target: b}\nbudget: {trials: 0}\n",
            "a.yaml:3:18: budget.trials must be a whole number from 1 to 1000000"
        ),
        (
            "task: regression\ndata: {train: a, target: b}\nbudget: {time: soon}\n",
            "a.yaml:3:16: budget.time must be a duration such as 500ms, 120s, 5m or 1h"
        ),
        (
            smallest + "\npriority: 101\n",
            "a.yaml:4:11: priority must be a whole number from 0 to 100"
        ),
        (smallest + "\nseed: -1\n", "a.yaml:4:7: seed must be a whole number"),
        (smallest + "\ncv: 1\n", "a.yaml:4:5: cv must be a whole number from 2 to 50"),
        (smallest + "\nmetric: roc_auc\n", "a.yaml:4:9: metric 'roc_auc' is no metric for"),
        (smallest + "\nmetric: [rmse, rmse]\n", "a.yaml:4:9: metric names 'rmse' twice"),
        (smallest + "\nmodel_list: [oracle]\n", "a.yaml:4:13: model_list 'oracle' is no model for"),
        (
            smallest + "\nbuget: 3\n",
            "a.yaml:4:1: unknown key 'buget'; known are anonymize_columns, name, seed"
        ),
    ]) func `a wrong job file gets one sentence with its place`(text: String, expected: String) {
        let sentence = self.sentence(text)
        #expect(sentence.hasPrefix(expected), "\(sentence)")
        #expect(!sentence.contains("\n"))
    }
}
