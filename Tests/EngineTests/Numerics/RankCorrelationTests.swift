import Testing

@testable import Engine

@Suite struct RankCorrelationTests {
    @Test func `it goes by order alone`() {
        #expect(rankCorrelation([1, 2, 3, 9], [10, 20, 30, 31]) == 1)
        #expect(rankCorrelation([1, 2, 3, 9], [4, 3, 2, 1]) == -1)
    }

    /// By `scipy.stats.spearmanr` of SciPy 1.16.
    @Test func `equal numbers share their rank`() throws {
        let found = try #require(rankCorrelation([1, 2, 2, 3, 5], [3, 1, 4, 4, 9]))
        #expect(abs(found - 0.763_157_894_736_842) < 1e-12)
    }

    @Test func `where nothing differs there is none`() {
        #expect(rankCorrelation([1, 1, 1], [1, 2, 3]) == nil)
        #expect(rankCorrelation([], []) == nil)
    }
}
