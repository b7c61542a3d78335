import DequeModule
import Host
import NIOCore
import NIOPosix
import Wire
import WorkerCore

/// What a runner's channel tells, on its event loop.
protocol RunnerListener: AnyObject, Sendable {
    /// All that one read brought, in order; never empty.
    func runner(_ channel: RunnerChannel, reported reports: [RunnerReport])
    /// What the runner said makes no sense: end it.
    func runner(_ channel: RunnerChannel, broke rule: String)
}

/// The worker's half of the conversation with a runner, in the worker's event loop.
///
/// Frames are read and written by the loop; descriptors travel on a socket beside it, each sent
/// before the frame that speaks of it (see `RunnerConversation`), so that neither send nor receive
/// ever waits.
// @unchecked: what is `var` is touched on the worker's event loop only.
final class RunnerChannel: @unchecked Sendable {
    let process: RunnerProcess
    let slot: SlotNumber
    /// What it was given and has not finished, in order; only of the first may it report.
    private var given: Deque<Given> = []
    /// What the first of them predicted, if it said so.
    private var predictions: SealedMemory?
    /// What it is told with the next `flush`.
    private(set) var outbox: [UInt8] = []
    /// What it did wrong; its death follows.
    private(set) var brokenRule: String?
    /// Ends it when it does not become ready.
    private var patience: Scheduled<Void>?
    private let descriptors: Descriptor
    /// What it was handed.
    private var attached: Set<Digest> = []
    private var channel: (any Channel)?

