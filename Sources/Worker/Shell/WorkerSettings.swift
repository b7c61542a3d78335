import Glibc
package import Host
import NIOCore
package import Transport
package import Wire

/// What an operator decides about a worker. Its name is not among it: the certificate says that.
package struct WorkerSettings: Sendable {
    package var head: HostAndPort
    /// Of the program, for people and for the class of environments.
    package var version: String
    /// Trials at once.
    package var slots: Int
    package var dataCache: DataCache
    package var runner: Runner
    package var commands: Commands
    package var session: Session
    package var reconnect: Reconnect

    package init(
        head: HostAndPort, version: String, slots: Int = Self.processors,
        dataCache: DataCache = .defaults, runner: Runner = .defaults,
        commands: Commands = .defaults,
        session: Session = .defaults, reconnect: Reconnect = .defaults
    ) {
        self.head = head
        self.version = version
        self.slots = slots
        self.dataCache = dataCache
        self.runner = runner
        self.commands = commands
        self.session = session
        self.reconnect = reconnect
    }

    /// The data sets that are kept at hand.
    package struct DataCache: Equatable, Sendable {
        /// How long, unless a job asks for less.
        package var mode: CacheMode
        /// All of them together in memory, in bytes. A larger data set is refused with a sentence.
        package var bytesMax: UInt64
        /// What lies on disk besides, when the mode is `disk`, in bytes.
        package var diskBytesMax: UInt64
        /// Below which directory that is; nil: `$CACHE_DIRECTORY`, else the session's.
        package var directory: String?

        package init(
            mode: CacheMode, bytesMax: UInt64, diskBytesMax: UInt64, directory: String? = nil
        ) {
            self.mode = mode
            self.bytesMax = bytesMax
            self.diskBytesMax = diskBytesMax
            self.directory = directory
        }

        /// Half of this host's memory: the other half is for the runners. On disk, when it is
        /// switched on, four times as much as the host has memory.
        package static var defaults: Self {
            Self(
                mode: .memory, bytesMax: WorkerSettings.memoryBytes / 2,
                diskBytesMax: WorkerSettings.memoryBytes * 4)
        }
    }

    /// What confines a trial.
    package struct Runner: Equatable, Sendable {
        /// Whom runners become when the worker is root.
        package var user: String
        /// A runner's own memory, in bytes, without the data set; nil leaves it to the kernel.
        package var memoryBytesMax: UInt64?
        /// One output, in bytes.
        package var outputBytesMax: UInt64
        /// The program whose verb `runner` is the runner.
        package var program: String

        package init(user: String, memoryBytesMax: UInt64?, outputBytesMax: UInt64, program: String)
        {
            self.user = user
            self.memoryBytesMax = memoryBytesMax
            self.outputBytesMax = outputBytesMax
            self.program = program
        }

        /// User `nobody`, no limit of memory but the host's, outputs up to 4 GiB, this program.
        package static var defaults: Self {
            Self(
                user: "nobody", memoryBytesMax: nil, outputBytesMax: 4 << 30,
                program: RunnerLaunch.ownProgram)
        }
    }

    /// The worker's directory.
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

    /// How long a lost head is waited for between two attempts; doubled from one to the next.
    package struct Reconnect: Equatable, Sendable {
        package var shortest: Duration
        package var longest: Duration

        package init(shortest: Duration, longest: Duration) {
            self.shortest = shortest
            self.longest = longest
        }

        /// From a tenth of a second to ten: a head that restarts is found within a second, and a
        /// thousand workers without a head cost nobody anything.
        package static let defaults = Self(shortest: .milliseconds(100), longest: .seconds(10))
    }

    /// - Throws: one sentence that names what is wrong and what would be right.
    package func validate() throws(WorkerSettingsError) {
        guard (1...Limits.slotsMax).contains(self.slots) else {
            throw WorkerSettingsError("slots must be 1 to \(Limits.slotsMax), not \(self.slots)")
        }
        guard self.head.port > 0 else {
            throw WorkerSettingsError("the head's port must be 1 to 65535, not 0")
        }
        guard self.dataCache.bytesMax >= 1 << 20 else {
            throw WorkerSettingsError("the data cache must hold 1 MiB or more")
        }
        guard self.dataCache.mode != .disk || self.dataCache.diskBytesMax >= 1 << 20 else {
            throw WorkerSettingsError("the data cache must hold 1 MiB or more on disk")
        }
        if let memory = self.runner.memoryBytesMax, memory < 64 << 20 {
            throw WorkerSettingsError("a runner needs 64 MiB of memory or more to start")
        }
        guard (1 << 20...Limits.blobBytesMax).contains(self.runner.outputBytesMax) else {
            throw WorkerSettingsError(
                "an output's limit must be 1 MiB to \(Limits.blobBytesMax >> 30) GiB")
        }
        try self.commands.validate()
        guard self.reconnect.shortest > .zero, self.reconnect.longest >= self.reconnect.shortest
        else {
            throw WorkerSettingsError(
                "the waits before a reconnect must be above 0, the longest not below the shortest")
        }
    }

    /// Those that this process may use, which a container or a service unit may have limited.
    package static var processors: Int { max(1, min(System.coreCount, Limits.slotsMax)) }

    /// Of this host.
    package static var memoryBytes: UInt64 {
        UInt64(clamping: sysconf(CInt(_SC_PHYS_PAGES)))
            * UInt64(clamping: sysconf(CInt(_SC_PAGESIZE)))
    }
}

/// What is wrong with a worker's settings, in one sentence.
package struct WorkerSettingsError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ sentence: String) { self.description = sentence }
}
