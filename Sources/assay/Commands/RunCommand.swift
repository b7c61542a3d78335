import ArgumentParser
import Foundation
import Host
import Signing
import Transport
import Wire
import WorkerShell

struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a job here: nothing to set up, nothing left behind but its model.",
        discussion: """
            Makes a certificate authority in memory, a head and a worker in this process tree, \
            with mutual TLS on loopback between them, runs the job and writes its model where the \
            job file says. Ctrl-C ends all of it. The authority is gone at the end, so the model \
            has checksums and no signature, unless --certs names a head to sign it.
            """)

    @OptionGroup var output: OutputOptions

    @Argument(help: ArgumentHelp("The job file.", valueName: "job.yaml"))
    var file: String

    @OptionGroup var anonymity: AnonymityOptions
    @OptionGroup var cluster: EmbeddedOptions

    @OptionGroup var page: JobPageOptions

    @Flag(help: "Keep the session directory at the end; it holds the journal, no data.")
    var retain = false

    @Option(
        help: ArgumentHelp(
            "Sign the model as this head: its directory with ca.pem, cert.pem and key.pem.",
            valueName: "dir"))
    var certs: String?

    func run() async throws {
        // Everything that the user gave is judged before anything starts.
        let job = try PreparedJob(path: self.file, anonymous: self.anonymity.anonymizeColumns)
        let destination = try self.destination(of: job)
        let voucher = try self.voucher()
        let page = try self.page.page(of: job)
        let json = self.output.json
        job.tellOfData(json: json)
        var settings = try self.cluster.settings(
            workers: 1, ending: self.retain ? .retained : .removed)
        settings.runsCommands = try await self.runsCommands(job)
        let ended = try await EmbeddedCluster.run(settings) { head in
            let id = try await job.submit(to: head)
            return try await Following.untilEnd(
                of: id, knownFrom: .head, on: head, to: destination, by: voucher,
                columns: job.columns, report: page, json: json, rest: .gone)
        }
        try Following.requireSuccess(ended)
    }

    /// Whether the job is a program, which this host must be able to confine: nobody else would
    /// come and take it.
    private func runsCommands(_ job: PreparedJob) async throws -> Bool {
        guard case .command = job.spec.kind else { return false }
        if let problem = await CommandExamination.ofThisHost().problem {
            throw CommandError(.failed, "programs cannot be confined here: \(problem)")
        }
        return true
    }

    private func voucher() throws(CommandError) -> Following.Voucher {
        guard let certs = self.certs else { return .checksums }
        do {
            return .signer(try ModelSigner(try Credentials(directory: certs)))
        } catch {
            throw CommandError(.usage, "--certs \(certs): \(error)")
        }
    }

    /// Where the result goes: as the job file says, else beside it under the job's name.
    private func destination(of job: PreparedJob) throws -> JobResult.Destination? {
        try job.result.destination(job.output ?? job.standardOutput)
    }
}
