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
    /// The table that it learns from; nil for other jobs.
    let table: TableTerms?
    /// The table that its candidates are judged by, where there is one.
    private(set) var validation: String?
    /// What else became of it.
    private var remarks: [String] = []

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
            self.table = nil
            kind = .idle(trials: trials, duration: duration)
        case .learning(let learning):
            let place = ColumnMap.path(beside: file.output ?? self.stem + JobResult.model.suffix)
            let table = try CheckedTable(
                learning, time: file.budget.time, seed: file.seed,
                aliasesAt: file.anonymizesColumns ? place : nil)
            self.columns = table.sent.columns
            self.uploads =
                [table.sent.data, table.sent.schema] + [table.validation].compactMap(\.self)
            self.data = DataReportJSON(table.report, sample: table.sample)
            self.table = learning.table
            self.validation = learning.validation
            kind = .learning(table.job(learning, seed: file.seed))
        case .forecasting(let forecasting):
            let place = ColumnMap.path(beside: file.output ?? self.stem + JobResult.model.suffix)
            let series = try CheckedSeries(
                forecasting, aliasesAt: file.anonymizesColumns ? place : nil)
            self.columns = series.sent.columns
            self.uploads = [series.sent.data, series.sent.schema]
            self.data = DataReportJSON(series.report)
            self.remarks = series.notes
            self.table = forecasting.table
            kind = .learning(series.job(forecasting, seed: file.seed))
        case .program(let program):
            guard !file.anonymizesColumns else {
                throw InputError(
                    path, "a command's files travel as they are: their columns have no aliases")
            }
            let checked = try CheckedProgram(program)
            self.uploads = checked.uploads
            self.columns = nil
            self.data = nil
            self.table = nil
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
        Terminal().remark((lines + self.remarks).map { "data: \($0)\n" }.joined())
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
