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

    /// f = sum of scale x^2 / 2, whose inverse Hessian is known.
    @Test func `what is known of the Hessian spares steps`() throws {
        let scales = (0..<20).map { index in (0..<index).reduce(1.0) { value, _ in 2 * value } }
        func search(_ preconditioner: ((inout [Double]) -> Void)?) throws -> (Int, [Double]) {
            var calls = 0
            let start = [Double](repeating: 1, count: 20)
            let end = try LBFGS(gradientMax: 1e-9).minimise(
                from: start, preconditioner: preconditioner
            ) { point, gradient in
                calls += 1
                for i in gradient.indices { gradient[i] = scales[i] * point[i] }
                return zip(point, gradient).reduce(0) { $0 + $1.0 * $1.1 / 2 }
            }
            return (calls, end)
        }
        let (plain, _) = try search(nil)
        let (exact, end) = try search { gradient in
            for i in gradient.indices { gradient[i] /= scales[i] }
        }
        #expect(exact <= 3 && plain > 20)
        #expect(end.allSatisfy { abs($0) < 1e-8 })
    }
}
