import Wire

/// Chooses by chance which results are looked at again.
///
/// The secret is drawn by the shell at each start and never leaves the head. A worker never sees
/// how the dice fell, so that plain mixing is enough: there is nothing to solve it from.
package struct Dice: Equatable, Sendable {
    private let high: UInt64
    private let low: UInt64

    package init(secret high: UInt64, _ low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Whether this result is one of the share; decided after it came in, and for each lease anew.
    func fallOn(_ lease: Lease, share: Double) -> Bool {
        var mixed = Self.mix(self.high ^ lease.trial.job.number)
        mixed = Self.mix(mixed ^ self.low ^ UInt64(lease.trial.index))
        mixed = Self.mix(mixed ^ lease.number.rawValue)
        return Double(mixed >> 11) * 0x1.0p-53 < share
    }

    /// The finalizer of SplitMix64: every bit of the value changes half of the result's.
    private static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value &+ 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
