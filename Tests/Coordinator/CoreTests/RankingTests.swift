import Testing

@testable import CoordinatorCore

@Suite struct RankingTests {
    @Test func `it agrees with a sorted list, whatever is set and removed`() {
        var ranking = Ranking<Int, Int>()
        var plain: [Int: Int] = [:]
        var state: UInt64 = 88
        for _ in 0..<3000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let key = Int(state >> 33) % 40
            let rank = Int(state >> 40) % 10
            if state >> 63 == 0 {
                ranking.set(key, rank)
                plain[key] = rank
            } else {
                ranking.remove(key)
                plain[key] = nil
            }
            let least = plain.min { ($0.value, $0.key) < ($1.value, $1.key) }
            #expect(ranking.least?.key == least?.key)
            #expect(ranking.least?.rank == least?.value)
            #expect(ranking.count == plain.count)
        }
    }

    @Test func `equal ranks go by key`() {
        var ranking = Ranking<String, Int>()
        for name in ["cilia", "anna", "bela"] { ranking.set(name, 1) }
        #expect(ranking.least?.key == "anna")
    }

    @Test func `how it came to be does not matter`() {
        var up = Ranking<Int, Int>()
        var down = Ranking<Int, Int>()
        for key in 0..<20 { up.set(key, key % 3) }
        for key in (0..<20).reversed() { down.set(key, key % 3) }
        #expect(up == down)
        down.set(7, 5)
        #expect(up != down)
    }
}
