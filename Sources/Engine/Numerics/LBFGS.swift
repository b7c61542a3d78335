/// Minimises a smooth function by its last few gradients (Nocedal 1980; two-loop recursion).
///
/// The step length satisfies the weak Wolfe conditions, found by doubling and bisection (Lewis and
/// Overton 2013): the function falls enough, and its slope rises enough, for every pair of
/// differences to keep the approximate Hessian positive definite.
struct LBFGS {
    /// Converged when no component of the gradient is larger.
    let gradientMax: Double
    /// Ends a search that crawls; the best point so far is still a point.
    var stepsMax = 500
    /// Pairs of differences that are kept; more cost time and rarely save steps.
    var memory = 10
    var trialsMax = 40

    init(gradientMax: Double) {
        precondition(gradientMax > 0, "no gradient is at most \(gradientMax)")
        self.gradientMax = gradientMax
    }

    /// - Parameters:
    ///   - preconditioner: multiplies a gradient by an inverse Hessian as far as it is known before
    ///     any step, such as that of a bound; positive definite.
    ///   - evaluate: returns the value at a point and writes the gradient there.
    /// - Throws: `LearnerError` with code `numericalFailure` when the start has no finite value.
    func minimise(
        from start: [Double], preconditioner: ((inout [Double]) -> Void)? = nil,
        _ evaluate: (_ point: [Double], _ gradient: inout [Double]) -> Double
    ) throws(LearnerError) -> [Double] {
        var point = start
        var gradient = start
        var value = evaluate(point, &gradient)
        guard value.isFinite else {
            throw LearnerError(.numericalFailure, "the loss at the start is not a finite number")
        }
        var pairs: [Pair] = []
        var nextGradient = gradient
        for _ in 0..<self.stepsMax {
            let largest = gradient.reduce(0) { max($0, abs($1)) }
            if largest <= self.gradientMax { return point }
            let direction = Self.direction(gradient, pairs, preconditioner)
            let slope = LinearAlgebra.dot(gradient, direction)
            guard slope < 0 else { return point }
            var (low, high) = (0.0, Double.infinity)
            var size =
                pairs.isEmpty && preconditioner == nil
                ? 1 / LinearAlgebra.dot(gradient, gradient).squareRoot() : 1
            var found: (point: [Double], value: Double)?
            for _ in 0..<self.trialsMax {
                let next = zip(point, direction).map { $0 + size * $1 }
                let nextValue = evaluate(next, &nextGradient)
                if !(nextValue <= value + 1e-4 * size * slope) {
                    high = size
                } else if LinearAlgebra.dot(nextGradient, direction) < 0.9 * slope {
                    low = size
                } else {
                    found = (next, nextValue)
                    break
                }
                size = high.isFinite ? (low + high) / 2 : 2 * low
            }
            // No step helps: the value has reached its last digits.
            guard let found else { return point }
            let pair = Pair(
                step: zip(found.point, point).map { $0 - $1 },
                change: zip(nextGradient, gradient).map { $0 - $1 })
            if pair.product > 0 {
                pairs.append(pair)
                if pairs.count > self.memory { pairs.removeFirst() }
            }
            (point, value) = found
            swap(&gradient, &nextGradient)
        }
        return point
    }

    private struct Pair {
        let step: [Double]
        let change: [Double]
        let product: Double

        init(step: [Double], change: [Double]) {
            self.step = step
            self.change = change
            self.product = LinearAlgebra.dot(step, change)
        }
    }

    /// The negative gradient, multiplied by what the pairs tell of the inverse Hessian.
    private static func direction(
        _ gradient: [Double], _ pairs: [Pair], _ preconditioner: ((inout [Double]) -> Void)?
    ) -> [Double] {
        var direction = gradient.map { -$0 }
        var shares: [Double] = []
        for pair in pairs.reversed() {
            let share = LinearAlgebra.dot(pair.step, direction) / pair.product
            shares.append(share)
            for i in direction.indices { direction[i] -= share * pair.change[i] }
        }
        preconditioner?(&direction)
        if let last = pairs.last {
            var change = last.change
            preconditioner?(&change)
            let scale = last.product / LinearAlgebra.dot(last.change, change)
            for i in direction.indices { direction[i] *= scale }
        }
        for (pair, share) in zip(pairs, shares.reversed()) {
            let correction = share - LinearAlgebra.dot(pair.change, direction) / pair.product
            for i in direction.indices { direction[i] += correction * pair.step[i] }
        }
        return direction
    }
}
