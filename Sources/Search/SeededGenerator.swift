/// The search's only source of chance: the same seed gives the same numbers everywhere.
///
/// SplitMix64 (Steele, Lea and Flood, 2014): a few hundred numbers per candidate need no longer
/// period. It is not the engine's generator, since neither module imports the other.
struct SeededGenerator: Sendable {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = self.state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number in (0, 1), never an end of it, so that its logarithm is finite.
    mutating func unit() -> Double { (Double(self.next() >> 11) + 0.5) * 0x1.0p-53 }

    /// A seed of its own for the number `index` under `seed`.
    static func mix(_ seed: UInt64, _ index: UInt64) -> UInt64 {
        var outer = Self(seed: seed)
        var inner = Self(seed: outer.next() ^ index)
        return inner.next()
    }
}
