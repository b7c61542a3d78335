/// A job, numbered by the head that accepted it; a number is never used twice.
///
/// People write it as `j17`.
package struct JobID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let number: UInt64

    package init(_ number: UInt64) { self.number = number }

    /// Reads `j17`; anything else is not a job's name.
    package init?(text: some StringProtocol) {
        guard text.first == "j", let number = UInt64(text.dropFirst()) else { return nil }
        guard number > 0, "j\(number)" == text else { return nil }
        self.number = number
    }

    package var description: String { "j\(self.number)" }

    package static func < (left: Self, right: Self) -> Bool { left.number < right.number }
}

/// A trial: the job that it belongs to and its place in it, from 0.
///
/// People write it as `j17/42`.
package struct TrialID: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let job: JobID
    package let index: UInt32

    package init(_ job: JobID, _ index: UInt32) {
        self.job = job
        self.index = index
    }

    package var description: String { "\(self.job)/\(self.index)" }

    package static func < (left: Self, right: Self) -> Bool {
        left.job == right.job ? left.index < right.index : left.job < right.job
    }
}

/// One attempt of a trial on one worker. Only the holder of a trial's current lease may report.
///
/// The upper 32 bits are the head's epoch (how often it has started), the lower 32 count within
/// it, so that a lease given before a crash can never equal one given after it.
package struct LeaseNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package init(epoch: UInt32, count: UInt32) {
        self.rawValue = UInt64(epoch) << 32 | UInt64(count)
    }

    package var description: String { "\(self.rawValue >> 32).\(self.rawValue & 0xFFFF_FFFF)" }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// One control connection of a worker, numbered by the head; a later session fences the earlier.
package struct SessionNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let rawValue: UInt64

    package init(rawValue: UInt64) { self.rawValue = rawValue }

    package var description: String { "s\(self.rawValue)" }

    package static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// A lease as both ends name it: which trial, which attempt.
package struct Lease: Hashable, Sendable, CustomStringConvertible {
    package let trial: TrialID
    package let number: LeaseNumber

    package init(_ trial: TrialID, _ number: LeaseNumber) {
        self.trial = trial
        self.number = number
    }

    package var description: String { "\(self.trial) lease \(self.number)" }
}
