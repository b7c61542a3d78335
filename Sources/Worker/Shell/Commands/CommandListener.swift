import Engine
import Glibc
import Host
import Wire

/// What a keeper hears of its command: from bubblewrap, from the attendant, from the program.
///
/// Everything is read in small pieces and believed as far as it may harm nobody: the program shares
/// its sandbox with the attendant.
struct CommandListener {
    private(set) var end = CommandEnd()

    private let ends: CommandLaunch.Ends
    private let command: Command
    private let outputBytesMax: UInt64
    private let group: ControlGroup

    private var lines = ScoreLines()
    private var talk = Talk.heard
    private var information: [UInt8] = []
    private var isInformed = false
    /// The last intermediate scores, which count where the head said stop.
    private var progress: [Score] = []
    private var isStopped = false
    private var nextLook = ContinuousClock.now

    /// The program's socket.
    private enum Talk {
        case heard
        /// An intermediate score waits for its answer; until then nothing more is read.
        case asking
        case silent
    }

    /// What the listener needs of its command.
    struct Hands {
        let report: (Progress) -> Void
        /// The answer to the last progress, once.
        let answer: () -> Verdict.Ruling?
        /// Takes hold of process 1 of the sandbox.
        let adopt: (pid_t) -> Void
        /// Ends everything in the sandbox.
        let end: () -> Void
    }

    init(
        ends: CommandLaunch.Ends, command: Command, outputBytesMax: UInt64, group: ControlGroup
    ) {
        self.ends = ends
        self.command = command
        self.outputBytesMax = outputBytesMax
        self.group = group
    }

    // MARK: While it runs

    /// Listens until the attendant is gone.
    ///
    /// - Parameter wake: becomes readable when there is an answer.
    mutating func listen(wake: Descriptor, _ hands: Hands) {
        while true {
            let ready = self.wait(wake)
            if ready.contains(wake.number) { self.passOn(hands, wake) }
            if ready.contains(self.ends.information.number) { self.beInformed(hands.adopt) }
            if ready.contains(self.ends.scores.number) { self.hear(hands) }
            if ready.contains(self.ends.control.number) {
                guard self.hearAttendant() else { return }
            }
            if self.end.fault != nil || self.hasUsedTooMuch() { hands.end() }
        }
    }

    private func wait(_ wake: Descriptor) -> Set<CInt> {
        var sources = [wake, self.ends.control]
        if !self.isInformed { sources.append(self.ends.information) }
        if case .heard = self.talk { sources.append(self.ends.scores) }
        var polls = sources.map { pollfd(fd: $0.number, events: Int16(POLLIN), revents: 0) }
        // Control groups have to be asked.
        let patience = self.group.isEmpty ? -1 : Self.lookMilliseconds
        guard poll(&polls, nfds_t(polls.count), patience) > 0 else { return [] }
        return Set(polls.filter { $0.revents != 0 }.map(\.fd))
    }

    private static let lookMilliseconds: CInt = 500

    /// Together its processes had their processor time, or the kernel had to end one of them for
    /// want of memory: what is left of such a command is of no use.
    private mutating func hasUsedTooMuch() -> Bool {
        guard !self.group.isEmpty, ContinuousClock.now >= self.nextLook else { return false }
        self.nextLook = .now + .milliseconds(Int64(Self.lookMilliseconds))
        if let used = self.group.processorTime, used > self.command.resources.cpuTime {
            self.end.isOutOfProcessorTime = true
        }
        return self.end.isOutOfProcessorTime || self.group.outOfMemoryKills > 0
    }

    private mutating func beInformed(_ adopt: (pid_t) -> Void) {
        let more = Self.read(self.ends.information) ?? []
        self.information += more
        let isWhole = more.isEmpty || self.information.count > Self.informationBytesMax
        guard isWhole else { return }
        self.isInformed = true
        guard let object = try? JSON(decoding: self.information),
            let number = try? object.member("child-pid").count("child-pid"),
            let process = pid_t(exactly: number), process > 1
        else { return }
        adopt(process)
    }

    private static let informationBytesMax = 4096

    // MARK: The attendant

