import Engine
import Transport
import Wire

/// A job that was judged as a whole: its file, its data and its schema. Nothing has started yet.
struct PreparedJob: Sendable {
    let spec: JobSpec
    /// What the head must hold before it can accept the job.
    let uploads: [BlobUpload]
    /// Where the model goes, as the job file says.
    let output: String?

    /// Reads and checks everything that the file names.
    ///
    /// - Throws: `InputError` with the file and the place of the first mistake.
    init(path: String) throws(InputError) {
        let file = try JobFile(path: path)
        self.output = file.output
        let kind: JobSpec.Kind
        switch file.work {
        case .idle(let trials, let duration):
            self.uploads = []
            kind = .idle(trials: trials, duration: duration)
        case .learning(let learning):
            let table = try CheckedTable(learning)
            self.uploads = [table.data, table.schema]
            kind = .learning(table.job(learning, seed: file.seed))
        }
        self.spec = JobSpec(
            name: file.name, priority: file.priority, seed: file.seed, budget: file.budget,
            kind: kind)
    }

    /// Whether the job ends with a model; an idle one does not.
    var makesModel: Bool {
        switch self.spec.kind {
        case .idle: false
        case .learning: true
        }
    }

    func request(key: String) -> Assay_V1_SubmitRequest {
        var request = Assay_V1_SubmitRequest()
        request.spec = self.spec.message
        request.key = key
        return request
    }

    /// Uploads what is missing and submits.
    ///
    /// - Returns: the job's ID.
    func submit(to head: HeadClient) async throws -> String {
        try await BlobUpload.send(self.uploads, to: head)
        // The key makes a retry of the same call harmless; two submissions are two jobs.
        var generator = SystemRandomNumberGenerator()
        let key = "cli-\(String(generator.next(), radix: 16))\(String(generator.next(), radix: 16))"
        return try await head.jobs.submit(self.request(key: key)).id
    }
}

/// A job's table, read once with its schema.
private struct CheckedTable {
    let data: BlobUpload
    let schema: BlobUpload
    private let rows: Int
    private let columns: Int
    private let classes: Int

    init(_ learning: JobFile.Learning) throws(InputError) {
        let bytes = try TableFile.bytes(learning.train)
        self.data = BlobUpload(bytes)
        // Before anything of it is read: it may be somebody else's table.
        let digest = self.data.blob.digest
        if let pinned = learning.digest, pinned != digest {
            throw InputError(
                learning.train,
                "is not the table that the job names: its SHA-256 is \(digest.hex)")
        }
        let schema = try SchemaFile.read(ifGiven: learning.schema)
        let (dataset, used) = try TableFile.dataset(
            bytes, at: learning.train, schema: schema, target: learning.target,
            task: learning.task)
        guard dataset.rows >= 2 * learning.folds else {
            throw InputError(
                learning.train,
                """
                has \(dataset.rows) rows, too few for a cross validation in \(learning.folds) \
                folds; set cv to \(max(2, dataset.rows / 2)) or less, or bring more rows
                """)
        }
        self.schema = BlobUpload(used.encoded())
        self.rows = dataset.rows
        self.columns = dataset.features.columns.count
        self.classes = dataset.classNames.count
    }

    func job(_ learning: JobFile.Learning, seed: UInt64) -> LearningJob {
        let standard = Metric.standard(for: learning.task, classes: self.classes)
        let metrics = learning.metrics.isEmpty ? [standard] : learning.metrics
        let lesson = Lesson(
            task: learning.task == .regression ? .regression : .classification,
            data: self.data.blob, schema: self.schema.blob, target: learning.target,
            metrics: metrics.map(\.rawValue), folds: learning.folds, foldSeed: seed,
            cache: learning.cache)
        return LearningJob(
            lesson: lesson, direction: metrics[0].direction == .maximise ? .maximise : .minimise,
            families: learning.families.map(\.rawValue),
            rows: UInt64(self.rows), columns: UInt32(self.columns), classes: UInt32(self.classes))
    }
}
