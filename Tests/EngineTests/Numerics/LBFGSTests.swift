import Testing

@testable import Engine

@Suite struct LBFGSTests {
    @Test func `Rosenbrock's valley is followed to its end`() throws {
        let end = try LBFGS(gradientMax: 1e-8).minimise(from: [-1.2, 1]) { point, gradient in
            let (x, y) = (point[0], point[1])
            gradient[0] = -400 * x * (y - x * x) - 2 * (1 - x)
            gradient[1] = 200 * (y - x * x)
            return 100 * (y - x * x) * (y - x * x) + (1 - x) * (1 - x)
        }
        #expect(abs(end[0] - 1) < 1e-7 && abs(end[1] - 1) < 1e-7)
    }

    @Test func `a start without a value is an error`() {
        #expect(throws: LearnerError(.numericalFailure, "")) {
            try LBFGS(gradientMax: 1).minimise(from: [0]) { _, _ in .nan }
        }
    }

    @Test func `a minimum at the start needs no step`() throws {
        var calls = 0
        let end = try LBFGS(gradientMax: 1e-3).minimise(from: [0, 0]) { _, gradient in
            calls += 1
            gradient = [0, 0]
            return 5
        }
        #expect(end == [0, 0] && calls == 1)
    }
}
