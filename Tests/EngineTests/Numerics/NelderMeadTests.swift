import Testing

@testable import Engine

@Suite struct NelderMeadTests {
    @Test func `Rosenbrock's valley is followed to its end`() {
        let end = NelderMead(evaluationsMax: 1000).minimise(from: [-1.2, 1], steps: [0.5, 0.5]) {
            100 * ($0[1] - $0[0] * $0[0]) * ($0[1] - $0[0] * $0[0]) + (1 - $0[0]) * (1 - $0[0])
        }
        #expect(Worlds.isClose(end.point, [1, 1], within: 1e-3) && end.value < 1e-6)
    }

    @Test func `twelve coordinates of unequal weight reach their minimum`() {
        let start = [Double](repeating: 2, count: 12)
        let steps = [Double](repeating: 0.5, count: 12)
        let end = NelderMead(evaluationsMax: 20_000).minimise(from: start, steps: steps) { point in
            point.enumerated().reduce(0) { $0 + Double($1.offset + 1) * $1.element * $1.element }
        }
        #expect(end.value < 1e-6)
    }

    @Test func `refused points are walked around, and a refused start is said to be infinite`() {
        let search = NelderMead(evaluationsMax: 500)
        let end = search.minimise(from: [1], steps: [0.5]) { $0[0] < 0.25 ? .nan : $0[0] }
        #expect(abs(end.point[0] - 0.25) < 1e-4)
        #expect(search.minimise(from: [1], steps: [1]) { _ in .nan }.value == .infinity)
    }

    @Test func `evaluations stay within their bound but for the last shrinking`() {
        var count = 0
        _ = NelderMead(evaluationsMax: 50).minimise(from: [5, 5], steps: [1, 1]) {
            count += 1
            return $0[0] * $0[0] + abs($0[1])
        }
        #expect(count <= 54)
        #expect(NelderMead(evaluationsMax: 5).minimise(from: [], steps: []) { _ in 3 }.value == 3)
    }
}
