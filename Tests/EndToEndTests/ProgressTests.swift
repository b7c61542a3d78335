import Foundation
import LiveCluster
import Testing

/// What a person sees while a job runs, and what a script gets of it.
@Suite struct ProgressTests {
    private static let terminal = URL(filePath: #filePath).deletingLastPathComponent()
        .appending(path: "Clients/terminal.py").path
    private static let eraseLine = "\r\u{1B}[2K"

    @Test func `on a terminal one line tells of trials and the best score, and goes`() async throws
    {
        let cluster = try await Cluster()
        // Trials enough that the line is drawn between the first score and the last, and no time
        // limit that a busy machine reaches before the first.
        let job = try cluster.write(
            job: """
                name: clouds
                task: classification
                data: { train: clouds.csv, target: kind }
                metric: [roc_auc, accuracy]
                budget: { trials: 24 }
                cv: 3
                seed: 5
                output: clouds.model
                """, on: Tables.classification(rows: 600, seed: 7),
            named: "clouds")
        let run = try cluster.start(
            "/usr/bin/env",
            ["python3", Self.terminal, Binaries.assay, "run", job, "--json"],
            ["TERM": "xterm", "NO_COLOR": "1"])
        #expect(await run.status == 0, "\(run.errors)")

        let seen = run.errors
        // `tuning  ━━━━──────  9/24  roc_auc 0.9621 gradient_boosting  2 running …`
        let progress = seen.contains(/[━─]{18}  [0-9]+\/24  roc_auc 0\.[0-9]+ [a-z_]+/)
        #expect(progress, "\(seen)")
        // Each new best leaves a line that stays.
        let announcement = seen.contains(/roc_auc 0\.[0-9]+  [a-z_]+  trial [0-9]+/)
        #expect(announcement, "\(seen)")
        #expect(seen.hasSuffix(Self.eraseLine), "\(seen)")

        #expect(!run.output.contains("\u{1B}") && !run.output.contains("\r"))
        let result = try JSONSerialization.jsonObject(with: Data(run.output.utf8))
        let object = try #require(result as? [String: Any])
        #expect(object["state"] as? String == "succeeded")
    }

    @Test func `elsewhere than on a terminal there is no progress`() async throws {
        let cluster = try await Cluster()
        let job = try cluster.write("task: idle\ntrials: 20\nduration: 20ms\n", to: "idle.yaml")
        let run = try cluster.start(Binaries.assay, ["run", job, "--json"], ["TERM": "xterm"])
        #expect(await run.status == 0, "\(run.errors)")
        #expect(!run.errors.contains("trials") && !run.errors.contains("\u{1B}"))
    }
}
