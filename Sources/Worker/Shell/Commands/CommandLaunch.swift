import Glibc
import Host
import Wire

/// What commands are started with that is the same for all of a worker.
struct CommandLaunch: Sendable {
    /// The program whose verb `runner` enters a sandbox.
    let program: String
    /// Whom to become when the worker is root.
    let user: Privileges.User?
    var settings: WorkerSettings.Commands
    /// One output, in bytes.
    let outputBytesMax: UInt64
    var groups: ControlGroups

    /// A trial and the bytes of its job's files, in the command's order.
    struct Work: Sendable {
        let command: Command
        let trial: CommandTrial
        let files: [SealedMemory]
    }

    /// The child's ends of the sockets, and ours.
    struct Ends: Sendable {
        let control: Descriptor
        let scores: Descriptor
        let words: Descriptor
        let information: Descriptor
    }

    func order(_ work: Work) -> CommandOrder {
        let (command, resources) = (work.command, work.command.resources)
        return CommandOrder(
            arguments: command.arguments,
            environment: CommandRoom.environment(
                command, work.trial, shown: self.settings.shown),
            outputs: command.outputs,
            outputBytesMax: min(self.outputBytesMax, resources.scratchBytes),
            path: CommandRoom.path(shown: self.settings.shown),
            limits: CommandOrder.Limits(
                dataBytes: resources.memoryBytes,
                // A process may map a multiple of what it uses; that is bounded only where nothing
                // else bounds it.
                mappedBytes: self.groups.places[.memory] == nil ? resources.memoryBytes : nil,
                cpuSeconds: UInt64(max(1, resources.cpuTime.seconds.rounded(.up))),
                fileBytes: resources.scratchBytes, processes: UInt64(resources.processes),
                files: CommandOrder.filesMax))
    }

    /// What control groups bound: what the job asked for, and what the sandbox needs beside it.
    func bounds(_ work: Work) -> ControlGroup.Bounds {
        let resources = work.command.resources
        return ControlGroup.Bounds(
            memoryBytes: resources.memoryBytes + Self.overheadBytes
                + work.files.reduce(0) { $0 + UInt64($1.byteCount) },
            processes: UInt64(resources.processes) + Self.overheadProcesses,
            processors: self.settings.processors)
    }

    /// Bubblewrap and the attendant, with what they read.
    private static let overheadBytes: UInt64 = 64 << 20
    private static let overheadProcesses: UInt64 = 4

    /// Starts the process that becomes bubblewrap.
    ///
    /// - Returns: the process, to be waited for by the caller.
    func start(_ work: Work, _ theirs: Ends, _ group: ControlGroup) throws(HostError) -> pid_t {
        let doors = try group.doors()
        let contents = try self.contents(work)
        let firstFile = CommandDescriptor.firstOfMany + CInt(doors.count)
        let room = BubblewrapArguments(
            files: contents.enumerated().map { index, content in
                .init(
                    path: content.path, descriptor: firstFile + CInt(index),
                    isExecutable: content.isExecutable)
            },
            scratchBytes: work.command.resources.scratchBytes, network: work.command.network,
            shown: self.settings.shown, closesUserNamespaces: Self.mayCloseUserNamespaces)
        let filter: Descriptor
        do throws(SandboxError) {
            filter = try CommandFilter.program()
        } catch {
            throw HostError(.failed, error.description)
        }
        let order = try Descriptor.memory(named: "assay-order", self.order(work).encoded)
        let arguments = try Descriptor.memory(named: "assay-arguments", room.encoded)
        let descriptors = [
            theirs.control, theirs.scores, try order.reopened(), try arguments.reopened(),
            try filter.reopened(), theirs.information,
        ]
        let entry = SandboxEntry(
            parent: getpid(), user: self.user, groups: doors.count, files: contents.count)
        return try self.spawn(
            entry, descriptors + doors + contents.map(\.file), words: theirs.words)
    }

    private struct Content {
        let path: String
        let file: Descriptor
        var isExecutable = false
    }

    /// The files of the sandbox: those of the job, and those that we make up.
    private func contents(_ work: Work) throws(HostError) -> [Content] {
        precondition(work.files.count == work.command.files.count, "files without their bytes")
        var contents: [Content] = []
        for (path, text) in BubblewrapArguments.names {
            let file = try Descriptor.memory(named: "assay-file", Array(text.utf8))
            contents.append(Content(path: path, file: try file.reopened()))
        }
        let parameters = try Descriptor.memory(named: "assay-parameters", work.trial.json)
        contents.append(
            Content(path: CommandRoom.parameters, file: try parameters.reopened()))
        for (file, memory) in zip(work.command.files, work.files) {
            contents.append(
                Content(
                    path: "\(CommandRoom.work)/\(file.name)",
                    file: try memory.descriptor.reopened(), isExecutable: file.isExecutable))
        }
        return contents
    }

    /// - Parameter descriptors: those of the child from `CommandDescriptor.control` on.
    private func spawn(
        _ entry: SandboxEntry, _ descriptors: [Descriptor], words: Descriptor
    ) throws(HostError) -> pid_t {
        try RunnerLaunch.spawn(
            self.program, ["assay", "runner"] + entry.arguments(sandbox: self.settings.sandbox),
            // Nothing of the worker's: bubblewrap is told all that it needs.
            environment: RunnerLaunch.environment(),
            descriptors: [
                (words, STDERR_FILENO)
            ]
                + descriptors.enumerated().map {
                    ($0.element, CommandDescriptor.control + CInt($0.offset))
                },
            nothing: [STDIN_FILENO, STDOUT_FILENO])
    }

    /// Not where the kernel's settings are read-only, as under `ProtectKernelTunables=`.
    private static var mayCloseUserNamespaces: Bool {
        var status = statvfs()
        guard statvfs("/proc/sys/user/max_user_namespaces", &status) == 0 else { return false }
        return status.f_flag & UInt(ST_RDONLY) == 0
    }
}
