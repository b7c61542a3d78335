import Host
import Logging
import NIOCore
import Synchronization
import Transport
import Wire
import WorkerCore

/// Owns the worker's machine: what happens becomes its events, its directives become deeds.
///
/// Everything in here happens on one event loop: the control link, the runners' sockets and the
/// clock live there too, so that a trial crosses no thread between the head and its runner. What
/// waits or computes (starting and reaping runners, carrying blobs) happens elsewhere and comes
/// back as an event.
// @unchecked: all state is touched on `eventLoop` only; whoever comes from elsewhere hops, and the
// door `happened` checks it.
final class WorkerLoop: @unchecked Sendable {
    let eventLoop: any EventLoop
    let settings: WorkerSettings
    let launch: RunnerLaunch
    let commandLaunch: CommandLaunch
    let environmentClass: String
    let log: Logger

    private var machine: WorkerMachine
    /// What happened and has not been handed to the machine; more may come while its directives are
    /// still being carried out.
    private var waiting: [Event] = []
    /// Runners that were told something in this turn, which has not left yet.
    private var spokenTo: [RunnerChannel] = []
    private var isBusy = false
    private var tick: (at: Instant, task: Scheduled<Void>)?

    var runners: [SlotNumber: RunnerChannel] = [:]
    /// Commands that run beside the runner of their slot.
    var commands: [SlotNumber: CommandRun] = [:]
    /// What the first runner could not do on this host; nil before it has said so.
    var missingProtections: Set<String>?
    var shelf = DataShelf()
    var predictions = PredictionShelf()
    var control = ControlState()

    /// Work for others, in order: runners to wait for, blobs to fetch, outputs to put.
    let errands: Errands
    let linkNews: AsyncStream<HeadLink.News>.Continuation
    /// Completes when the first runner is confined and waits for work.
    private let warm: EventLoopPromise<Void>
    private let warmth = Atomic(false)
    /// Completes after `Directive.exit`, when the last words have left.
    let exited: EventLoopPromise<Void>

    init(
        on eventLoop: any EventLoop, settings: WorkerSettings, launch: RunnerLaunch,
        commandLaunch: CommandLaunch, errands: Errands,
        linkNews: AsyncStream<HeadLink.News>.Continuation, log: Logger
    ) {
        self.eventLoop = eventLoop
        self.settings = settings
        self.launch = launch
        self.commandLaunch = commandLaunch
        self.environmentClass = EnvironmentClass.current(version: settings.version)
        self.errands = errands
        self.linkNews = linkNews
        self.log = log
        self.warm = eventLoop.makePromise()
        self.exited = eventLoop.makePromise()
        var decisions = Settings(
            slots: settings.slots, cacheBytesMax: settings.dataCache.bytesMax,
            restart: .defaults)
        decisions.cacheMode = settings.dataCache.mode
        decisions.spillBytesMax = settings.dataCache.diskBytesMax
        self.machine = WorkerMachine(settings: decisions)
    }

    /// Starts the runners.
    func start() {
        self.eventLoop.execute {
            self.isBusy = true
            for directive in self.machine.start() { self.carryOut(directive) }
            self.isBusy = false
            self.handleWaiting()
        }
    }

    /// What a hello says.
    var hello: Hello {
        Hello(
            protocolVersion: LinkVersion.current, version: self.settings.version,
            capacity: Capacity(
                slots: self.settings.slots, memoryBytes: WorkerSettings.memoryBytes),
            held: self.machine.held, blobs: self.machine.blobs,
            environmentClass: self.environmentClass,
            commands: self.commandLaunch.settings.policy)
    }

    // MARK: Events

    /// Tells the machine, and does what it says.
    func happened(_ events: Event...) { self.happened(events) }

    /// The same for all that one read brought.
    func happened(_ events: [Event]) {
        self.eventLoop.preconditionInEventLoop()
        self.waiting += events
        // A deed of the current turn failed at once: its event comes after the turn.
        if !self.isBusy { self.handleWaiting() }
    }

    /// The same from any other thread.
    func happenedElsewhere(_ event: Event) {
        self.eventLoop.execute { self.happened(event) }
    }

