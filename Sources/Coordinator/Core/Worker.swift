import OrderedCollections
import Wire

/// One worker as the roster knows it.
struct Worker: Equatable, Sendable {
    /// Nil while it is away.
    var session: SessionNumber?
    var capacity: Capacity
    var version = ""
    var environmentClass = ""
    var connectedAt: Instant?
    var commands = CommandPolicy.none
    /// What live jobs need and its policy gives.
    var admits: [Admittance] = []
    /// The worker itself said that it takes no more.
    var drains = false
    /// An operator took it out of service.
    var isDrained = false

    var held: [TrialID: Held] = [:]
    /// The expected running time of all that it holds.
    var work: Duration = .zero
    var finished = 0

    /// Blobs that it is believed to hold, the latest last: a hint, since it evicts as it must.
    private(set) var blobs: OrderedSet<Digest> = []
    /// Those of `blobs` that live jobs read, in any order.
    var shared: [Digest] = []

    init(capacity: Capacity) { self.capacity = capacity }

    /// A trial in its hands.
    struct Held: Equatable, Sendable {
        let number: LeaseNumber
        /// Its expected running time.
        let length: Duration
    }

    var isServing: Bool { self.session != nil && !self.drains && !self.isDrained }

    /// How busy it is; the least takes the next trial.
    ///
    /// ```
    /// 8 slots, 2 taken             0.25     below 1: slots are free
    /// 8 slots, 8 taken             1 and the seconds of work for each slot
    /// 8 slots, 24 of 5 ms taken    1.015
    /// ```
    var load: Double {
        let slots = Double(self.capacity.slots)
        let taken = Double(self.held.count)
        return taken < slots ? taken / slots : 1 + self.work.seconds / slots
    }

    /// How many trials of this expected length it may be given now.
    ///
    /// Free slots are filled. Beyond them `ahead` of work may wait for each slot, or one trial at
    /// least; but nothing waits behind long trials, which another worker may run sooner.
    func room(for length: Duration, _ prefetch: Settings.Prefetch) -> Int {
        let slots = self.capacity.slots
        let free = slots - self.held.count
        if free > 0 { return free }
        let beyond = self.held.count - slots
        guard beyond < prefetch.beyondMax, length < prefetch.longTrial,
            self.work < prefetch.longTrial * slots
        else { return 0 }
        let fitting = Int(((prefetch.ahead * slots - self.work) / length).rounded(.down))
        let target = min(max(beyond + fitting, 1), prefetch.beyondMax)
        // A few at a time would cost a message each: the queue is topped up when half of it has
        // gone.
        let wanted = target - beyond
        return wanted * 2 >= target ? max(0, wanted) : 0
    }

    mutating func setBlobs(_ blobs: [Digest]) { self.blobs = OrderedSet(blobs) }

    /// - Complexity: O(1), but for the oldest that goes when the hint is full.
    mutating func remember(_ digest: Digest) {
        self.blobs.append(digest)
        if self.blobs.count > Limits.messageItemsMax { self.blobs.removeFirst() }
    }
}
