import CoordinatorCore
import Wire

/// One of everything that is said, as small as it can be.
enum Samples {
    static let blob = Blob(digest: Digest(sha256: Array(repeating: 9, count: 32)), size: 7)
    static let lease = Lease(TrialID(JobID(3), 1), LeaseNumber(epoch: 1, count: 5))
    static let recipe = Recipe(
        family: "ridge", parameters: [Parameter("alpha", 0.5)], seed: 11)
    static let lesson = Lesson(
        task: .regression, data: blob, schema: blob, target: "y", metrics: ["rmse"], folds: 3,
        foldSeed: 1)
    static let weighed = Lesson(
        task: .classification, data: blob, schema: blob, target: "y", metrics: ["log_loss"],
        folds: 3, foldSeed: 1, weight: "w", classWeights: .given([1, 2]))
    static let quantile = Lesson(
        task: .regression, data: blob, schema: blob, target: "y", metrics: ["quantile_loss"],
        folds: 3, foldSeed: 1, quantile: 0.9, monotone: [.init("a", .decreasing)])
    static let spec = TrialSpec(
        step: .refit, recipe: recipe, scores: [Score("rmse", 2.5)], companions: [recipe])
    static let scored = Outcome(
        .scored(scores: [Score("rmse", 2.5)], outputs: [Output(name: "m", blob: blob)]),
        cost: Cost(cpu: .seconds(1), wall: .seconds(2), memoryBytes: 3))
    static let failed = Outcome(.failed(Failure(.computation, "no")), cost: .none)
    static let outcomes = [scored, failed]

    static let messages: [LinkMessage] = [
        .hello(
            Hello(
                protocolVersion: 1, version: "1", capacity: Capacity(slots: 1, memoryBytes: 1),
                held: [lease], blobs: [blob.digest], environmentClass: "x")),
        .welcome(Welcome(session: SessionNumber(rawValue: 1), keep: [lease], drop: [lease])),
        .assignments([
            AssignmentGroup(
                trialClass: .lesson(lesson),
                assignments: [Assignment(lease: lease, spec: spec, timeLimit: .seconds(1))]),
            AssignmentGroup(trialClass: .lesson(weighed), assignments: []),
            AssignmentGroup(trialClass: .lesson(quantile), assignments: []),
            AssignmentGroup(
                trialClass: .idle(.seconds(1), data: blob),
                assignments: [Assignment(lease: lease, spec: .idle, timeLimit: nil)]),
        ]),
        .reports([
            Report(lease, .started), Report(lease, .finished(scored)),
            Report(lease, .finished(failed)), Report(lease, .lost(Loss(.outOfMemory, "no"))),
        ]),
        .acknowledged([lease]), .cancelled([lease]), .heartbeat, .drain, .refused(reason: "no"),
        .bulkHello(SessionNumber(rawValue: 1)),
        .fetch(Fetch(lease: lease, digest: blob.digest, offset: 1)),
        .put(Put(lease: lease, blob: blob)), .blobFollows(blob, offset: 1),
        .blobStored(blob.digest), .blobMissing(blob.digest, reason: "no"),
    ]
    static let orders: [RunnerOrder] = [
        .attach(blob), .detach(blob.digest), .run(lease, .lesson(lesson), spec),
        .run(lease, .idle(.zero), .idle), .recall(recipe),
    ]
    static let reports: [RunnerReport] = [
        .ready(environmentClass: "x", missingProtections: ["landlock"]),
        .predicted(lease), .finished(lease, scored), .finished(lease, failed),
    ]
    static let jobs: [JobSpec] = [
        JobSpec(
            name: "n", priority: 50, seed: 1, budget: Budget(trials: 9, time: .seconds(9)),
            kind: .learning(
                LearningJob(
                    lesson: lesson, direction: .minimise, families: ["ridge"], rows: 9, columns: 2,
                    classes: 0,
                    search: SearchTerms(
                        tuning: StageTerms(trials: 4, time: .seconds(3)), families: 2,
                        space: [
                            FamilySpace(
                                family: "ridge", fixed: [Parameter("a", 1)],
                                ranges: [CommandParameter("b", .real(1...2, .log))])
                        ])))),
        JobSpec(
            name: "n", priority: 0, seed: 0, budget: Budget(trials: nil, time: nil),
            kind: .idle(trials: 2, duration: .seconds(1), data: blob)),
    ]

    static let job = JobID(3)
    static let moment = Instant(sinceOrigin: .seconds(1_700_000_000))

    /// A fact of each kind: those about a job, and those about none.
    static func facts() throws -> [[Fact]] {
        let serial = try SerialNumber(text: "0c3f")
        let holder = try Holder(text: "worker/w1")
        let trial = TrialID(Self.job, 0)
        return [
            [
                .submitted(Self.job, Self.jobs[0], owner: "user/u", key: "k", at: Self.moment),
                .proposed(Self.job, [.idle, .idle, Self.spec]),
                .finished(trial, Self.scored, worker: "w1"),
                .lost(trial, Loss(.workerLost, "gone"), worker: "w1"),
                .proposed(
                    Self.job,
                    [TrialSpec(step: .sampling, recipe: Self.spec.recipe, rows: 10_000)]),
                .searched(Self.job, [StageEnd(.tuning, .jobTime)]),
                .ended(Self.job, .failed(reason: "no"), at: Self.moment),
                .ended(Self.job, .cancelled(reason: "no"), at: Self.moment),
            ],
            [
                .nodeDrained("w1"), .nodeResumed("w1"),
                .revoked(
                    RevocationRecord(.certificate(serial), by: "operator/o", at: Self.moment)),
                .revoked(RevocationRecord(.holder(holder), by: "operator/o", at: Self.moment)),
                .invitationSpent(
                    serial: serial, worker: "w1", at: Self.moment, until: Self.moment),
            ],
        ]
    }
}
