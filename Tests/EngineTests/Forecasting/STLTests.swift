import Testing

@testable import Engine

@Suite struct STLTests {
    private let places = [0, 7, 20, 39]

    @Test func `parts equal those of statsmodels`() {
        // statsmodels 0.15, STL(y[:40], 12, 7, 23, 13).fit(5, 0) and, robust, .fit(1, 5)
        let values = Array(SmallSeries.airline[..<40])
        let plain = STL(period: 12, seasonalSpan: 7).decompose(values)
        let seasonal = [
            -12.36922428780265, 21.618161836249747, 9.77825902088109, -7.452667664740083,
        ]
        let trend = [123.20321792584359, 127.81533609310674, 146.44024677835694, 189.3353700777484]
        #expect(Worlds.isClose(self.places.map { plain.seasonal[$0] }, seasonal, within: 1e-9))
        #expect(Worlds.isClose(self.places.map { plain.trend[$0] }, trend, within: 1e-9))
        let robust = STL(period: 12, seasonalSpan: 7, isRobust: true).decompose(values)
        let robustSeasonal = [
            -8.56362055382306, 19.94346711392005, 8.541930296289046, -9.88050199267638,
        ]
        #expect(
            Worlds.isClose(self.places.map { robust.seasonal[$0] }, robustSeasonal, within: 1e-9))
    }

    @Test func `a season that never changes is the same in every year`() {
        let values = SmallSeries.seasonal(count: 60, season: 6)
        let parts = STL(period: 6).decompose(values)
        for t in 6..<60 { #expect(abs(parts.seasonal[t] - parts.seasonal[t - 6]) < 0.1) }
        #expect(parts.seasonalStrength > 0.9)
        for t in values.indices {
            let sum = parts.seasonal[t] + parts.trend[t] + parts.remainder[t]
            #expect(abs(sum - values[t]) < 1e-12)
        }
    }

    @Test func `noise has no strong season`() {
        let values = SmallSeries.autoregressive(count: 120, phi: 0, seed: 8)
        #expect(STL(period: 12).decompose(values).seasonalStrength < 0.5)
    }

    @Test func `local lines follow a line, also beyond its ends`() {
        let values = (0..<10).map { 3 + 2 * Double($0) }
        let smooth = Loess(span: 5, degree: .line).smooth(
            values, weights: Array(repeating: 1, count: 10), from: -1, through: 10)
        #expect(Worlds.isClose(smooth, (-1...10).map { 3 + 2 * Double($0) }, within: 1e-12))
    }

    @Test func `logarithms are advised where the spread grows with the level`() {
        let growing = (0..<60).map { t in
            exp(Double(t) / 20) * (1 + 0.2 * sineOfTurns(t % 12, of: 12))
        }
        #expect(Spread.growsWithLevel(growing, season: 12))
        #expect(!Spread.growsWithLevel(growing.map { $0 - 2 }, season: 12))
        let even = SmallSeries.seasonal(count: 60, season: 12, slope: 2)
        #expect(!Spread.growsWithLevel(even, season: 12))
    }
}
