import Wire
import WorkerCore

/// What the loop asks of others: each kind in order, none of them waited for.
struct Errands: Sendable {
    /// Runners to start and to wait for, each until its end.
    let runners: AsyncStream<RunnerChannel>
    /// Commands to start and to wait for.
    let commands: AsyncStream<CommandRun>
    let fetches: AsyncStream<Digest>
    let puts: AsyncStream<Lease>
    let spills: AsyncStream<SpillErrand>

    private let runnerSink: AsyncStream<RunnerChannel>.Continuation
    private let commandSink: AsyncStream<CommandRun>.Continuation
    private let fetchSink: AsyncStream<Digest>.Continuation
    private let putSink: AsyncStream<Lease>.Continuation
    private let spillSink: AsyncStream<SpillErrand>.Continuation

    init() {
        // Unbounded, and bounded all the same: by slots, by blobs in the cache, by leases held.
        (self.runners, self.runnerSink) = AsyncStream.makeStream()
        (self.commands, self.commandSink) = AsyncStream.makeStream()
        (self.fetches, self.fetchSink) = AsyncStream.makeStream()
        (self.puts, self.putSink) = AsyncStream.makeStream()
        (self.spills, self.spillSink) = AsyncStream.makeStream()
    }

    func keep(_ runner: RunnerChannel) { self.runnerSink.yield(runner) }
    func keep(_ run: CommandRun) { self.commandSink.yield(run) }
    func fetch(_ digest: Digest) { self.fetchSink.yield(digest) }
    func put(_ lease: Lease) { self.putSink.yield(lease) }
    func spill(_ errand: SpillErrand) { self.spillSink.yield(errand) }

    /// No errand follows.
    func finish() {
        self.runnerSink.finish()
        self.commandSink.finish()
        self.fetchSink.finish()
        self.putSink.finish()
        self.spillSink.finish()
    }
}
