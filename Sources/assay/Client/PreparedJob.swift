import Engine
import Foundation
import Transport
import Wire
import WorkerShell

/// A job that was judged as a whole: its file, its data and its schema. Nothing has started yet.
struct PreparedJob: Sendable {
    let spec: JobSpec
    /// What the head must hold before it can accept the job.
    let uploads: [BlobUpload]
    /// Where the result goes, as the job file says.
    let output: String?
    /// The job file's path without its ending.
    private let stem: String
    /// What the columns are called outside; nil where their names travel.
    let columns: ColumnMap?
    /// What became of its table, for people; nil for an idle job.
    let data: DataReportJSON?

    /// Reads and checks everything that the file names.
    ///
    /// - Parameter anonymous: whether the columns' names stay here, whatever the file says.
    /// - Throws: `InputError` with the file and the place of the first mistake.
    init(path: String, anonymous: Bool = false) throws(InputError) {
        let file = try JobFile(path: path, anonymous: anonymous)
        self.output = file.output
        self.stem = URL(filePath: path).deletingPathExtension().path(percentEncoded: false)
        let kind: JobSpec.Kind
        switch file.work {
        case .idle(let trials, let duration):
            self.uploads = []
            self.columns = nil
            self.data = nil
            kind = .idle(trials: trials, duration: duration)
        case .learning(let learning):
            let place = ColumnMap.path(beside: file.output ?? self.stem + JobResult.model.suffix)
            let table = try CheckedTable(
                learning, seed: file.seed, aliasesAt: file.anonymizesColumns ? place : nil)
            self.columns = table.columns
            self.uploads = [table.data, table.schema]
            self.data = DataReportJSON(table.report)
            kind = .learning(table.job(learning, seed: file.seed))
        case .program(let program):
            guard !file.anonymizesColumns else {
                throw InputError(
                    path, "a command's files travel as they are: their columns have no aliases")
            }
            let checked = try CheckedProgram(program)
            self.uploads = checked.uploads
            self.columns = nil
            self.data = nil
            kind = .command(checked.job)
        }
        self.spec = JobSpec(
            name: file.name, priority: file.priority, seed: file.seed, budget: file.budget,
            kind: kind)
        do throws(WireError) {
            // What no one line breaks, such as too much in all, the head would say after uploads.
            _ = try JobSpec(self.spec.message)
        } catch {
            throw InputError(path, error.description)
        }
    }

    /// Where the result goes when nobody says: beside the job file, under its name.
    var standardOutput: String { self.stem + self.result.suffix }

    /// What the job ends with.
    var result: JobResult {
        switch self.spec.kind {
        case .idle: .nothing
        case .learning: .model
        case .command(let job): job.command.outputs.isEmpty ? .nothing : .files(job.command.outputs)
        }
    }

