import Testing
import Wire

@testable import assay

@Suite struct SearchFileTests {
    private static func search(
        _ lines: String, task: String = "regression"
    ) throws(InputError) -> SearchTerms {
        let text = "task: \(task)\ndata: { train: a.csv, target: y }\nbudget: { trials: 9 }\n"
        let more = task == "forecasting" ? "horizon: 3\n" : ""
        let job = try JobFile(
            StrictYAML(text: text + more + lines, file: "a.yaml"), folder: "/", fallbackName: "a")
        switch job.work {
        case .learning(let learning): return learning.search
        case .forecasting(let forecasting): return forecasting.search
        case .idle, .program: throw InputError("a.yaml", "no search")
        }
    }

    @Test func `a job that says nothing searches as ever`() throws {
        #expect(try Self.search("") == .standard)
        #expect(try Self.search("tuning: true\n") == .standard)
    }

    @Test func `stages have budgets of their own`() throws {
        let search = try Self.search(
            """
            portfolio: { trials: 8 }
            tuning: { families: 2, trials: 50, time: 1m }
            """)
        #expect(search.portfolio == StageTerms(trials: 8, time: nil))
        #expect(search.tuning == StageTerms(trials: 50, time: .seconds(60)))
        #expect(search.families == 2)
        let selection = try Self.search("feature_selection: { min_features: 4, trials: 8 }\n")
        #expect(selection.featuresMin == 4)
        #expect(selection.selection == StageTerms(trials: 8, time: nil))
        #expect(try Self.search("tuning: false\n").tuning == .skipped)
    }

    @Test func `parameters are fixed, or their ranges narrowed`() throws {
        let search = try Self.search(
            """
            search_space:
              gradient_boosting:
                trees: 200
                learning_rate: { low: 0.01, high: 0.3, scale: linear }
                leaves: { low: 7, high: 63 }
              elastic_net: { alpha: { low: 0, high: 1 } }
            """)
        #expect(
            search.space == [
                FamilySpace(
                    family: "gradient_boosting", fixed: [Parameter("trees", 200)],
                    ranges: [
                        CommandParameter("learning_rate", .real(0.01...0.3, .linear)),
                        CommandParameter("leaves", .whole(7...63, .log)),
                    ]),
                FamilySpace(
                    family: "elastic_net", fixed: [],
                    ranges: [CommandParameter("alpha", .real(0...1, .linear))]),
            ])
        let forecast = try Self.search(
            "search_space: { theta: { theta: 2 } }\n", task: "forecasting")
        #expect(forecast.space.map(\.family) == ["theta"])
    }

    @Test(arguments: [
        ("tuning: 3\n", "a.yaml:4:9: tuning must be true or false"),
        ("tuning: { families: 0 }\n", "a.yaml:4:21: tuning.families must be a whole number"),
        ("tuning: { algos: 3 }\n", "a.yaml:4:11: unknown key 'algos'; known are trials, time"),
        ("portfolio: { trials: 0 }\n", "a.yaml:4:22: portfolio.trials must be a whole number"),
        ("portfolio: false\n", "a.yaml:4:12: portfolio must be a mapping"),
        (
            "search_space: { logistic_regression: { c: 1 } }\n",
            "a.yaml:4:38: search_space.logistic_regression is no model for regression; known are"
        ),
        (
            "model_list: ridge\nsearch_space: { extra_trees: { trees: 9 } }\n",
            "a.yaml:5:30: search_space.extra_trees is no model of the model_list, which names ridge"
        ),
        (
            "search_space: { ridge: { beta: 1 } }\n",
            "a.yaml:4:32: search_space.ridge.beta is no parameter of ridge, which takes alpha"
        ),
        (
            "search_space: { extra_trees: { trees: 9000 } }\n",
            "a.yaml:4:39: search_space.extra_trees.trees is out of range: trees is a whole number"
        ),
        (
            "search_space: { extra_trees: { trees: 9.5 } }\n",
            "a.yaml:4:39: search_space.extra_trees.trees is out of range: trees is a whole number"
        ),
        (
            "search_space: { ridge: { alpha: { low: 2, high: 1 } } }\n",
            "a.yaml:4:33: search_space.ridge.alpha must have a low below its high"
        ),
        (
            "search_space: { elastic_net: { alpha: { low: 0, high: 1, scale: log } } }\n",
            "a.yaml:4:39: search_space.elastic_net.alpha must have a low above 0"
        ),
        (
            "search_space: { ridge: { alpha: { low: 1 } } }\n",
            "a.yaml:4:33: search_space.ridge.alpha.high is missing; write for example high: 0.3"
        ),
    ]) func `what cannot be searched is refused, with its place`(lines: String, words: String) {
        do throws(InputError) {
            _ = try Self.search(lines)
            Issue.record("was taken: \(lines)")
        } catch {
            #expect(error.description.hasPrefix(words), "\(error)")
        }
    }
}
