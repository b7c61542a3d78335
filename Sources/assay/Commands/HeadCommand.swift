import ArgumentParser
import CoordinatorShell
import Foundation
import Host
import Logging
import Transport
import Wire

struct HeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "head", abstract: "Decide which trial runs where; listens on one port.",
        discussion: """
            Each option is also a variable (--temp-dir: ASSAY_TEMP_DIR) and a key of the settings \
            file (temp_dir). A socket that systemd passes is used in place of --listen. SIGTERM \
            ends it in order, SIGHUP reads the certificate again.
            """)

    @OptionGroup var daemon: DaemonOptions
    @OptionGroup var ports: HeadPortOptions

    @Option(
        help: ArgumentHelp(
            "Where journal and blobs are kept; $STATE_DIRECTORY by default.", valueName: "dir"))
    var state: String?

    @Option(
        help: ArgumentHelp(
            "The keys that seal what is kept; blob.key beside the certificate by default.",
            valueName: "file"))
    var blobKey: String?

    @Option(
        help: ArgumentHelp(
            "How long certificates of workers last that join or renew; 24h by default.",
            valueName: "duration"))
    var workerCertificate: String?

    /// The settings file that a package installs.
    static let standardFile = "/etc/assay/head.yaml"

    func run() async throws {
        do {
            try ProcessHardening.apply()
            let inherited = try InheritedListener.takeAll()
            var layers = try self.daemon.layers(standard: Self.standardFile)
            let common = try self.daemon.settings(&layers)
            var settings = try self.settings(&layers, common, inherited)
            try layers.finish()
            let log = try common.log(.ownAndJobs("head"))
            settings.jobLogs = log.jobs
            let credentials = try CredentialStore(directory: common.certs)
            try credentials.current.require(.head)
            let signals = try TerminationSignals()
            try await CoordinatorDaemon.run(
                settings, credentials: credentials, requests: signals.requests,
                service: ServiceManager(), log: log.logger("head"))
            withExtendedLifetime(signals) {}
        } catch {
            throw CommandError(daemon: error)
        }
    }

    private func settings(
        _ layers: inout Layers, _ common: DaemonOptions.Settings, _ inherited: [InheritedListener]
    ) throws -> HeadSettings {
        let ports = try self.ports.settings(&layers)
        let systemd = Environment.process["STATE_DIRECTORY"]
            .flatMap { $0.split(separator: ":").first.map(String.init) }
        guard let state = try layers.text("state", flag: self.state)?.value ?? systemd else {
            throw InputError("--state", "is missing; name the directory of journal and blobs")
        }
        guard inherited.count <= 1 else {
            throw InputError(
                "LISTEN_FDS", "passes \(inherited.count) sockets; a head listens on one")
        }
        let lifetime =
            try layers.duration("worker_certificate", flag: self.workerCertificate)
            ?? HeadSettings.Enrollment.defaults.lifetime
        let keys = try layers.text("blob_key", flag: self.blobKey)?.value
        let address: ListenerSettings.Address =
            inherited.first.map { .inherited($0.descriptor) } ?? .bind(ports.listen)
        return HeadSettings(
            listener: ListenerSettings(address), state: .directory(state),
            blobKeyFile: keys ?? "\(common.certs)/blob.key", probe: ports.probe,
            session: .init(temporaryDirectory: common.temporaryDirectory, ending: common.ending),
            enrollment: .init(directory: common.certs, lifetime: lifetime))
    }
}

/// The ports of a head: what `assay head` opens and `assay ports` tells.
struct HeadPortOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The one port; 127.0.0.1:7443 by default.", valueName: "address:port"))
    var listen: String?

    @Option(
        help: ArgumentHelp(
            "A loopback address for plain /livez and /readyz.", valueName: "address:port"))
    var probe: String?

    struct Settings {
        let listen: HostAndPort
        let probe: HostAndPort?
    }

    static let standard = HostAndPort(host: "127.0.0.1", port: 7443)

    func settings(_ layers: inout Layers) throws(InputError) -> Settings {
        Settings(
            listen: try layers.address("listen", flag: self.listen)?.value ?? Self.standard,
            probe: try layers.address("probe", flag: self.probe)?.value)
    }
}
