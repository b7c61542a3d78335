/// The engine's only source of chance: the same seed gives the same numbers on every machine.
///
/// xoshiro256** (Blackman and Vigna, 2018, "Scrambled linear pseudorandom number generators"),
/// its state filled by SplitMix64, as its authors advise.
package struct SeededGenerator: RandomNumberGenerator, Equatable, Sendable {
    private var state: (UInt64, UInt64, UInt64, UInt64)

    package init(seed: UInt64) {
        var mix = seed
        func next() -> UInt64 {
            mix &+= 0x9E37_79B9_7F4A_7C15
            var z = mix
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }
        self.state = (next(), next(), next(), next())
    }

    package mutating func next() -> UInt64 {
        let product = self.state.1 &* 5
        let result = ((product << 7) | (product >> 57)) &* 9
        let shifted = self.state.1 << 17
        self.state.2 ^= self.state.0
        self.state.3 ^= self.state.1
        self.state.1 ^= self.state.2
        self.state.0 ^= self.state.3
        self.state.2 ^= shifted
        self.state.3 = (self.state.3 << 45) | (self.state.3 >> 19)
        return result
    }

    /// A number in [0, 1) with 53 random bits.
    package mutating func unit() -> Double {
        Double(self.next() >> 11) * 0x1.0p-53
    }

    /// A number in 0..<bound, each equally likely (Lemire 2019, multiplication and rejection).
    ///
    /// - Requires: `bound > 0`.
    package mutating func below(_ bound: Int) -> Int {
        precondition(bound > 0, "no number lies in 0..<\(bound)")
        let range = UInt64(bound)
        var product = self.next().multipliedFullWidth(by: range)
        if product.low < range {
            let threshold = (0 &- range) % range
            while product.low < threshold { product = self.next().multipliedFullWidth(by: range) }
        }
        return Int(product.high)
    }

    /// The numbers in an order in which each is equally likely.
    ///
    /// Fisher and Yates; the standard library's shuffle may change its draws between versions.
    mutating func shuffled(_ numbers: [Int]) -> [Int] {
        var numbers = numbers
        for index in numbers.indices.dropFirst().reversed() {
            numbers.swapAt(index, self.below(index + 1))
        }
        return numbers
    }

    package static func == (left: Self, right: Self) -> Bool { left.state == right.state }
}
