import CoordinatorCore
import Foundation
import GRPCCore
import Testing
import Transport
import Wire

@testable import CoordinatorShell

/// Commands and taints over the public API, by several people.
@Suite struct CommandServiceTests {
    /// A state directory with a command of ada's and what it left, and a model that was made of it.
    private static func scratch() throws -> ScratchDirectory {
        let scratch = try ScratchDirectory()
        let journal = try SQLiteJournal(path: scratch.file("journal.sqlite"))
        let output = Output(name: "model.bin", blob: Sample.blob(8))
        let manifest = Output(name: "manifest.json", blob: Sample.blob(4))
        try journal.append(
            Sample.commandLife(of: 1) + [
                .tainted(
                    TaintBatch(
                        trial: TrialID(JobID(1), 0), owner: "user/ada", outputs: [output],
                        sources: [], at: Sample.origin)),
                Sample.submitted(2, Sample.lesson, owner: "user/eve"),
                .taintInherited(JobID(2), from: [output.blob.digest]),
            ] + Sample.modelMade(by: 2, [manifest]) + [
                .tainted(
                    TaintBatch(
                        trial: TrialID(JobID(2), 1), owner: "user/eve", outputs: [manifest],
                        sources: [output.blob.digest], at: Sample.origin)),
                .ended(JobID(2), .succeeded, at: Sample.origin + .seconds(9)),
            ])
        try journal.close()
        return scratch
    }

    private static func taints(
        _ head: TestHead, as role: Role, _ name: String
    ) async throws -> [Assay_V1_Taint] {
        try await head.asking(as: role, name) { client in
            try await Assay_V1_Taints.Client(wrapping: client)
                .list(Assay_V1_ListTaintsRequest()).taints
        }
    }

    private static func clear(
        _ digest: Digest, reason: String, _ head: TestHead, as role: Role
    ) async throws -> [Assay_V1_Taint] {
        try await head.asking(as: role, "olga") { client in
            var request = Assay_V1_ClearTaintRequest()
            request.digests = [digest.description]
            request.reason = reason
            return try await Assay_V1_Taints.Client(wrapping: client).clear(request).taints
        }
    }

    private static func model(_ head: TestHead) async throws -> Assay_V1_Model {
        try await head.asking(as: .user, "eve") { client in
            let models = Assay_V1_Models.Client(wrapping: client)
            return try await models.list(Assay_V1_ListModelsRequest()).models[0]
        }
    }

    @Test func `users see the taints of their own, and only an operator clears one`() async throws {
        let scratch = try Self.scratch()
        let (output, manifest) = (Sample.blob(8).digest, Sample.blob(4).digest)
        try await TestHead.with(state: scratch.path) { head in
            #expect(
                try await Self.taints(head, as: .user, "ada").map(\.digest)
                    == [output.description])
            #expect(
                try await Self.taints(head, as: .viewer, "vera").map(\.digest)
                    == [manifest.description, output.description])
            for reason in ["", "a\u{1B}[2J"] {
                let error = await #expect(throws: RPCError.self) {
                    try await Self.clear(output, reason: reason, head, as: .operator)
                }
                #expect(error?.code == .invalidArgument)
            }
            for role in [Role.user, .viewer] {
                let error = await #expect(throws: RPCError.self) {
                    try await Self.clear(output, reason: "mine", head, as: role)
                }
                #expect(error?.code == .permissionDenied)
            }
            let unknown = await #expect(throws: RPCError.self) {
                try await Self.clear(Sample.blob(77).digest, reason: "?", head, as: .operator)
            }
            #expect(unknown?.code == .notFound)
            let cleared = try await Self.clear(
                output, reason: "read every line", head, as: .operator)
            #expect(cleared.map(\.clearedBy) == ["operator/olga"])
            #expect(cleared.map(\.reason) == ["read every line"])
        }
        // The next head knows it too.
        try await TestHead.with(state: scratch.path) { head in
            let taints = try await Self.taints(head, as: .operator, "olga")
            #expect(taints.map(\.clearedBy) == ["", "operator/olga"])
        }
        let log = try String(contentsOfFile: scratch.file("audit/00000001.jsonl"), encoding: .utf8)
        #expect(log.contains(#""verb":"clearTaint""#))
        #expect(log.contains("blob/\(output)"))
    }

    @Test func `a model says what it comes from, until it is cleared itself`() async throws {
        let scratch = try Self.scratch()
        let (output, manifest) = (Sample.blob(8).digest, Sample.blob(4).digest)
        try await TestHead.with(state: scratch.path) { head in
            let model = try await Self.model(head)
            #expect(model.tainted)
            #expect(model.taintedBy == [output.description])
            _ = try await Self.clear(output, reason: "looked at", head, as: .operator)
            #expect(try await Self.model(head).tainted)
            _ = try await Self.clear(manifest, reason: "looked at", head, as: .operator)
            #expect(try await Self.model(head).tainted == false)
            #expect(try await Self.model(head).taintedBy.isEmpty)
        }
    }

    @Test func `a job tells how it stands with its trials, and who may not see it`() async throws {
        let scratch = try Self.scratch()
        try await TestHead.with(state: scratch.path) { head in
            let trials = try await head.asking(as: .user, "ada") { client in
                let jobs = Assay_V1_Jobs.Client(wrapping: client)
                var request = Assay_V1_ListTrialsRequest()
                request.job = "j1"
                return try await jobs.trials(request) { response in
                    var trials: [Assay_V1_Trial] = []
                    for try await page in response.messages { trials += page.trials }
                    return trials
                }
            }
            #expect(trials.map(\.stopped) == [true])
            #expect(trials.map(\.step) == [3])
            #expect(trials.map { $0.progress.map(\.value) } == [[0.5]])
            let error = await #expect(throws: RPCError.self) {
                try await head.asking(as: .user, "eve") { client in
                    var request = Assay_V1_FetchOutputRequest()
                    request.job = "j1"
                    request.file = "model.bin"
                    try await Assay_V1_Jobs.Client(wrapping: client).fetch(request) {
                        for try await _ in $0.messages {}
                    }
                }
            }
            #expect(error?.code == .permissionDenied)
        }
    }

    @Test func `a command that nobody runs waits, and says so`() async throws {
        try await TestHead.with { head in
            let job = try await head.asking(as: .user, "ada") { client in
                try await Assay_V1_Jobs.Client(wrapping: client)
                    .submit(TestHead.submission(Sample.command()))
            }
            #expect(job.state == "running")
            #expect(job.stage == "tuning")
            #expect(job.tainted)
            #expect(job.waiting == "no connected worker runs commands of user/ada")
        }
    }

    @Test func `a file that the owner did not bring is asked for by its name`() async throws {
        try await TestHead.with { head in
            let error = await #expect(throws: RPCError.self) {
                try await head.asking(as: .user, "ada") { client in
                    try await Assay_V1_Jobs.Client(wrapping: client)
                        .submit(TestHead.submission(Sample.command(reading: Sample.blob(5))))
                }
            }
            #expect(error?.code == .failedPrecondition)
            #expect(error?.message.contains("command.files: train") == true)
        }
    }
}