    /// Connects to a runner that need not have been started yet.
    ///
    /// - Requires: the call is made on `loop`.
    init(
        _ process: RunnerProcess, _ ends: RunnerProcess.Ends, slot: SlotNumber,
        on loop: any EventLoop, listener: any RunnerListener
    ) throws(HostError) {
        loop.preconditionInEventLoop()
        self.process = process
        self.slot = slot
        self.descriptors = ends.descriptors
        try self.descriptors.doNotBlock()
        // The channel closes what it is given.
        let frames = try ends.frames.duplicated()
        ClientBootstrap(group: loop)
            // One read brings all that is there: a second would only learn that there is no more.
            .channelOption(.maxMessagesPerRead, value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    self.channel = channel
                    try channel.pipeline.syncOperations.addHandler(
                        RunnerHandler(runner: self, listener: listener))
                }
            }
            .withConnectedSocket(frames)
            .whenFailure { error in
                listener.runner(self, broke: "its socket cannot be used: \(error)")
            }
        self.patience = loop.scheduleTask(in: Self.patienceMax) {
            listener.runner(self, broke: "it was not ready after \(Self.patienceMax)")
        }
    }

    /// A start takes 30 ms; a host that is short of memory or processors takes longer.
    private static let patienceMax: TimeAmount = .seconds(60)

    // MARK: What it does

    func becameReady() { self.patience?.cancel() }

    func run(_ lease: Lease, _ trialClass: TrialClass, _ spec: TrialSpec) {
        self.given.append(Given(lease: lease, trialClass: trialClass, spec: spec))
        self.say(.run(lease, trialClass, spec))
    }

    private struct Given {
        let lease: Lease
        let trialClass: TrialClass
        let spec: TrialSpec
    }

    /// A trial that has ended, and what it predicted for rows held out.
    struct Finished {
        let trialClass: TrialClass
        let spec: TrialSpec
        let predictions: SealedMemory?
    }

    /// The runner says that it has finished a trial; nil where it is not its turn. It computes
    /// strangers' data with strangers' recipes, so its word counts for the first trial alone of
    /// those that it was given.
    func finished(_ lease: Lease) -> Finished? {
        guard self.given.first?.lease == lease, let given = self.given.popFirst() else {
            return nil
        }
        defer { self.predictions = nil }
        return Finished(
            trialClass: given.trialClass, spec: given.spec, predictions: self.predictions)
    }

    /// Takes the memory of what the trial predicted whose turn it is; nil where it is another's.
    ///
    /// - Throws: `HostError` when it did not come, or can still be changed.
    func receivePredictions(of lease: Lease) throws(HostError) -> SealedMemory? {
        guard self.given.first?.lease == lease else { return nil }
        self.predictions = try self.receive(1)[0]
        return self.predictions
    }

    /// Its process is ended; why is told when it has been reaped.
    func end(for rule: String) {
        self.brokenRule = self.brokenRule ?? rule
        self.process.kill()
    }

    private func say(_ order: RunnerOrder) { Frames.append(order.encoded(), to: &self.outbox) }

    /// Sends what it was told since the last time, in one write.
    func flush() {
        guard let channel = self.channel, !self.outbox.isEmpty else { return }
        channel.writeAndFlush(channel.allocator.buffer(bytes: self.outbox), promise: nil)
        self.outbox.removeAll(keepingCapacity: true)
    }

    /// - Throws: `HostError` when the runner does not take what it is sent.
    func attach(_ blob: Blob, _ memory: SealedMemory) throws(HostError) {
        try DescriptorPassing.send([0], with: [memory.descriptor], over: self.descriptors)
        self.attached.insert(blob.digest)
        self.say(.attach(blob))
    }

    /// Hands over what a recipe predicted, for what is run next.
    ///
    /// - Throws: `HostError` when the runner does not take what it is sent.
    func recall(_ recipe: Recipe, _ memory: SealedMemory) throws(HostError) {
        try DescriptorPassing.send([0], with: [memory.descriptor], over: self.descriptors)
        self.say(.recall(recipe))
    }

    func detach(_ digest: Digest) {
        guard self.attached.remove(digest) != nil else { return }
        self.say(.detach(digest))
    }

    /// Takes the memory that came with a report of outputs.
    ///
    /// - Throws: `HostError` when it did not come, or can still be changed.
    func receiveOutputs(_ outputs: [Output]) throws(HostError) -> [SealedMemory] {
        guard !outputs.isEmpty else { return [] }
        return try zip(outputs, try self.receive(outputs.count)).map {
            (output, memory) throws(HostError) in
            guard UInt64(memory.byteCount) == output.blob.size else {
                throw HostError(.malformed, "an output is not as long as its report says")
            }
            return memory
        }
    }

    private func receive(_ count: Int) throws(HostError) -> [SealedMemory] {
        let received = try DescriptorPassing.receive(upTo: 1, from: self.descriptors)
        guard let received, received.descriptors.count == count else {
            throw HostError(.malformed, "\(count) pieces of memory came as another number of files")
        }
        return try received.descriptors.map { file throws(HostError) in
            try SealedMemory(adopting: file)
        }
    }

    /// Ends the process and the conversation; nothing is told any more.
    func end() {
        self.patience?.cancel()
        self.process.kill()
        self.channel?.close(promise: nil)
    }
}

/// Cuts what is read into reports.
private final class RunnerHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let runner: RunnerChannel
    private let listener: any RunnerListener
    private var inbox = FrameReader()

    init(runner: RunnerChannel, listener: any RunnerListener) {
        self.runner = runner
        self.listener = listener
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        self.unwrapInboundIn(data).withUnsafeReadableBytes { self.inbox.append($0) }
        var reports: [RunnerReport] = []
        do throws(WireError) {
            while let message = try self.inbox.next() {
                reports.append(try RunnerReport(bytes: message))
            }
            self.tell(reports)
        } catch {
            self.tell(reports)
            self.listener.runner(self.runner, broke: "\(error)")
            context.close(promise: nil)
        }
    }

    private func tell(_ reports: [RunnerReport]) {
        if !reports.isEmpty { self.listener.runner(self.runner, reported: reports) }
    }

    /// The process ends with its socket or the other way round; its end is told by who waits for
    /// it.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        context.close(promise: nil)
    }
}
