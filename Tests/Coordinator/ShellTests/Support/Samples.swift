import CoordinatorCore
import Wire

/// Small things that the tests of the head are made of.
enum Sample {
    static let origin = Instant(sinceOrigin: .seconds(1_700_000_000))

    static func idle(trials: UInt32 = 2, name: String = "idle") -> JobSpec {
        JobSpec(
            name: name, priority: 50, seed: 1, budget: Budget(trials: nil, time: nil),
            kind: .idle(trials: trials, duration: .zero))
    }

    static func blob(_ byte: UInt8, size: UInt64 = 10) -> Blob {
        Blob(digest: Digest(sha256: Array(repeating: byte, count: 32)), size: size)
    }

    static var lesson: JobSpec { self.lesson(data: self.blob(1), schema: self.blob(2)) }

    static func lesson(data: Blob, schema: Blob) -> JobSpec {
        let lesson = Lesson(
            task: .classification, data: data, schema: schema, target: "income",
            metrics: ["roc_auc"], folds: 5, foldSeed: 9)
        return JobSpec(
            name: "adult", priority: 60, seed: 3,
            budget: Budget(trials: 20, time: .seconds(60)),
            kind: .learning(
                LearningJob(
                    lesson: lesson, direction: .maximise, families: [], rows: 100, columns: 4,
                    classes: 2)))
    }

    static func command(reading file: Blob? = nil) -> JobSpec {
        let command = Command(
            arguments: ["./train"], environment: [],
            files: file.map { [CommandFile(name: "train", blob: $0, isExecutable: true)] } ?? [],
            outputs: ["model.bin"],
            parameters: [CommandParameter("booster", .choice([.text("dart"), .boolean(true)]))],
            metric: "accuracy",
            resources: CommandResources(
                memoryBytes: 1 << 30, cpuTime: .seconds(10), wallTime: .seconds(10),
                scratchBytes: 1 << 20, processes: 8),
            network: .none)
        return JobSpec(
            name: "tune", priority: 50, seed: 3, budget: Budget(trials: 4, time: nil),
            kind: .command(
                CommandJob(command: command, direction: .maximise, stopping: .median)))
    }

    static func submitted(
        _ job: UInt64, _ spec: JobSpec = Sample.idle(), owner: String = "ada", key: String = ""
    ) -> Fact {
        .submitted(JobID(job), spec, owner: owner, key: key, at: self.origin)
    }

    static func finished(_ job: UInt64, _ trial: UInt32, score: Double = 0.5) -> Fact {
        .finished(
            TrialID(JobID(job), trial),
            Outcome(
                .scored(scores: [Score("roc_auc", score)], outputs: []),
                cost: Cost(cpu: .milliseconds(3), wall: .milliseconds(4), memoryBytes: 5)),
            worker: "w1")
    }

    static func candidate(_ step: TrialSpec.Step) -> TrialSpec {
        TrialSpec(
            step: step,
            recipe: Recipe(family: "ridge", parameters: [Parameter("alpha", 0.1)], seed: 7))
    }

    /// How a job comes to its model: candidate 0, and its refit.
    static func modelMade(by job: UInt64, _ outputs: [Output]) -> [Fact] {
        let candidate = self.candidate(.portfolio)
        let refit = TrialSpec(
            step: .refit, recipe: candidate.recipe, scores: [Score("roc_auc", 0.8)])
        return [
            .proposed(JobID(job), [candidate]), self.finished(job, 0, score: 0.8),
            .proposed(JobID(job), [refit]), self.refitted(job, 1, outputs),
        ]
    }

    static func refitted(_ job: UInt64, _ trial: UInt32, _ outputs: [Output]) -> Fact {
        .finished(
            TrialID(JobID(job), trial),
            Outcome(.scored(scores: [], outputs: outputs), cost: .none), worker: "w1")
    }

    /// One of each kind.
    static func revocations() throws -> [Fact] {
        [
            .revoked(
                RevocationRecord(
                    .certificate(try SerialNumber(text: "0c3f")), by: "operator/olga",
                    at: self.origin)),
            .revoked(
                RevocationRecord(
                    .holder(try Holder(text: "worker/w1")), by: "operator/olga",
                    at: self.origin + .seconds(1))),
        ]
    }

    /// What is known of bytes that programs made.
    static var taints: [Fact] {
        [
            .tainted(
                TaintBatch(
                    trial: TrialID(JobID(1), 2), owner: "user/ada",
                    outputs: [Output(name: "model.bin", blob: self.blob(8))],
                    sources: [self.blob(9).digest], at: self.origin)),
            .taintCleared(
                [self.blob(8).digest],
                TaintClearance(by: "operator/olga", reason: "looked at", at: self.origin)),
        ]
    }

    /// The life of a command's job, with its trial's progress.
    static func commandLife(of job: UInt64) -> [Fact] {
        let trial = TrialID(JobID(job), 0)
        return [
            self.submitted(job, self.command(), owner: "user/ada"),
            .proposed(JobID(job), [self.candidate(.tuning)]),
            .progressed(trial, Progress(step: 3, scores: [Score("accuracy", 0.5)])),
            .stopped(trial),
            self.refitted(job, 0, [Output(name: "model.bin", blob: self.blob(8))]),
            .ended(JobID(job), .succeeded, at: self.origin + .seconds(5)),
        ]
    }

    /// One fact of every kind about a job, in an order that a coordinator could have made.
    static func life(of job: UInt64, end: JobEnd = .succeeded) -> [Fact] {
        [
            self.submitted(job, self.lesson, key: "key-\(job)"),
            .proposed(JobID(job), [.idle, .idle, self.candidate(.portfolio), .idle]),
            self.finished(job, 0),
            .lost(TrialID(JobID(job), 1), Loss(.workerLost, "silent for 10 s"), worker: "w2"),
            self.refitted(job, 2, [Output(name: "manifest.json", blob: self.blob(4))]),
            .finished(
                TrialID(JobID(job), 3),
                Outcome(.failed(Failure(.timeLimit, "took longer than 5 s")), cost: .none),
                worker: "w1"),
            .taintInherited(JobID(job), from: [self.blob(8).digest]),
            .ended(JobID(job), end, at: self.origin + .seconds(5)),
        ]
    }
}
