import ArgumentParser
import Engine

/// The page that somebody wants of a job that is followed here.
struct JobPage: Equatable, Sendable {
    let path: String
    /// What the job learns from, which is read again when the model is there.
    let table: TableTerms
    /// The table that candidates are judged by.
    let validation: String?

    /// - Parameter place: where the model lies.
    func write(
        _ checked: CheckedBundle, of place: String, _ job: JobReport, _ trials: [TrialReport],
        _ columns: ColumnMap?
    ) throws {
        let bundle = try ModelFiles.bundle(checked, called: place).withNames(of: place, columns)
        let table = try ModelExplanation.Table(
            self.table, validation: self.validation, for: bundle)
        var page = ReportPage(
            bundle, of: place,
            try ModelExplanation.explanation(of: bundle, learnedFrom: table, .thorough))
        page.tell(of: job, trials)
        try page.write(to: self.path)
    }
}

struct JobPageOptions: ParsableArguments {
    @Option(
        name: .customLong("report"),
        help: ArgumentHelp(
            "Write a page on the model to this file, as assay report does.",
            valueName: "page.html"))
    var file: String?

    /// The page that is asked for, judged before anything starts.
    func page(of job: PreparedJob) throws(CommandError) -> JobPage? {
        guard let path = self.file else { return nil }
        guard let table = job.table else {
            throw CommandError(.usage, "--report is for jobs that make a model")
        }
        try OutputFile.check(path)
        return JobPage(path: path, table: table, validation: job.validation)
    }
}

extension ReportPage {
    /// It holds what a model holds, and more: who else may see it is for its owner to say.
    func write(to path: String) throws(CommandError) {
        try OutputFile.write(Array(self.page.html.utf8), to: path, readers: .owner)
    }
}