    /// False when it is gone.
    private mutating func hearAttendant() -> Bool {
        guard
            let received = try? DescriptorPassing.receive(
                upTo: AttendantReport.byteCount, from: self.ends.control)
        else { return false }
        let most = 2 + self.command.outputs.count
        guard let report = AttendantReport(bytes: received.bytes), self.end.reports.count < most
        else {
            self.end.fault = self.end.fault ?? CommandFault("its attendant made no sense")
            return true
        }
        self.end.reports.append(report)
        if case .output(let index) = report { self.take(index, received.descriptors) }
        return true
    }

    private mutating func take(_ index: UInt8, _ descriptors: [Descriptor]) {
        let memory = descriptors.first.flatMap { try? SealedMemory(adopting: $0) }
        guard Int(index) < self.command.outputs.count, let memory else { return }
        guard memory.byteCount <= self.outputBytesMax else {
            self.end.reports[self.end.reports.count - 1] = .noOutput(index, .tooLong)
            return
        }
        self.end.outputs[index] = memory
    }

    // MARK: The program

    private mutating func hear(_ hands: Hands) {
        guard let bytes = Self.read(self.ends.scores), !bytes.isEmpty else {
            self.talk = .silent
            return
        }
        bytes.withUnsafeBytes { self.lines.append($0) }
        self.takeLines(hands.report)
    }

    /// Takes what was said, as far as an answer is not due first.
    private mutating func takeLines(_ report: (Progress) -> Void) {
        do throws(CommandFault) {
            while case .heard = self.talk, let line = try self.lines.next() {
                switch line {
                case .result(let scores): self.end.scores = scores
                case .progress(let progress):
                    self.progress = progress.scores
                    self.talk = .asking
                    report(progress)
                }
            }
        } catch {
            self.end.fault = self.end.fault ?? error
            self.talk = .silent
        }
    }

    private mutating func passOn(_ hands: Hands, _ wake: Descriptor) {
        _ = Self.read(wake)
        guard let ruling = hands.answer(), case .asking = self.talk else { return }
        self.isStopped = self.isStopped || ruling == .stop
        guard self.say("\(ruling.rawValue)\n") else {
            self.end.fault = self.end.fault ?? CommandFault("it does not read its answers")
            self.talk = .silent
            return
        }
        self.talk = .heard
        // It may have said more in the same breath.
        self.takeLines(hands.report)
    }

    /// False when there is no room: the socket takes hundreds of answers that nobody reads, and the
    /// keeper has more to look after than a program that does not. One that is gone reads none.
    private func say(_ line: String) -> Bool {
        let flags = CInt(MSG_DONTWAIT) | CInt(MSG_NOSIGNAL)
        let sent = self.ends.scores.withNumber { send($0, line, line.utf8.count, flags) }
        return sent == line.utf8.count || (sent < 0 && errno != EAGAIN)
    }

    // MARK: Afterwards

    /// What the program said last, and what was said before the sandbox stood.
    mutating func drain() {
        if case .silent = self.talk {} else { self.drainScores() }
        if self.end.scores == nil, self.isStopped { self.end.scores = self.progress }
        guard (try? self.ends.words.doNotBlock()) != nil,
            let words = Self.read(self.ends.words)
        else { return }
        let text = String(decoding: words.prefix(Self.wordsBytesMax), as: UTF8.self)
        self.end.words = text.split(separator: "\n").map { LogText.escaped(String($0)) }
            .joined(separator: "; ")
    }

    private static let wordsBytesMax = 4096

    private mutating func drainScores() {
        guard (try? self.ends.scores.doNotBlock()) != nil else { return }
        // Nobody waits for an answer any more.
        self.talk = .heard
        repeat { self.takeLastLines() } while self.readMore()
    }

    private mutating func takeLastLines() {
        repeat {
            self.talk = .heard
            self.takeLines { _ in }
        } while self.talk == .asking
    }

    private mutating func readMore() -> Bool {
        guard case .heard = self.talk, let bytes = Self.read(self.ends.scores), !bytes.isEmpty
        else { return false }
        bytes.withUnsafeBytes { self.lines.append($0) }
        return true
    }

    /// What one read brings; empty at the end of the stream, nil when there is nothing.
    private static func read(_ source: Descriptor) -> [UInt8]? {
        try? withUnsafeTemporaryAllocation(byteCount: Self.readBytesMax, alignment: 1) { buffer in
            let count = try source.read(into: buffer)
            return Array(buffer[..<count])
        }
    }

    private static let readBytesMax = 16 << 10
}
