import Glibc
package import Host
package import Inspection

/// Has a foreign model looked at by a child that can do nothing else.
///
/// The parent hands the bytes over and reads a report: it parses nothing of the model.
package enum InspectorProcess {
    package struct Answer: Sendable {
        package let report: InspectionReport
        /// What this kernel could not enforce around the child, by name.
        package let missingProtections: [String]
    }

    /// Why there is no report.
    package struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
        package let description: String
    }

    /// A file of the largest size is walked in less.
    private static let patience: Duration = .seconds(120)
    /// Beside the file, which is the parent's: the walks' own bounds come to half of it.
    private static let memoryBytesMax: UInt64 = 2 << 30

    /// - Parameter program: whose verb `inspector` is the inspector.
    package static func inspect(
        _ file: SealedMemory, program: String = RunnerLaunch.ownProgram
    ) async throws -> Answer {
        // The kernel's death signal means the thread that started a child, so one waits for it.
        try await DedicatedThread.run(named: "inspector watch") {
            try Self.keep(file, program)
        }
    }

    private static func keep(_ file: SealedMemory, _ program: String) throws -> Answer {
        let user = geteuid() == 0 ? try Privileges.User(named: "nobody") : nil
        let settings = RunnerSettings(
            parent: getpid(), user: user, memoryBytesMax: Self.memoryBytesMax,
            outputBytesMax: UInt64(InspectionLimits.reportBytesMax))
        let (process, report, words) = try Self.launch(program, settings, file)
        return try Self.converse(process, report, words)
    }

    /// Starts the child and lets go of its ends, so that its end is the end of both streams.
    private static func launch(
        _ program: String, _ settings: RunnerSettings, _ file: SealedMemory
    ) throws(HostError) -> (process: pid_t, report: Descriptor, words: Descriptor) {
        let report = try Descriptor.socketPair()
        let words = try Descriptor.socketPair()
        let process = try Self.start(
            program, settings, [file.descriptor, report.theirs, words.theirs])
        return (process, report.ours, words.ours)
    }

    /// - Parameter descriptors: the child's 0, 1 and 2.
    private static func start(
        _ program: String, _ settings: RunnerSettings, _ descriptors: [Descriptor]
    ) throws(HostError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // Above the numbers that they get in the child, so that none overwrites another.
        let sources = try descriptors.map { (descriptor) throws(HostError) in
            let number = descriptor.withNumber { fcntl($0, F_DUPFD_CLOEXEC, 4) }
            guard number >= 0 else { throw HostError(failedTo: "duplicate a descriptor", errno) }
            return Descriptor(adopting: number)
        }
        defer { withExtendedLifetime(sources) {} }
        for (number, source) in sources.enumerated() {
            posix_spawn_file_actions_adddup2(&actions, source.number, CInt(number))
        }
        var process: pid_t = 0
        let words = ["assay", "inspector"] + settings.arguments
        let answer = CStrings.with(words) { arguments in
            CStrings.with(RunnerLaunch.environment()) { environment in
                posix_spawn(&process, program, &actions, nil, arguments, environment)
            }
        }
        guard answer == 0 else { throw HostError(failedTo: "start \(program)", answer) }
        return process
    }
}

extension InspectorProcess {
    /// Reads both streams to their ends, in time and to their bounds, and reaps the child.
    private static func converse(
        _ process: pid_t, _ report: Descriptor, _ words: Descriptor
    ) throws -> Answer {
        var reading = StreamReading(
            [report, words], bytesMax: InspectionLimits.reportBytesMax + 4096)
        let isInTime = reading.run(until: ContinuousClock.now + Self.patience)
        if !isInTime || reading.isTooLong { kill(process, SIGKILL) }
        var status: CInt = 0
        while waitpid(process, &status, 0) == -1, errno == EINTR {}
        guard isInTime else {
            throw Failure(description: "the inspector took longer than \(Self.patience)")
        }
        guard status == 0, !reading.isTooLong else {
            let last = LogText.escaped(
                String(decoding: reading.bytes[1].dropLast().prefix(1024), as: UTF8.self))
            throw Failure(
                description: "the inspector ended without a report"
                    + (last.isEmpty ? "" : ": \(last)"))
        }
        return try Self.answer(reading.bytes[0])
    }

    /// Lines of missing protections, an empty one, then the report.
    private static func answer(_ bytes: [UInt8]) throws -> Answer {
        var missing: [String] = []
        var rest = bytes[...]
        while let end = rest.firstIndex(of: 0x0A), missing.count <= Protection.allCases.count {
            let line = rest[rest.startIndex..<end]
            rest = rest[(end + 1)...]
            if line.isEmpty { break }
            missing.append(LogText.escaped(String(decoding: line, as: UTF8.self)))
        }
        do {
            return Answer(
                report: try InspectionReport(decoding: Array(rest)), missingProtections: missing)
        } catch {
            throw Failure(description: "the inspector's report makes no sense")
        }
    }
}

/// Reads streams until all are closed.
private struct StreamReading {
    private let streams: [Descriptor]
    private let bytesMax: Int
    private(set) var bytes: [[UInt8]]
    private(set) var isTooLong = false

    init(_ streams: [Descriptor], bytesMax: Int) {
        self.streams = streams
        self.bytesMax = bytesMax
        self.bytes = streams.map { _ in [] }
    }

    /// - Returns: whether all were closed, or one said too much, before the deadline.
    mutating func run(until deadline: ContinuousClock.Instant) -> Bool {
        var open = Set(self.streams.indices)
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while !open.isEmpty, !self.isTooLong {
            let left = ContinuousClock.now.duration(to: deadline)
            guard left > .zero else { return false }
            let order = open.sorted()
            var waits = order.map {
                pollfd(fd: self.streams[$0].number, events: Int16(POLLIN), revents: 0)
            }
            _ = poll(&waits, nfds_t(waits.count), CInt(left.components.seconds) * 1000 + 1)
            for (index, wait) in zip(order, waits) where wait.revents != 0 {
                let count = read(wait.fd, &buffer, buffer.count)
                if count < 0, errno == EINTR || errno == EAGAIN { continue }
                guard count > 0 else {
                    open.remove(index)
                    continue
                }
                self.bytes[index] += buffer[..<count]
                self.isTooLong = self.isTooLong || self.bytes[index].count > self.bytesMax
            }
        }
        return true
    }
}
