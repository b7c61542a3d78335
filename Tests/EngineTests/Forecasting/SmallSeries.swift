@testable import Engine

/// Series whose truth is known, made from a seed.
enum SmallSeries {
    /// The first four years of Box and Jenkins's (1976) series G, international airline passengers.
    static let airline: [Double] = [
        112, 118, 132, 129, 121, 135, 148, 148, 136, 119, 104, 118, 115, 126, 141, 135, 125, 149,
        170, 170, 158, 133, 114, 140, 145, 150, 178, 163, 172, 178, 199, 199, 184, 162, 146, 166,
        171, 180, 193, 181, 183, 218, 230, 242, 209, 191, 172, 194,
    ]

    /// A line, a season of `season` steps and noise of deviation `noise`.
    static func seasonal(
        count: Int, season: Int, slope: Double = 0.3, noise: Double = 1, seed: UInt64 = 1
    ) -> [Double] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { t in
            50 + slope * Double(t) + 5 * sineOfTurns(t % season, of: season)
                + noise * generator.normal()
        }
    }

    /// What autoregression of order 1 makes of standard normal noise.
    static func autoregressive(count: Int, phi: Double, seed: UInt64) -> [Double] {
        var generator = SeededGenerator(seed: seed)
        var value = 0.0
        return (0..<count).map { _ in
            value = phi * value + generator.normal()
            return value
        }
    }
}
