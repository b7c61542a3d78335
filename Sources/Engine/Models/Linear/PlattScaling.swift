/// The sigmoid that turns scores into probabilities (Platt 2000).
///
/// Fits `slope` and `intercept` of p = 1 / (1 + e^-(slope × score + intercept)) by maximum
/// likelihood, to targets that keep a distance from 0 and 1 as if each class had one row more, by
/// Newton's method with step halving (Lin, Lin, Weng 2007).
struct PlattScaling: Equatable, Sendable {
    let slope: Double
    let intercept: Double

    static let stepsMax = 100
    static let halvingsMax = 40
    /// Added to the diagonal of the Hessian, which scores that all agree leave singular.
    static let ridge = 1e-12

    /// - Requires: as many truths as scores.
    init(_ scores: [Double], isPositive: [Bool], _ weights: [Double]? = nil) {
        precondition(scores.count == isPositive.count, "a score has no truth")
        let weights = weights ?? Array(repeating: 1, count: scores.count)
        var (positives, negatives) = (0.0, 0.0)
        for (isPositive, weight) in zip(isPositive, weights) {
            if isPositive { positives += weight } else { negatives += weight }
        }
        let high = (positives + 1) / (positives + 2)
        let low = 1 / (negatives + 2)
        let targets = isPositive.map { $0 ? high : low }
        var point = (slope: 0.0, intercept: log((positives + 1) / (negatives + 1)))
        var loss = Self.loss(point, scores, targets, weights)
        for _ in 0..<Self.stepsMax {
            let (gradient, hessian) = Self.slopes(point, scores, targets, weights)
            guard max(abs(gradient.0), abs(gradient.1)) > 1e-7 * Double(scores.count) else { break }
            let determinant = hessian.0 * hessian.2 - hessian.1 * hessian.1
            let step = (
                (hessian.1 * gradient.1 - hessian.2 * gradient.0) / determinant,
                (hessian.1 * gradient.0 - hessian.0 * gradient.1) / determinant
            )
            let descent = gradient.0 * step.0 + gradient.1 * step.1
            var size = 1.0
            var accepted = false
            for _ in 0..<Self.halvingsMax {
                let next = (point.slope + size * step.0, point.intercept + size * step.1)
                let nextLoss = Self.loss(next, scores, targets, weights)
                if nextLoss < loss + 1e-4 * size * descent {
                    point = next
                    loss = nextLoss
                    accepted = true
                    break
                }
                size /= 2
            }
            guard accepted else { break }
        }
        self.slope = point.slope
        self.intercept = point.intercept
    }

    /// The negative log likelihood, written so that no term is a difference of large numbers.
    static func loss(
        _ point: (slope: Double, intercept: Double), _ scores: [Double], _ targets: [Double],
        _ weights: [Double]
    ) -> Double {
        var loss = 0.0
        for (row, score) in scores.enumerated() {
            let target = targets[row]
            let z = point.slope * score + point.intercept
            let rest = exponential(SIMD4(repeating: -abs(z)))[0]
            loss += weights[row] * (log(1 + rest) + (z > 0 ? (1 - target) * z : -target * z))
        }
        return loss
    }

    /// The gradient, and the Hessian's corner, side and other corner.
    private static func slopes(
        _ point: (slope: Double, intercept: Double), _ scores: [Double], _ targets: [Double],
        _ weights: [Double]
    ) -> (gradient: (Double, Double), hessian: (Double, Double, Double)) {
        var gradient = (0.0, 0.0)
        var hessian = (Self.ridge, 0.0, Self.ridge)
        for (row, score) in scores.enumerated() {
            let target = targets[row]
            let p = sigmoid(point.slope * score + point.intercept)
            let slope = weights[row] * (p - target)
            gradient.0 += slope * score
            gradient.1 += slope
            let weight = weights[row] * p * (1 - p)
            hessian.0 += weight * score * score
            hessian.1 += weight * score
            hessian.2 += weight
        }
        return (gradient, hessian)
    }
}
