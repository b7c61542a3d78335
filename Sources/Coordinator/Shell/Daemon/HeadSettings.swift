package import CoordinatorCore
import Glibc
package import Host
package import Transport
import Wire

/// What an operator decides about a head. Its name is not among it: the certificate says that.
package struct HeadSettings: Sendable {
    /// The one port, and how it behaves.
    package var listener: ListenerSettings
    package var state: State
    /// The keys by which blobs are sealed that survive the head; made where there are none yet.
    /// Nil when none survive it.
    package var blobKeyFile: String?
    /// A loopback address for plain `/livez` and `/readyz`; nil opens no second port.
    package var probe: HostAndPort?
    package var session: Session
    package var enrollment: Enrollment
    /// Where each job has a log file of its own; nil without a log directory.
    package var jobLogs: JobLogs?
    /// Of the decisions.
    package var coordinator: Settings

    package init(
        listener: ListenerSettings, state: State, blobKeyFile: String? = nil,
        probe: HostAndPort? = nil, session: Session = .defaults, enrollment: Enrollment = .defaults,
        jobLogs: JobLogs? = nil,
        coordinator: Settings = .defaults
    ) {
        self.listener = listener
        self.state = state
        self.blobKeyFile = blobKeyFile
        self.probe = probe
        self.session = session
        self.enrollment = enrollment
        self.jobLogs = jobLogs
        self.coordinator = coordinator
    }

    /// Where the journal and the blobs are.
    package enum State: Equatable, Sendable {
        /// Survives the head. The directory is the owner's alone.
        case directory(String)
        /// The journal in the session directory and gone with it, the blobs in memory: an embedded
        /// run.
        case session
    }

    /// The head's session directory.
    package struct Session: Equatable, Sendable {
        /// Nil: `$RUNTIME_DIRECTORY`, `$TMPDIR`, … decide.
        package var temporaryDirectory: String?
        package var ending: SessionDirectory.Ending

        package init(temporaryDirectory: String?, ending: SessionDirectory.Ending) {
            self.temporaryDirectory = temporaryDirectory
            self.ending = ending
        }

        package static let defaults = Self(temporaryDirectory: nil, ending: .removed)
    }

    /// How workers come by their certificates.
    package struct Enrollment: Equatable, Sendable {
        /// Where `issuer.pem` and `issuer-key.pem` are, if there are any: the `--certs` directory.
        /// Nil lets nobody join.
        package var directory: String?
        /// Of the certificates that workers get.
        package var lifetime: Duration

        package init(directory: String?, lifetime: Duration) {
            self.directory = directory
            self.lifetime = lifetime
        }

        /// Nobody joins; certificates last a day.
        package static let defaults = Self(directory: nil, lifetime: .seconds(86_400))
    }

    /// - Throws: `SettingsError` with one sentence that names what is wrong.
    package func validate() throws(HeadSettingsError) {
        do throws(SettingsError) {
            try self.coordinator.validate()
        } catch {
            throw HeadSettingsError(error.description)
        }
        if case .directory(let path) = self.state, path.isEmpty {
            throw HeadSettingsError("the state directory has no name; give it with --state DIR")
        }
        if case .directory = self.state, self.blobKeyFile?.isEmpty != false {
            throw HeadSettingsError("the blobs need a file of keys; name it by --blob-key FILE")
        }
        guard self.listener.grace >= .zero else {
            throw HeadSettingsError("the grace of a shutdown must not be negative")
        }
        guard Limits.renewableLifetime.contains(self.enrollment.lifetime) else {
            throw HeadSettingsError("a worker's certificate must last 5 seconds to 30 days")
        }
        do throws(ProbeListenerError) {
            if let probe = self.probe { try ProbeListener.validate(probe) }
        } catch {
            throw HeadSettingsError(error.description)
        }
    }
}

/// Which setting of a head cannot work, and what would.
package struct HeadSettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ sentence: String) { self.description = sentence }
}
