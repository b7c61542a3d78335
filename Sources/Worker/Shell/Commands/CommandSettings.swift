package import Wire

extension WorkerSettings {
    /// Whose commands this worker runs, and where: its operator's word, which holds whatever a head
    /// says.
    package struct Commands: Equatable, Sendable {
        /// Told to the head, so that it sends only what is admitted; judged again here.
        package var policy: CommandPolicy
        /// Processors that one command may keep busy, where control groups are to be had.
        package var processors: UInt32
        /// Directories of this host that commands see, read-only, beside `/usr`.
        package var shown: [String]
        /// The program `bwrap`.
        package var sandbox: String

        package init(
            policy: CommandPolicy, processors: UInt32, shown: [String], sandbox: String
        ) {
            self.policy = policy
            self.processors = processors
            self.shown = shown
            self.sandbox = sandbox
        }

        /// Nobody's; one processor for whom an operator admits without saying more, as a slot is
        /// one.
        package static let defaults = Self(
            policy: .none, processors: 1, shown: [], sandbox: "/usr/bin/bwrap")

        /// Whether there is anybody whose commands could run here.
        package var admitsAnybody: Bool { self.policy.users != .nobody }
    }
}

extension WorkerSettings.Commands {
    /// Why the command may not run here; nil when it may.
    func refusal(of command: Command, of owner: String) -> Failure? {
        guard self.policy.admits(command.network, of: owner) else {
            let withNetwork = CommandPolicy(users: self.policy.users, allowsNetwork: true)
            return Failure(
                .refused,
                withNetwork.admits(command.network, of: owner)
                    ? "this worker gives no command a network"
                    : "this worker runs no commands of \(owner)")
        }
        let excess = command.resources.excess(over: self.policy.most)
        return excess.map { Failure(.refused, "this worker gives a command at most \($0)") }
    }

    /// - Throws: one sentence that names what is wrong and what would be right.
    func validate() throws(WorkerSettingsError) {
        guard (1...4096).contains(self.processors) else {
            throw WorkerSettingsError("the processors of a command must be 1 to 4096")
        }
        for directory in self.shown {
            let isPlain =
                directory.hasPrefix("/") && directory.utf8.count > 1
                && directory.utf8.dropFirst().split(
                    separator: UInt8(ascii: "/"), omittingEmptySubsequences: false
                ).allSatisfy { !$0.isEmpty && !$0.elementsEqual("..".utf8) }
            guard isPlain, !directory.utf8.contains(0) else {
                throw WorkerSettingsError("\(directory) is no absolute path that could be shown")
            }
            guard !CommandRoom.own.contains(where: { Self.overlap($0, directory) }) else {
                throw WorkerSettingsError(
                    "\(directory) cannot be shown: a command's own directory lies there")
            }
        }
    }

    private static func overlap(_ one: String, _ other: String) -> Bool {
        one == other || one.hasPrefix(other + "/") || other.hasPrefix(one + "/")
    }
}
