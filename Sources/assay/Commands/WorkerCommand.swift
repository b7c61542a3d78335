import ArgumentParser
import CertificateAuthority
import CoordinatorShell
import Host
import Logging
import Transport
import Wire
import WorkerShell

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker", abstract: "Run trials for a head; listens nowhere.",
        discussion: """
            Each option is also a variable (--data-cache: ASSAY_DATA_CACHE) and a key of the \
            settings file (data_cache). SIGTERM drains, a second one hands back at once, SIGHUP \
            reads the certificate again. A certificate that the head can sign anew, in a \
            directory that is ours to write, is renewed at half of its life.
            """)

    @OptionGroup var daemon: DaemonOptions

    @Option(help: ArgumentHelp("Where the head is.", valueName: "host:port"))
    var head: String?

    @Option(help: ArgumentHelp("Trials at once; one per processor by default.", valueName: "count"))
    var slots: Int?

    @Option(
        help: ArgumentHelp(
            "Start only if the certificate names this worker so.", valueName: "name"))
    var name: String?

    @Option(
        help: ArgumentHelp("Data sets kept in memory, such as 8GiB.", valueName: "size"))
    var dataCache: String?

    @Option(
        help: ArgumentHelp(
            "How long they are kept: off, memory or disk; memory by default.", valueName: "mode"))
    var dataCacheMode: String?

    @Option(
        help: ArgumentHelp(
            "Where those lie, sealed, that memory has no room for.", valueName: "dir"))
    var dataCacheDir: String?

    @Option(
        help: ArgumentHelp("What may lie there, such as 64GiB.", valueName: "size"))
    var dataCacheDisk: String?

    @Option(help: ArgumentHelp("Whom runners become under root.", valueName: "user"))
    var runnerUser: String?

    @Option(
        help: ArgumentHelp("A runner's memory at most, such as 2GiB.", valueName: "size"))
    var runnerMemory: String?

    @Option(
        help: ArgumentHelp(
            "A policy file: whose commands run here. Nobody's without one.", valueName: "file"))
    var commands: String?

    /// The settings file that a package installs.
    static let standardFile = "/etc/assay/worker.yaml"

    func run() async throws {
        do {
            try ProcessHardening.apply()
            var layers = try self.daemon.layers(standard: Self.standardFile)
            let common = try self.daemon.settings(&layers)
            let settings = try self.settings(&layers, common)
            let name = try layers.text("name", flag: self.name)
            try layers.finish()
            let credentials = try CredentialStore(directory: common.certs)
            try credentials.current.require(.worker)
            if let name, name.value != credentials.current.identity.name {
                throw name.wrong("is not the name in the certificate of \(common.certs)")
            }
            let signals = try TerminationSignals()
            try await WorkerDaemon.run(
                settings, credentials: credentials, requests: signals.requests,
                service: ServiceManager(), log: try common.log(.own("worker")).logger("worker"))
            withExtendedLifetime(signals) {}
        } catch {
            throw CommandError(daemon: error)
        }
    }

    func settings(
        _ layers: inout Layers, _ common: DaemonOptions.Settings
    ) throws(InputError) -> WorkerSettings {
        guard let head = try layers.address("head", flag: self.head) else {
            throw InputError("--head", "is missing; name the head's address as HOST:PORT")
        }
        var settings = WorkerSettings(head: head.value, version: Version.current)
        let slots = try layers.integer("slots", flag: self.slots, in: 1...Limits.slotsMax)
        if let slots { settings.slots = slots }
        if let bytes = try layers.bytes("data_cache", flag: self.dataCache) {
            settings.dataCache.bytesMax = bytes
        }
        if let mode = try layers.choice("data_cache_mode", flag: self.dataCacheMode, CacheMode.self)
        {
            settings.dataCache.mode = mode
        }
        settings.dataCache.directory =
            try layers.text("data_cache_dir", flag: self.dataCacheDir)?.value
        if let bytes = try layers.bytes("data_cache_disk", flag: self.dataCacheDisk) {
            settings.dataCache.diskBytesMax = bytes
        }
        if let user = try layers.text("runner_user", flag: self.runnerUser) {
            settings.runner.user = user.value
        }
        settings.runner.memoryBytesMax = try layers.bytes("runner_memory", flag: self.runnerMemory)
        if let policy = try layers.text("commands", flag: self.commands) {
            settings.commands = try CommandPolicyFile.read(policy.value)
        }
        settings.session = .init(
            temporaryDirectory: common.temporaryDirectory, ending: common.ending)
        return settings
    }
}

extension CommandError {
    /// Why a daemon did not start or did not go on: what the operator gave is at fault where an
    /// error is about settings, certificates or places.
    init(daemon error: any Error) {
        switch error {
        case is CredentialError, is IssuanceError, is HeadSettingsError, is WorkerSettingsError,
            is HostError:
            self.init(.usage, "\(error)")
        case let error as BlobError where error.code == .noKey: self.init(.usage, "\(error)")
        default: self.init(error)
        }
    }
}
