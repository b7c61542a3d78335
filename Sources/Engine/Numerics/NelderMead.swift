/// Minimises a function of a few numbers by its values alone (Nelder and Mead 1965).
///
/// A simplex of points is reflected away from its worst one, stretched where that helps and
/// shrunk where nothing does. The factors depend on the number of coordinates as Gao and Han (2012,
/// "Implementing the Nelder-Mead simplex algorithm with adaptive parameters") advise, without which
/// more than a handful of coordinates make it stall. What is infinite or NaN is worse than any
/// number, so that a function may refuse a point.
struct NelderMead {
    /// Ends a search that crawls; the best point so far is still a point.
    let evaluationsMax: Int
    /// Converged when the values at the simplex differ by less, relative to 1 and their size.
    var tolerance = 1e-8

    init(evaluationsMax: Int) {
        precondition(evaluationsMax > 0, "a search of \(evaluationsMax) evaluations")
        self.evaluationsMax = evaluationsMax
    }

    struct Minimum: Equatable {
        let point: [Double]
        /// Infinite when every point was refused.
        let value: Double
    }

    /// - Parameter steps: how far the other corners of the first simplex lie from the start, one
    ///   coordinate each.
    func minimise(
        from start: [Double], steps: [Double], _ evaluate: ([Double]) -> Double
    ) -> Minimum {
        precondition(start.count == steps.count, "a coordinate has no step")
        let count = start.count
        var evaluations = 0
        func value(_ point: [Double]) -> Double {
            evaluations += 1
            let value = evaluate(point)
            return value.isNaN ? .infinity : value
        }
        var simplex = [Corner(point: start, value: value(start))]
        for i in 0..<count {
            var point = start
            point[i] += steps[i]
            simplex.append(Corner(point: point, value: value(point)))
        }
        guard count > 0 else { return Minimum(point: start, value: simplex[0].value) }
        let n = Double(max(count, 2))
        let (stretch, contract, shrink) = (1 + 2 / n, 0.75 - 0.5 / n, 1 - 1 / n)
        while evaluations < self.evaluationsMax {
            simplex.sort { $0.value < $1.value }
            let (best, worst) = (simplex[0], simplex[count])
            if worst.value - best.value <= self.tolerance * (1 + abs(best.value)) { break }
            let centre = Self.centre(simplex.dropLast())
            func along(_ factor: Double) -> Corner {
                let point = zip(centre, worst.point).map { $0 + factor * ($0 - $1) }
                return Corner(point: point, value: value(point))
            }
            let reflected = along(1)
            if reflected.value < best.value {
                let stretched = along(stretch)
                simplex[count] = stretched.value < reflected.value ? stretched : reflected
                continue
            }
            if reflected.value < simplex[count - 1].value {
                simplex[count] = reflected
                continue
            }
            let isOutside = reflected.value < worst.value
            let contracted = along(isOutside ? contract : -contract)
            if contracted.value < min(reflected.value, worst.value) {
                simplex[count] = contracted
                continue
            }
            for i in 1...count {
                let point = zip(best.point, simplex[i].point).map { $0 + shrink * ($1 - $0) }
                simplex[i] = Corner(point: point, value: value(point))
            }
        }
        let best = simplex.min { $0.value < $1.value } ?? simplex[0]
        return Minimum(point: best.point, value: best.value)
    }

    private struct Corner {
        let point: [Double]
        let value: Double
    }

    private static func centre(_ corners: ArraySlice<Corner>) -> [Double] {
        var sum = [Double](repeating: 0, count: corners.first?.point.count ?? 0)
        for corner in corners {
            for i in sum.indices { sum[i] += corner.point[i] }
        }
        return sum.map { $0 / Double(corners.count) }
    }
}
