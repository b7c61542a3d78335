import ArgumentParser
import Host
import Transport
import Wire

/// `assay taint`
struct TaintCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "taint",
        abstract: "What programs of users have made, and what was made from it.",
        subcommands: [TaintListCommand.self, TaintClearCommand.self])
}

/// A taint as `--json` prints it.
struct TaintReport: Encodable, Equatable, Sendable {
    let digest: String
    /// Of the trial's output.
    let name: String
    /// The trial that made it first.
    let trial: String
    let owner: String
    /// Digests of the tainted blobs that its job read.
    let sources: [String]
    let at: Double
    /// Who cleared it, when and why; absent while it is tainted.
    let clearedBy: String?
    let clearedAt: Double?
    let reason: String?

    init(_ taint: Assay_V1_Taint) {
        self.digest = LogText.escaped(taint.digest)
        self.name = LogText.escaped(taint.name)
        self.trial = LogText.escaped(taint.trial)
        self.owner = LogText.escaped(taint.owner)
        self.sources = taint.sources.map { LogText.escaped($0) }
        self.at = taint.at
        let isCleared = !taint.clearedBy.isEmpty
        self.clearedBy = isCleared ? LogText.escaped(taint.clearedBy) : nil
        self.clearedAt = isCleared ? taint.clearedAt : nil
        self.reason = isCleared ? LogText.escaped(taint.reason) : nil
    }

    static func table(_ taints: [TaintReport], style: Style, width: Int?) -> String {
        guard !taints.isEmpty else { return "Nothing is tainted.\n" }
        var table = TextTable([
            ("digest", .left), ("name", .left), ("trial", .left), ("owner", .left),
            ("made (UTC)", .left), ("cleared", .left),
        ])
        for taint in taints {
            let clearance = taint.clearedBy.map { "by \($0): \(taint.reason ?? "")" }
            table.add([
                taint.digest, taint.name, taint.trial, taint.owner, Figures.moment(taint.at),
                clearance ?? "-",
            ])
        }
        return table.text(style: style, width: width)
    }
}

struct TaintListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what is tainted or was, the newest first.")

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    @Option(help: ArgumentHelp("The most to list; 1,000 when 0.", valueName: "count"))
    var limit: UInt32 = 0

    /// What `--json` prints.
    struct Report: Encodable {
        let taints: [TaintReport]
    }

    func run() async throws {
        var request = Assay_V1_ListTaintsRequest()
        request.limit = self.limit
        let message = request
        let response = try await self.client.withHead { try await $0.taints.list(message) }
        let report = Report(taints: response.taints.map(TaintReport.init))
        try self.output.print(report) { terminal in
            TaintReport.table(
                report.taints, style: terminal.resultStyle, width: terminal.resultWidth())
        }
    }
}

struct TaintClearCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clear",
        abstract: "Answer for bytes that a program of a user made: somebody has looked at them.",
        discussion: """
            Operators only; the audit log has who cleared what, and the head keeps why. Only the \
            blobs that are named are cleared: what was made from them before stays tainted. The \
            files of a model are named one by one, as assay model prints them.
            """)

    @OptionGroup var client: ClientOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: ArgumentHelp("Digests, as assay taint list prints them.", valueName: "digest"))
    var digests: [String]

    @Option(help: "Why, for those who come after you.")
    var reason: String

    func run() async throws {
        var request = Assay_V1_ClearTaintRequest()
        request.digests = self.digests
        request.reason = self.reason
        let message = request
        let response = try await self.client.withHead { try await $0.taints.clear(message) }
        let report = TaintListCommand.Report(taints: response.taints.map(TaintReport.init))
        try self.output.print(report) { terminal in
            TaintReport.table(
                report.taints, style: terminal.resultStyle, width: terminal.resultWidth())
        }
    }
}