    private func handleWaiting() {
        self.isBusy = true
        while !self.waiting.isEmpty {
            let events = self.waiting
            self.waiting = []
            for directive in self.machine.handle(events, now: Self.now()) {
                self.carryOut(directive)
            }
        }
        for runner in self.spokenTo { runner.flush() }
        self.spokenTo.removeAll(keepingCapacity: true)
        self.isBusy = false
        self.arrangeTick()
    }

    private func carryOut(_ directive: Directive) {
        switch directive {
        case .tell(let message): self.say(message)
        case .startRunner(let slot): self.startRunner(slot)
        case .run(let slot, let lease, .command(let command, let owner), let spec):
            self.run(command, of: owner, spec, lease, in: slot)
        case .run(let slot, let lease, let trialClass, let spec):
            self.run(trialClass, spec, lease, in: slot)
        case .killRunner(let slot): self.killRunner(slot)
        case .answer(let slot, let lease, let ruling): self.answer(slot, lease, ruling)
        case .fetch(let blob, let lease): self.fetch(blob, for: lease)
        case .attach(let blob, let slot): self.attach(blob, to: slot)
        case .evict(let digest): self.evict(digest)
        // Of the spill
        case .spill(let digest): self.spill(digest)
        case .release(let digest): self.release(digest)
        case .load(let digest): self.load(digest)
        case .erase(let digest): self.shelf.erase(digest)
        case .storeOutputs(let lease, let outputs): self.store(outputs, of: lease)
        case .dropOutputs(let lease): self.shelf.drop(lease)
        case .exit: self.exit()
        }
    }

    /// What a runner is told in one turn leaves in one write.
    func tell<Failure>(
        _ slot: SlotNumber, _ say: (RunnerChannel) throws(Failure) -> Void
    ) throws(Failure) {
        guard let runner = self.runners[slot] else { return }
        if runner.outbox.isEmpty { self.spokenTo.append(runner) }
        try say(runner)
    }

    /// Ends what lives beside the loop: runners are killed and waited for, errands come to an end,
    /// and the link closes behind its last words.
    private func exit() {
        for slot in self.runners.keys.sorted() { self.killRunner(slot) }
        for slot in self.commands.keys.sorted() { self.killCommand(slot) }
        self.tick?.task.cancel()
        self.tick = nil
        self.warm.fail(CancellationError())
        self.errands.finish()
        self.linkNews.finish()
        self.flush()
        guard let link = self.control.link else {
            self.exited.succeed()
            return
        }
        link.close()
        link.ended.whenComplete { _ in self.exited.succeed() }
        // A head that does not answer the goodbye must not hold us.
        self.eventLoop.scheduleTask(in: Self.goodbyeMax) { self.exited.succeed() }
    }

    private static let goodbyeMax: TimeAmount = .seconds(2)

    func becameWarm() {
        self.warmth.store(true, ordering: .relaxed)
        self.warm.succeed()
    }

    /// Whether the worker has been able to run trials.
    var isWarm: Bool { self.warmth.load(ordering: .relaxed) }

    /// The same; waits for it, or for the worker's end.
    func becomesWarm() async -> Bool {
        do {
            try await self.warm.futureResult.get()
            return true
        } catch {
            return false
        }
    }

    /// Returns when the worker has said its last words.
    func end() async {
        // The promise is only ever succeeded.
        try? await self.exited.futureResult.get()
    }

    // MARK: Time

    /// From any moment before the worker began; it never goes back.
    static func now() -> Instant {
        Instant(sinceOrigin: Duration(nanoseconds: NIODeadline.now().uptimeNanoseconds))
    }

    /// Makes sure that a tick comes no later than the machine wants one.
    ///
    /// A tick that turns out to be early costs nothing, so one that is arranged already is only
    /// replaced by an earlier one: most trials come and go without touching the clock.
    private func arrangeTick() {
        guard let deadline = self.machine.nextDeadline else { return }
        if let tick = self.tick {
            guard deadline < tick.at else { return }
            tick.task.cancel()
        }
        let nanoseconds = deadline.sinceOrigin.nanoseconds
        let task = self.eventLoop.scheduleTask(deadline: .uptimeNanoseconds(nanoseconds)) {
            self.tick = nil
            self.happened(.ticked)
        }
        self.tick = (deadline, task)
    }
}
