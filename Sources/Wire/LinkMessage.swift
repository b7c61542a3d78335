/// What a worker and its head say to each other.
///
/// A control link opens with the worker's `hello`, which the head answers with `welcome` or
/// `refused`. A bulk link opens with `bulkHello`, carries one `fetch` or `put` at a time, and its
/// chunks are raw frames between the messages.
package enum LinkMessage: Equatable, Sendable {
    // Control, worker to head.
    case hello(Hello)
    case reports([Report])

    // Control, head to worker.
    case welcome(Welcome)
    case assignments([AssignmentGroup])
    /// The outcomes of these leases are durable: the worker may forget them.
    case acknowledged([Lease])
    /// Stop these and say nothing more of them.
    case cancelled([Lease])
    /// Whether trials whose progress was reported go on.
    case verdicts([Verdict])

    // Control, both ways.
    case heartbeat
    /// To the worker: take no more. To the head: I take no more.
    case drain
    case refused(reason: String)

    // Bulk, worker to head.
    case bulkHello(SessionNumber)
    case fetch(Fetch)
    case put(Put)

    // Bulk, head to worker.
    case blobFollows(Blob, offset: UInt64)
    case blobStored(Digest)
    case blobMissing(Digest, reason: String)
}

/// How a worker introduces itself.
package struct Hello: Equatable, Sendable {
    /// Of the link; see `LinkVersion`.
    package let protocolVersion: UInt32
    /// Of the program, for people.
    package let version: String
    package let capacity: Capacity
    /// Leases that it runs, or has results of that nobody acknowledged.
    package let held: [Lease]
    /// What its data cache holds.
    package let blobs: [Digest]
    /// Two workers of one class compute the same bits.
    package let environmentClass: String
    /// Whose commands it runs.
    package let commands: CommandPolicy

    package init(
        protocolVersion: UInt32, version: String, capacity: Capacity, held: [Lease],
        blobs: [Digest], environmentClass: String, commands: CommandPolicy = .none
    ) {
        self.protocolVersion = protocolVersion
        self.version = version
        self.capacity = capacity
        self.held = held
        self.blobs = blobs
        self.environmentClass = environmentClass
        self.commands = commands
    }
}

/// The versions of the link that this program speaks: N talks to N-1 both ways.
package enum LinkVersion {
    package static let current: UInt32 = 1
    package static let oldest: UInt32 = 1
}

/// What a worker offers.
package struct Capacity: Hashable, Sendable {
    package let slots: Int
    package let memoryBytes: UInt64

    package init(slots: Int, memoryBytes: UInt64) {
        self.slots = slots
        self.memoryBytes = memoryBytes
    }
}

/// The head's answer to `Hello`; every held lease is in one of the two lists.
package struct Welcome: Equatable, Sendable {
    package let session: SessionNumber
    package let keep: [Lease]
    package let drop: [Lease]

    package init(session: SessionNumber, keep: [Lease], drop: [Lease]) {
        self.session = session
        self.keep = keep
        self.drop = drop
    }
}

/// Assignments of one class of trials.
package struct AssignmentGroup: Hashable, Sendable {
    package let trialClass: TrialClass
    package let assignments: [Assignment]

    package init(trialClass: TrialClass, assignments: [Assignment]) {
        self.trialClass = trialClass
        self.assignments = assignments
    }
}

/// One trial, leased.
package struct Assignment: Hashable, Sendable {
    package let lease: Lease
    package let spec: TrialSpec
    /// Of running time in a slot; the worker ends the trial when it is over.
    package let timeLimit: Duration?

    package init(lease: Lease, spec: TrialSpec, timeLimit: Duration?) {
        self.lease = lease
        self.spec = spec
        self.timeLimit = timeLimit
    }
}

/// What became of a lease.
package struct Report: Hashable, Sendable {
    package let lease: Lease
    package let event: Event

    package enum Event: Hashable, Sendable {
        case started
        case finished(Outcome)
        /// The attempt ended without an outcome; another attempt may succeed.
        case lost(Loss)
        /// The trial goes on, and waits for the verdict where it asked for one.
        case progressed(Progress)
    }

    package init(_ lease: Lease, _ event: Event) {
        self.lease = lease
        self.event = event
    }
}

/// Why an attempt ended without an outcome.
package struct Loss: Hashable, Sendable {
    package let cause: Cause
    package let reason: String

    package enum Cause: String, Hashable, Sendable {
        case crashed
        case outOfMemory = "out_of_memory"
        /// The worker drains or was told to stop: not the trial's fault.
        case handedBack = "handed_back"
        case dataUnavailable = "data_unavailable"
        /// The worker itself was lost; only the head says this.
        case workerLost = "worker_lost"
    }

    package init(_ cause: Cause, _ reason: String) {
        self.cause = cause
        self.reason = reason
    }
}

/// A worker asks for a blob that a trial of its lease reads.
package struct Fetch: Hashable, Sendable {
    package let lease: Lease
    package let digest: Digest
    /// In bytes; what comes before it is there already.
    package let offset: UInt64

    package init(lease: Lease, digest: Digest, offset: UInt64) {
        self.lease = lease
        self.digest = digest
        self.offset = offset
    }
}

/// A worker brings a blob that a trial of its lease made; its bytes follow as chunks.
package struct Put: Hashable, Sendable {
    package let lease: Lease
    package let blob: Blob

    package init(lease: Lease, blob: Blob) {
        self.lease = lease
        self.blob = blob
    }
}
