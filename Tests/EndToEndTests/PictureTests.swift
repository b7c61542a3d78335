import Foundation
import LiveCluster
import Testing

/// Pictures, from files to predictions: the head and its worker see a table.
@Suite struct PictureTests {
    /// Digits as PNG files in the records of an Arrow table.
    private static let digits = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "examples/data").path

    @Test func `digits are told on pictures that nobody has seen`() async throws {
        let cluster = try await Cluster()
        let head = try await cluster.startHead()
        let worker = try await cluster.startWorker("w1", slots: 2)
        defer { [worker, head].forEach { $0.send(SIGKILL) } }
        let job = try cluster.write(
            """
            task: classification
            data: { images: \(Self.digits)/digits.train.arrow, target: label }
            metric: accuracy
            model_list: [logistic_regression, linear_discriminant]
            budget: { trials: 3 }
            cv: 2
            output: digits.model
            """, to: "digits.yaml")
        let ended = try await cluster.ask(["submit", job, "--follow"])
        #expect(ended["state"] as? String == "succeeded", "\(ended)")
        let scores = try await cluster.score(
            cluster.path("digits.model"), on: "\(Self.digits)/digits.test.arrow")
        #expect(try #require(scores["accuracy"]) > 0.96)

        // Nothing starts for a picture that cannot be read.
        let refused = try cluster.start(
            Binaries.assay, ["run", try Self.broken(job, cluster)])
        #expect(await refused.status == 2)
        #expect(refused.errors.contains("1 of 1 pictures cannot be read: one/a.png is empty"))
    }

    /// The same job on a folder of one file without bytes.
    private static func broken(_ job: String, _ cluster: Cluster) throws -> String {
        try cluster.makeDirectory("bad")
        try cluster.makeDirectory("bad/one")
        _ = try cluster.write("", to: "bad/one/a.png")
        return try cluster.write(
            """
            task: classification
            data: { images: bad }
            budget: { trials: 3 }
            """, to: "bad.yaml")
    }

    @Test func `files of a folder are predicted by their names`() async throws {
        let cluster = try await Cluster()
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "AssayTests/Images/Fixtures")
        for (kind, name) in [("grey", "grey.png"), ("colour", "colour.jpg")] {
            try cluster.makeDirectory("seen/\(kind)")
            try cluster.makeDirectory("new")
            for number in 0..<8 {
                for folder in ["seen/\(kind)", "new"] {
                    try FileManager.default.copyItem(
                        atPath: fixtures.appending(path: name).path,
                        toPath: cluster.path("\(folder)/\(kind)\(number).png"))
                }
            }
        }
        let job = try cluster.write(
            """
            task: classification
            data: { images: seen, size: 16 }
            model_list: [logistic_regression]
            budget: { trials: 1 }
            cv: 2
            output: seen.model
            """, to: "seen.yaml")
        let run = try cluster.start(Binaries.assay, ["run", job, "--json"])
        #expect(await run.status == 0, "\(run.errors)")
        let predict = try cluster.start(
            Binaries.assay, ["predict", cluster.path("seen.model"), cluster.path("new"), "--json"])
        #expect(await predict.status == 0, "\(predict.errors)")
        let report = try #require(
            try JSONSerialization.jsonObject(with: Data(predict.output.utf8)) as? [String: Any])
        let files = try #require(report["files"] as? [String])
        let answers = try #require(report["predictions"] as? [String])
        #expect(files.count == 16 && answers.count == 16)
        for (file, answer) in zip(files, answers) { #expect(file.hasPrefix(answer)) }
    }
}
