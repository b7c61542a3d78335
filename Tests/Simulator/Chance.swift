/// The simulation's only dice (SplitMix64): the same seed rolls the same for ever.
struct Chance: Sendable {
    private var state: UInt64

    init(seed: UInt64) { self.state = seed }

    mutating func next() -> UInt64 {
        self.state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mix(self.state)
    }

    static func mix(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + Int(self.next() % UInt64(range.count))
    }

    /// True once in so many times.
    mutating func once(in times: Int) -> Bool { self.next() % UInt64(times) == 0 }

    mutating func duration(_ range: ClosedRange<Int>) -> Duration {
        // Microseconds below the range's milliseconds, so that few things happen at once.
        .milliseconds(self.number(in: range)) + .microseconds(self.number(in: 0...999))
    }

    mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[self.number(in: 0...(elements.count - 1))]
    }
}
