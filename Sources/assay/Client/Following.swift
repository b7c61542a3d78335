import Foundation
import Signing
import Transport
import Wire

/// What `run`, `submit --follow` and `watch` do alike.
enum Following {
    /// Who vouches for the model that is written here. That it came from the head whole is proved
    /// by the head's signature in any case.
    enum Voucher: Sendable {
        case head
        /// The head is gone in a moment, and its authority with it: its signature proves nothing
        /// to anybody.
        case checksums
        /// The head of a cluster that lasts, for one that does not.
        case signer(ModelSigner)
    }

    /// Follows a job with live progress, brings its model, and prints how it ended: its summary as
    /// JSON, or its leaderboard.
    ///
    /// - Parameters:
    ///   - destination: where the result goes; nil leaves it on the head.
    ///   - voucher: who vouches for it there.
    ///   - columns: what undoes the aliases of the job's columns, where there are any.
    ///   - report: the page that is asked for, if any.
    /// - Returns: the job as it ended, its model the directory where there is one.
    static func untilEnd(
        of job: String, knownFrom source: JobFollower.Source, on head: HeadClient,
        to destination: JobResult.Destination?, by voucher: Voucher = .head, columns: ColumnMap?,
        report: JobPage? = nil, json: Bool, rest: LeaderboardText.Rest = .onHead
    ) async throws -> JobReport {
        let terminal = Terminal()
        let follower = JobFollower(head: head, terminal: terminal, columns: columns)
        var ended = try await follower.follow(job, knownFrom: source)
        var made: CheckedBundle?
        switch destination {
        case nil: break
        case .model(let directory):
            guard let id = ended.model else { break }
            let (found, bundle) = try await follower.persist {
                let found = try await ModelFetch.model(id, from: head)
                return (found, try await ModelFetch.bundle(of: found, from: head))
            }
            try directory.write(
                bundle.files, signature: try Self.signature(of: bundle, by: voucher))
            ended.model = directory.path
            let model = ModelReport(found)
            ended.modelMembers = model.members
            ended.modelScores = model.scores
            made = bundle
        case .files(let directory):
            guard ended.state == "succeeded" else { break }
            var request = Assay_V1_GetJobRequest()
            request.job = job
            let message = request
            try directory.write(
                try await follower.persist {
                    try await OutputFetch.files(of: try await head.jobs.get(message), from: head)
                })
            ended.output = directory.path
        }
        var trials: [TrialReport] = []
        if report != nil && made != nil || !json && !ended.metrics.isEmpty {
            let space = ended.parameters
            trials = try await follower.persist {
                try await head.trials(of: job, in: space, columns: columns)
            }
        }
        if let report, let made, let place = ended.model {
            try report.write(made, of: place, ended, trials, columns)
        }
        try Self.summarise(ended, trials, json: json, rest, terminal)
        return ended
    }

    private static func signature(
        of bundle: CheckedBundle, by voucher: Voucher
    ) throws(CommandError) -> [UInt8]? {
        guard case .head(let provenance, let signature) = bundle.voucher else { return nil }
        switch voucher {
        case .head: return signature
        case .checksums: return nil
        case .signer(let signer):
            do {
                return try signer.sign(try provenance.statement.signed(at: Date()))
            } catch {
                throw CommandError(.failed, error.description)
            }
        }
    }

    private static func summarise(
        _ job: JobReport, _ trials: [TrialReport], json: Bool, _ rest: LeaderboardText.Rest,
        _ terminal: Terminal
    ) throws {
        guard !json else {
            terminal.result(try JSONText.line(job))
            return
        }
        var text = ""
        if !job.metrics.isEmpty {
            text =
                LeaderboardText(job: job, trials: trials, metrics: job.metrics)
                .text(
                    style: terminal.resultStyle, width: terminal.resultWidth(), rest: rest)
                + "\n"
        }
        // A cluster of one process tree has nobody who could lie, and often nobody to ask.
        let wasAsked = rest != .gone || job.corroboration?.counts != nil
        terminal.result(
            text
                + JobText.summary(job, tellsProof: wasAsked, style: terminal.resultStyle))
    }

    /// A job that did not succeed is a command that failed.
    static func requireSuccess(_ job: JobReport) throws(CommandError) {
        guard job.state == "succeeded" else {
            throw CommandError(
                .failed, "job \(job.id) \(job.state)" + (job.reason.map { ": \($0)" } ?? ""))
        }
    }
}
