import Testing
import Wire

@Suite struct CodingTests {
    static let blob = Blob(digest: Digest(sha256: Array(0..<32)), size: 1_234)
    static let lease = Lease(TrialID(JobID(17), 42), LeaseNumber(epoch: 2, count: 9))
    static let recipe = Recipe(
        family: "gradient_boosting",
        parameters: [Parameter("trees", 100), Parameter("learning_rate", 0.1)], seed: .max)
    static let lesson = Lesson(
        task: .classification, data: blob, schema: blob, target: "income",
        metrics: ["roc_auc", "log_loss"], folds: 5, foldSeed: 7, cache: .off)
    static let quantile = Lesson(
        task: .regression, data: blob, schema: blob, target: "y", metrics: ["quantile_loss"],
        folds: 5, foldSeed: 1, quantile: 0.9,
        monotone: [.init("age", .increasing), .init("price", .decreasing)])
    static let outcome = Outcome(
        .scored(
            scores: [Score("roc_auc", 0.92)], outputs: [Output(name: "manifest.json", blob: blob)]),
        cost: Cost(cpu: .milliseconds(3), wall: .nanoseconds(4), memoryBytes: 5))
    static let failure = Outcome(.failed(Failure(.timeLimit, "it took too long")), cost: .none)

    static let command = Command(
        arguments: ["python3", "train.py", ""],
        environment: [EnvironmentVariable("PYTHONHASHSEED", "0")],
        files: [
            CommandFile(name: "train.py", blob: blob, isExecutable: true),
            CommandFile(name: "data/train.csv", blob: blob, isExecutable: false),
        ],
        outputs: ["model.bin"],
        parameters: [
            CommandParameter("learning_rate", .real(1e-4...1, .log)),
            CommandParameter("momentum", .real(-1...1, .linear)),
            CommandParameter("depth", .whole(2...12, .linear)),
            CommandParameter("width", .whole(8...512, .log)),
            CommandParameter(
                "booster", .choice([.text("dart"), .text(""), .number(0.5), .boolean(false)])),
        ],
        metric: "accuracy", resources: resources, network: .host)
    static let resources = CommandResources(
        memoryBytes: 512 << 20, cpuTime: .seconds(60), wallTime: .seconds(120),
        scratchBytes: 256 << 20, processes: 64)

    static let messages: [LinkMessage] = [
        .hello(
            Hello(
                protocolVersion: 1, version: "0.1.0", capacity: Capacity(slots: 2, memoryBytes: 3),
                held: [lease], blobs: [blob.digest], environmentClass: "x86_64/zen")),
        .welcome(Welcome(session: SessionNumber(rawValue: 5), keep: [lease], drop: [])),
        .assignments([
            AssignmentGroup(
                trialClass: .lesson(lesson),
                assignments: [
                    Assignment(
                        lease: lease, spec: TrialSpec(step: .tuning, recipe: recipe),
                        timeLimit: .seconds(3)),
                    Assignment(
                        lease: lease,
                        spec: TrialSpec(
                            step: .refit, recipe: recipe, scores: [Score("roc_auc", 0.92)],
                            companions: [Recipe(family: "ridge", parameters: [], seed: 3)]),
                        timeLimit: nil),
                ]),
            AssignmentGroup(
                trialClass: .idle(.microseconds(5)),
                assignments: [Assignment(lease: lease, spec: .idle, timeLimit: nil)]),
        ]),
        .reports([
            Report(lease, .started), Report(lease, .finished(outcome)),
            Report(lease, .finished(failure)),
            Report(lease, .lost(Loss(.outOfMemory, "the kernel ended it"))),
        ]),
        .hello(hello(.init(users: .everybody, allowsNetwork: true))),
        .hello(hello(.init(users: .nobody, allowsNetwork: true))),
        .hello(hello(.init(users: .some(holders), allowsNetwork: false))),
        .assignments([
            AssignmentGroup(
                trialClass: .command(command, owner: "user/ada"),
                assignments: [
                    Assignment(
                        lease: lease,
                        spec: TrialSpec(
                            step: .tuning,
                            recipe: Recipe(
                                family: Command.family, parameters: [Parameter("booster", 1)],
                                seed: 3)),
                        timeLimit: .seconds(120))
                ])
        ]),
        .reports([
            Report(lease, .progressed(Progress(step: 3, scores: [Score("accuracy", 0.5)]))),
            Report(lease, .finished(Outcome(.failed(Failure(.memoryLimit, "")), cost: .none))),
        ]),
        .verdicts([Verdict(lease, step: 3, .continue), Verdict(lease, step: 4, .stop)]),
        .acknowledged([lease]), .cancelled([]), .heartbeat, .drain,
        .refused(reason: "no"), .bulkHello(SessionNumber(rawValue: 1)),
        .fetch(Fetch(lease: lease, digest: blob.digest, offset: 12)),
        .put(Put(lease: lease, blob: blob)), .blobFollows(blob, offset: 3),
        .blobStored(blob.digest), .blobMissing(blob.digest, reason: "gone"),
    ]

    static let holders: Set<Holder> = [
        Holder(identity(.user, "ada")), Holder(identity(.operator, "root")),
    ]

    private static func identity(_ role: Role, _ name: String) -> Identity {
        do {
            return try Identity(cluster: "lab", role: role, name: name)
        } catch {
            preconditionFailure("\(name) names nobody: \(error)")
        }
    }

    private static func hello(_ policy: CommandPolicy) -> Hello {
        Hello(
            protocolVersion: 1, version: "0.1.0", capacity: Capacity(slots: 2, memoryBytes: 3),
            held: [], blobs: [], environmentClass: "", commands: policy)
    }

