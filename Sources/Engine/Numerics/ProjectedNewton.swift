/// The least value of a smooth convex function some of whose variables must not be negative.
///
/// Newton's method on the variables that are free, after every step cut off at 0 (Bertsekas 1982,
/// "Projected Newton methods for optimization problems with simple constraints"). It is for few
/// variables: each step factors their Hessian.
enum ProjectedNewton {
    struct Point {
        let value: Double
        let gradient: [Double]
        /// Its upper triangle counts.
        let hessian: Matrix
    }

    static let stepsMax = 60
    /// The end: no free variable has a slope of more than this share of the greatest at the start.
    static let slopeShare = 1e-9
    /// The share of the gain promised by the slope that a step must bring (Armijo 1966).
    private static let gainShare = 1e-4
    private static let halvingsMax = 30

    /// - Parameters:
    ///   - start: the first `bounded` are not negative.
    ///   - bounded: so many variables, the first, stay at 0 or above.
    ///   - evaluate: value, slopes and curvature; strictly convex.
    /// - Returns: nil where the curvature cannot be factored or a value is no number.
    static func minimum(
        from start: [Double], bounded: Int, _ evaluate: ([Double]) -> Point
    ) -> [Double]? {
        var x = start
        var point = evaluate(x)
        guard point.value.isFinite else { return nil }
        let enough = Self.slopeShare * max(1, point.gradient.reduce(0) { max($0, abs($1)) })
        for _ in 0..<Self.stepsMax {
            // A variable at its bound that would go beyond stays there.
            let free = x.indices.filter { $0 >= bounded || x[$0] > 0 || point.gradient[$0] < 0 }
            guard free.contains(where: { abs(point.gradient[$0]) > enough }) else { return x }
            guard let direction = Self.direction(point, free) else { return nil }
            guard let next = Self.step(from: x, point, direction, bounded, evaluate) else {
                // Rounding: no step along the slope gains any more.
                return x
            }
            (x, point) = next
        }
        return x
    }

    private static func direction(_ point: Point, _ free: [Int]) -> [Double]? {
        var system = Matrix(rows: free.count, columns: free.count)
        for (row, i) in free.enumerated() {
            for column in row..<free.count { system[row, column] = point.hessian[i, free[column]] }
        }
        var solution = free.map { -point.gradient[$0] }
        guard let factor = try? Cholesky(system) else { return nil }
        factor.solve(&solution)
        guard solution.allSatisfy(\.isFinite) else { return nil }
        var direction = [Double](repeating: 0, count: point.gradient.count)
        for (index, i) in free.enumerated() { direction[i] = solution[index] }
        return direction
    }

    /// The longest step, halved as often as need be, that gains enough.
    private static func step(
        from x: [Double], _ point: Point, _ direction: [Double], _ bounded: Int,
        _ evaluate: ([Double]) -> Point
    ) -> (x: [Double], point: Point)? {
        var length = 1.0
        for _ in 0..<Self.halvingsMax {
            let tried = x.indices.map { index in
                let value = x[index] + length * direction[index]
                return index < bounded ? max(0, value) : value
            }
            var promised = 0.0
            for index in x.indices { promised += point.gradient[index] * (tried[index] - x[index]) }
            let found = evaluate(tried)
            if found.value <= point.value + Self.gainShare * promised, found.value < point.value {
                return (tried, found)
            }
            length /= 2
        }
        return nil
    }
}
