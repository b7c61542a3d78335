import Testing
import Wire

@testable import assay

@Suite struct LeaderboardTests {
    private func board(_ trials: [Assay_V1_Trial]) -> LeaderboardText {
        LeaderboardText(
            job: Reports.job(state: "succeeded"), trials: trials.map { TrialReport($0) },
            metrics: ["rmse", "r2"])
    }

    @Test func `columns line up and the best stands first`() {
        let board = self.board([
            Reports.scored(0, "ridge", 0.75, step: "portfolio"),
            Reports.scored(12, "gradient_boosting", 0.5),
        ])
        #expect(
            board.text(style: .plain, width: nil) == """
                rank  trial  model                rmse      r2  step        time  hyperparameters
                   1     12  gradient_boosting  0.5000  0.5000  tuning     1.2 s  alpha=0.5
                   2      0  ridge              0.7500  0.2500  portfolio  1.2 s  alpha=0.5

                """)
    }

    @Test func `a wide one tells of rows, columns, memory and workers`() {
        let narrow = Recipe(
            family: "ridge", parameters: [Parameter("features", 7)], seed: 1)
        var selected = Reports.scored(1, "ridge", 0.75)
        selected.spec = TrialSpec(step: .selection, recipe: narrow).message
        selected.worker = "w1"
        let board = self.board([selected, Reports.scored(0, "ridge", 0.5)])
        #expect(
            board.text(style: .plain, width: nil, isWide: true) == """
                rank  trial  model  samples  features    rmse      r2  step        time  memory  \
                worker  hyperparameters
                   1      0  ridge    3,673        11  0.5000  0.5000  tuning     1.2 s     1 B  \
                -       alpha=0.5
                   2      1  ridge    3,673         7  0.7500  0.2500  selection  1.2 s     1 B  \
                w1      features=7

                """)
    }

    @Test func `a command's choices have their names, and who was stopped is not ranked`() throws {
        let command = CommandJob(
            command: Command(
                arguments: ["train"], environment: [], files: [], outputs: [],
                parameters: [
                    CommandParameter("booster", .choice([.text("dart"), .boolean(true)])),
                    CommandParameter("rate", .real(0...1, .linear)),
                ],
                metric: "rmse",
                resources: CommandResources(
                    memoryBytes: 1 << 30, cpuTime: .seconds(1), wallTime: .seconds(1),
                    scratchBytes: 1 << 20, processes: 1),
                network: .none),
            direction: .minimise, stopping: .median)
        var job = Assay_V1_Job()
        job.state = "succeeded"
        job.spec =
            JobSpec(
                name: "tune", priority: 50, seed: 1, budget: Budget(trials: 3, time: nil),
                kind: .command(command)
            ).message
        let report = JobReport(job)
        #expect(report.task == "command")
        #expect(report.metrics == ["rmse"])
        let trials = [0.0, 1, 0].enumerated().map { index, booster in
            var trial = Reports.scored(UInt32(index), Command.family, Double(index))
            let recipe = Recipe(
                family: Command.family,
                parameters: [Parameter("booster", booster), Parameter("rate", 0.25)], seed: 1)
            trial.spec = TrialSpec(step: .tuning, recipe: recipe).message
            trial.stopped = index == 0
            return TrialReport(trial, in: report.parameters)
        }
        #expect(trials.map(\.recipe).first == "booster=dart rate=0.25")
        let board = LeaderboardText(job: report, trials: trials, metrics: report.metrics)
        #expect(board.ranked.map(\.recipe) == ["booster=true rate=0.25", "booster=dart rate=0.25"])
        #expect(board.text(style: .plain, width: nil).contains("1 trial was stopped early."))
        let json = try JSONText.line(report)
        #expect(json.contains(#""parameters":{"booster":{"choices":["dart",true]},"rate":{"#))
    }

    @Test func `the refit is no candidate`() {
        let board = self.board([
            Reports.scored(0, "ridge", 0.7), Reports.scored(1, "ridge", 0, step: "refit"),
        ])
        #expect(board.ranked.map(\.index) == [0])
    }

    @Test func `failures stand below, each reason once`() {
        let board = self.board([
            Reports.failed(0, "ridge", "the rows do not suffice"),
            Reports.failed(1, "ridge", "the rows do not suffice"),
            Reports.failed(2, "baseline", "another"),
        ])
        #expect(
            board.text(style: .plain, width: nil) == """
                No trial was scored.

                3 failed
                  2 × ridge: the rows do not suffice
                  1 × baseline: another

                """)
    }

    @Test func `long lists are cut, and say where the rest is`() {
        let board = self.board((0..<15).map { Reports.scored($0, "ridge", Double($0)) })
        let lines = board.text(style: .plain, width: nil).split(separator: "\n")
        #expect(lines.count == 12)
        #expect(lines.last == "… and 5 more: assay trials j17")
    }

    @Test func `lines are cut at the terminal's width`() {
        let text = self.board([Reports.scored(0, "gradient_boosting", 0.5)])
            .text(style: .plain, width: 40)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 40 })
    }

    @Test func `text of others cannot move the cursor`() {
        let board = self.board([Reports.failed(0, "ridge", "bad\u{1B}[2J\u{202E}reason")])
        let text = board.text(style: .plain, width: nil)
        #expect(!text.unicodeScalars.contains("\u{1B}"))
        #expect(!text.unicodeScalars.contains("\u{202E}"))
    }
}

@Suite struct JSONTextTests {
    @Test func `a job is one line with stable, sorted keys`() throws {
        let line = try JSONText.line(
            Reports.job(state: "succeeded", best: Reports.scored(4, "ridge", 0.5)))
        #expect(line.hasSuffix("}\n") && line.count { $0 == "\n" } == 1)
        #expect(line.hasPrefix("{\"best\":{\"cpu_seconds\":1,\"family\":\"ridge\""))
        #expect(line.contains("\"best_score\":0.5"))
        #expect(
            line.contains(
                """
                "trials":{"cancelled":0,"failed":1,"queued":0,"running":2,"scored":33}
                """))
    }

    @Test func `names within dictionaries stay as they are`() throws {
        struct Scores: Encodable { let allScores: [String: Double] }
        #expect(
            try JSONText.line(Scores(allScores: ["rocAUC": 1]))
                == "{\"all_scores\":{\"rocAUC\":1}}\n")
    }
}