    @Test(arguments: messages) func `a link message is read back as it was`(
        message: LinkMessage
    ) throws {
        let bytes: [UInt8] = message.encoded()
        #expect(try LinkMessage(bytes: bytes) == message)
    }

    @Test(arguments: [
        RunnerOrder.attach(blob), .detach(blob.digest), .recall(recipe),
        .run(lease, .lesson(lesson), TrialSpec(step: .portfolio, recipe: recipe)),
        .run(lease, .lesson(lesson), TrialSpec(step: .sampling, recipe: recipe, rows: 10_000)),
        .run(lease, .idle(.zero), .idle), .run(lease, .idle(.seconds(1), data: blob), .idle),
    ]) func `a runner's order is read back as it was`(order: RunnerOrder) throws {
        let bytes: [UInt8] = order.encoded()
        #expect(try RunnerOrder(bytes: bytes) == order)
    }

    @Test(arguments: [
        RunnerReport.ready(environmentClass: "x", missingProtections: ["landlock"]),
        .predicted(lease), .finished(lease, outcome), .finished(lease, failure),
    ]) func `a runner's report is read back as it was`(report: RunnerReport) throws {
        let bytes: [UInt8] = report.encoded()
        #expect(try RunnerReport(bytes: bytes) == report)
    }

    static let search = SearchTerms(
        portfolio: StageTerms(trials: 8, time: nil), sampling: .skipped,
        selection: StageTerms(trials: nil, time: .seconds(9)), featuresMin: 4,
        tuning: StageTerms(trials: 50, time: .seconds(60)), families: 2,
        space: [
            FamilySpace(
                family: "gradient_boosting", fixed: [Parameter("trees", 200)],
                ranges: [CommandParameter("learning_rate", .real(0.01...0.3, .log))])
        ])

    static let series = Lesson(
        task: .forecasting, data: blob, schema: blob, target: "sold", metrics: ["mase"], folds: 8,
        foldSeed: 1,
        series: SeriesTerms(
            time: "day", key: "shop", exogenous: ["price"], frequency: "daily", season: 7,
            averages: true, horizon: 28))

    @Test func `a lesson is read back as it was`() throws {
        let splits = [
            SplitTerms(by: .group, column: "patient", isFeature: false, holdout: nil),
            SplitTerms(by: .time, column: "day", isFeature: true, holdout: 0.2),
            SplitTerms(by: .chance, column: nil, isFeature: false, holdout: 0.25),
        ]
        let parted = splits.map { split in
            Lesson(
                task: .regression, data: Self.blob, schema: Self.blob, target: "y",
                metrics: ["rmse"], folds: 2, foldSeed: 1, split: split)
        }
        let other = Blob(digest: Digest(sha256: Array(1..<33)), size: 77)
        let judged = Lesson(
            task: .regression, data: Self.blob, schema: Self.blob, target: "y",
            metrics: ["rmse"], folds: 2, foldSeed: 1, weight: "exposure", validation: other,
            sample: RowSample(rows: 7, of: 9, seed: 3, table: other.digest))
        #expect(judged.blobs == [Self.blob, Self.blob, other])
        let weighed = [ClassWeights.balanced, .given([1, 0.25])].map { weights in
            Lesson(
                task: .classification, data: Self.blob, schema: Self.blob, target: "y",
                metrics: ["log_loss"], folds: 5, foldSeed: 1, weight: "exposure",
                classWeights: weights, positiveFirst: weights == .balanced)
        }
        var numbers = judged.message
        numbers.positiveFirst = true
        #expect(throws: WireError.self) { try Lesson(numbers) }
        for lesson in parted + weighed + [judged, Self.quantile] {
            #expect(try Lesson(lesson.message) == lesson)
        }
    }

    @Test func `pictures have a size, and are no series`() throws {
        let pictures = Lesson(
            task: .classification, data: Self.blob, schema: Self.blob, target: "class",
            metrics: ["accuracy"], folds: 5, foldSeed: 1,
            images: ImageTerms(size: 32, hasColour: true))
        #expect(try Lesson(pictures.message) == pictures)
        var endless = pictures.message
        endless.images.size = 4096
        #expect(throws: WireError.self) { try Lesson(endless) }
        var foreign = Self.series.message
        foreign.images = pictures.message.images
        #expect(throws: WireError.self) { try Lesson(foreign) }
    }

    @Test func `a job is read back as it was`() throws {
        let learning = LearningJob(
            lesson: Self.lesson, direction: .maximise, families: ["ridge"], rows: 3, columns: 2,
            classes: 2)
        let unmarked = Lesson(
            task: .anomalyDetection, data: Self.blob, schema: Self.blob, target: nil,
            metrics: ["stability"], folds: 5, foldSeed: 1)
        let kinds: [JobSpec.Kind] = [
            .learning(learning),
            .learning(
                LearningJob(
                    lesson: Self.lesson, direction: .maximise, families: [], rows: 3, columns: 2,
                    classes: 2, search: Self.search)),
            .learning(
                LearningJob(
                    lesson: Self.series, direction: .minimise, families: ["ets"], rows: 3,
                    columns: 1,
                    classes: 0)),
            .learning(
                LearningJob(
                    lesson: unmarked, direction: .maximise, families: [], ensembles: false,
                    contamination: 0.02, rows: 3, columns: 2, classes: 0)),
            .idle(trials: 9, duration: .seconds(1)),
            .idle(trials: 1, duration: .zero, data: Self.blob),
            .command(
                CommandJob(command: Self.command, direction: .maximise, stopping: .median)),
        ]
        for kind in kinds {
            let spec = JobSpec(
                name: "wine", priority: 50, seed: 3,
                budget: Budget(trials: 60, time: .seconds(120)), kind: kind)
            #expect(try JobSpec(spec.message) == spec)
        }
    }
}
