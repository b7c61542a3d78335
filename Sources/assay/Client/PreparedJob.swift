import Engine
import Foundation
import Transport
import Wire

/// A job that was judged as a whole: its file, its data and its schema. Nothing has started yet.
struct PreparedJob: Sendable {
    let spec: JobSpec
    /// What the head must hold before it can accept the job.
    let uploads: [BlobUpload]
    /// Where the model goes, as the job file says.
    let output: String?
    /// Where it goes when nobody says: beside the job file, under its name.
    let standardOutput: String
    /// What the columns are called outside; nil where their names travel.
    let columns: ColumnMap?

    /// Reads and checks everything that the file names.
    ///
    /// - Parameter anonymous: whether the columns' names stay here, whatever the file says.
    /// - Throws: `InputError` with the file and the place of the first mistake.
    init(path: String, anonymous: Bool = false) throws(InputError) {
        let file = try JobFile(path: path, anonymous: anonymous)
        self.output = file.output
        self.standardOutput =
            URL(filePath: path).deletingPathExtension().path(percentEncoded: false) + ".model"
        let kind: JobSpec.Kind
        switch file.work {
        case .idle(let trials, let duration):
            self.uploads = []
            self.columns = nil
            kind = .idle(trials: trials, duration: duration)
        case .learning(let learning):
            let place = ColumnMap.path(beside: file.output ?? self.standardOutput)
            let table = try CheckedTable(learning, aliasesAt: file.anonymizesColumns ? place : nil)
            self.columns = table.columns
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

    /// Uploads what is missing and submits. The map of the columns is kept before anything leaves:
    /// without it nobody could undo what the head then has.
    ///
    /// - Returns: the job's ID.
    func submit(to head: HeadClient) async throws -> String {
        try self.columns?.write()
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
    /// What the columns are called outside; nil where their names travel.
    let columns: ColumnMap?
    private let target: String
    private let rows: Int
    private let features: Int
    private let classes: Int

    /// - Parameter place: where the map of the columns is kept; nil lets their names travel.
    init(_ learning: JobFile.Learning, aliasesAt place: String?) throws(InputError) {
        let bytes = try TableFile.bytes(learning.train)
        let data = BlobUpload(bytes)
        // Before anything of it is read: it may be somebody else's table.
        let digest = data.blob.digest
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
        self.rows = dataset.rows
        self.features = dataset.features.columns.count
        self.classes = dataset.classNames.count
        guard let place else {
            self.data = data
            self.schema = BlobUpload(used.encoded())
            self.columns = nil
            self.target = learning.target
            return
        }
        let header = try TableFile.columnNames(bytes, at: learning.train)
        var generator = SystemRandomNumberGenerator()
        let columns = (try ColumnMap.read(place) ?? ColumnMap(path: place)).covering(
            header + used.columns.map(\.name).filter { !header.contains($0) }, using: &generator)
        self.data = BlobUpload(
            try TableFile.renamed(bytes, at: learning.train, to: header.map(columns.alias)))
        do throws(SchemaError) {
            self.schema = BlobUpload(try used.renamed(columns.alias).encoded())
        } catch {
            preconditionFailure("aliases differ as their names do: \(error)")
        }
        self.columns = columns
        self.target = columns.alias(of: learning.target)
    }

    func job(_ learning: JobFile.Learning, seed: UInt64) -> LearningJob {
        let standard = Metric.standard(for: learning.task, classes: self.classes)
        let metrics = learning.metrics.isEmpty ? [standard] : learning.metrics
        let lesson = Lesson(
            task: learning.task == .regression ? .regression : .classification,
            data: self.data.blob, schema: self.schema.blob, target: self.target,
            metrics: metrics.map(\.rawValue), folds: learning.folds, foldSeed: seed)
        return LearningJob(
            lesson: lesson, direction: metrics[0].direction == .maximise ? .maximise : .minimise,
            families: learning.families.map(\.rawValue),
            rows: UInt64(self.rows), columns: UInt32(self.features), classes: UInt32(self.classes))
    }
}