    /// Says what was dropped, repaired and flagged, before anything starts; with `--json` it stands
    /// in the job's object.
    func tellOfData(json: Bool) {
        guard !json, let lines = self.data?.lines else { return }
        Terminal().remark(lines.map { "data: \($0)\n" }.joined())
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
    private let target: String?
    private let rows: Int
    private let features: Int
    private let classes: Int
    /// Of the table as the schema leaves it, where the schema may change something.
    private let cleaned: Digest?
    let report: DataReport
    /// The same for whoever must not know the columns' names.
    private let sentReport: DataReport

    /// - Parameter place: where the map of the columns is kept; nil lets their names travel.
    init(
        _ learning: JobFile.Learning, seed: UInt64, aliasesAt place: String?
    ) throws(InputError) {
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
        let bound = try TableFile.dataset(
            bytes, at: learning.train, schema: schema, target: learning.target,
            task: learning.task)
        let dataset = bound.dataset
        guard dataset.rows >= 2 * learning.folds else {
            throw InputError(
                learning.train,
                """
                has \(dataset.rows) rows, too few for a cross validation in \(learning.folds) \
                folds; set cv to \(max(2, dataset.rows / 2)) or less, or bring more rows
                """)
        }
        let columns = try place.map { place throws(InputError) in
            try Self.map(at: place, bytes, learning, bound.schema)
        }
        let examination = try DataExamination(
            bound, bytes: bytes, at: learning.train,
            reference: try Self.reference(of: learning, bound, columns), terms: learning.screen,
            seed: seed)
        if let alarm = examination.alarm, learning.screen.action == .refuse {
            throw InputError(learning.train, "is refused by the job's screen: \(alarm)")
        }
        self.report = examination.report
        self.rows = dataset.rows
        self.features = dataset.features.columns.count
        self.classes = dataset.classNames.count
        let changes = bound.schema.changesTables
        if let columns {
            self.data = try BlobUpload(
                TableFile.renamed(bytes, at: learning.train, columns.alias))
            do throws(SchemaError) {
                self.schema = BlobUpload(try columns.anonymous(bound.schema).encoded())
            } catch {
                throw InputError(learning.schema ?? learning.train, error.description)
            }
            self.cleaned = changes ? bound.table.renamed(columns.alias).digest : nil
            self.sentReport = columns.anonymous(self.report, bound.schema)
        } else {
            self.data = data
            self.schema = BlobUpload(bound.schema.encoded())
            self.cleaned = changes ? bound.table.digest : nil
            self.sentReport = self.report
        }
        self.columns = columns
        self.target = learning.target.map { columns?.alias(of: $0) ?? $0 }
    }

    /// The aliases of all columns that the table or its schema names.
    private static func map(
        at place: String, _ bytes: [UInt8], _ learning: JobFile.Learning, _ schema: Schema
    ) throws(InputError) -> ColumnMap {
        let header = try TableFile.columnNames(bytes, at: learning.train)
        let known = Set(header)
        var generator = SystemRandomNumberGenerator()
        return (try ColumnMap.read(place) ?? ColumnMap(path: place)).covering(
            header + schema.columns.map(\.name).filter { !known.contains($0) }, using: &generator)
    }

    /// The job's reference, read as the table was.
    private static func reference(
        of learning: JobFile.Learning, _ bound: TableFile.Bound, _ columns: ColumnMap?
    ) throws(InputError) -> DataExamination.Reference? {
        guard let path = learning.reference else { return nil }
        let bytes = try TableFile.bytes(path)
        let table = try TableFile.dataset(
            bytes, at: path, schema: bound.schema, target: learning.target, task: learning.task
        ).table
        // A table may be known by its digest, as its columns are by their names.
        let sent =
            if let columns {
                try TableFile.renamed(bytes, at: path, columns.alias)
            } else { bytes }
        return DataExamination.Reference(digest: BlobUpload(sent).blob.digest, frame: table.frame)
    }

    func job(_ learning: JobFile.Learning, seed: UInt64) -> LearningJob {
        let standard =
            self.target == nil
            ? .stability : Metric.standard(for: learning.task, classes: self.classes)
        let metrics = learning.metrics.isEmpty ? [standard] : learning.metrics
        let lesson = Lesson(
            task: Wire.LearningTask(learning.task),
            data: self.data.blob, schema: self.schema.blob, target: self.target,
            metrics: metrics.map(\.rawValue), folds: learning.folds, foldSeed: seed,
            cleaned: self.cleaned, cache: learning.cache)
        return LearningJob(
            lesson: lesson, direction: metrics[0].direction == .maximise ? .maximise : .minimise,
            families: learning.families.map(\.rawValue),
            // Scores of different detectors have no common scale; one of them is a combination.
            ensembles: learning.ensembles && learning.task != .anomalyDetection,
            contamination: learning.contamination,
            rows: UInt64(self.rows), columns: UInt32(self.features), classes: UInt32(self.classes),
            data: self.sentReport)
    }
}

extension Wire.LearningTask {
    fileprivate init(_ task: Engine.LearningTask) {
        switch task {
        case .classification: self = .classification
        case .regression: self = .regression
        case .anomalyDetection: self = .anomalyDetection
        }
    }
}
