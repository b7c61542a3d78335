import Foundation
import LiveCluster
import Testing

/// A trial that cannot be computed says why, from the runner to the leaderboard.
@Suite struct FailureTests {
    /// What the square of an answer among those that judge is too large for fails a trial.
    static let job = """
        name: shares
        task: regression
        data: { train: shares.csv, validation: judge.csv, target: z }
        metric: [rmse, mae]
        budget: { trials: 4 }
        model_list: [ridge, extra_trees]
        seed: 5
        """
    static let reason = "rmse is undefined: answers or errors are too large"

    @Test func `the reason of a failed trial reaches whoever asks`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1", slots: 2)
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        _ = try cluster.write(
            Tables.regression(rows: 30, seed: 2) + "0.25,0.5,1e200\n", to: "judge.csv")
        let job = try cluster.write(
            job: Self.job, on: Tables.regression(rows: 60, seed: 1), named: "shares")
        let id = try #require(try await cluster.ask(["submit", job])["id"] as? String)

        // A job without a model is a command that failed.
        let watch = try cluster.client(["watch", id])
        #expect(await watch.status == 1)
        #expect(watch.errors.contains("job \(id) failed"), "\(watch.errors)")
        #expect(watch.output.contains("No trial was scored."), "\(watch.output)")
        #expect(watch.output.contains(Self.reason), "\(watch.output)")

        #expect(try await cluster.ask(["job", id])["state"] as? String == "failed")
        let failed = try await cluster.trials(of: id).filter { $0["state"] as? String == "failed" }
        #expect(!failed.isEmpty)
        for trial in failed {
            let reason = try #require(trial["reason"] as? String)
            #expect(reason.hasPrefix("fold ") && reason.contains(Self.reason), "\(reason)")
            #expect(trial["scores"] as? [String: Double] == nil)
        }
        let listed = try cluster.client(["trials", id])
        #expect(await listed.status == 0)
        let says = listed.output.contains(/[0-9]+ × (ridge|extra_trees): fold [1-3]: rmse/)
        #expect(says, "\(listed.output)")
        #expect(listed.output.contains("\(failed.count) failed"), "\(listed.output)")
    }
}
