/// How many coefficients of each kind an ARMA model with a season has.
struct ARMAOrder: Hashable {
    var p = 0
    var q = 0
    var seasonalP = 0
    var seasonalQ = 0
    /// Whether the mean is estimated rather than 0.
    var hasMean = false

    /// Coefficients without the mean.
    var coefficients: Int { self.p + self.q + self.seasonalP + self.seasonalQ }

    /// Estimated numbers, the variance among them.
    var freedom: Int { self.coefficients + (self.hasMean ? 1 : 0) + 1 }

    func reach(season: Int) -> Int {
        max(self.p + self.seasonalP * season, self.q + self.seasonalQ * season)
    }
}

/// The coefficients of an autoregressive moving average, seasonal factors multiplied out.
///
/// ```
/// w_t = φ₁ w_{t-1} + … + φ_p w_{t-p} + e_t + θ₁ e_{t-1} + … + θ_q e_{t-q}
/// ```
struct ARMA: Equatable {
    /// φ₁, φ₂, …
    let ar: [Double]
    /// θ₁, θ₂, …
    let ma: [Double]

    init(ar: [Double], ma: [Double]) {
        self.ar = ar
        self.ma = ma
    }

    /// The model that unbounded numbers stand for, always stationary and invertible.
    ///
    /// Every number becomes a partial autocorrelation between -1 and 1 (Monahan 1984), of the
    /// ordinary and the seasonal factor by themselves.
    init(_ order: ARMAOrder, season: Int, numbers: [Double]) {
        var rest = numbers[...]
        func take(_ count: Int) -> [Double] {
            defer { rest = rest.dropFirst(count) }
            return Self.coefficients(Array(rest.prefix(count)))
        }
        let ar = take(order.p)
        let ma = take(order.q)
        let seasonalAR = take(order.seasonalP)
        let seasonalMA = take(order.seasonalQ)
        self.ar = Self.product(ar, seasonalAR, season)
        // With -θ in the place of φ the polynomials of both parts are the same.
        self.ma = Self.product(ma, seasonalMA, season).map { -$0 }
    }

    /// Partial autocorrelations stay this far within the unit circle, where likelihoods are flat.
    private static let edge = 0.999

    /// The coefficients that have these partial autocorrelations (Durbin 1960).
    private static func coefficients(_ numbers: [Double]) -> [Double] {
        var coefficients: [Double] = []
        for x in numbers {
            let partial = Self.edge * x / (1 + x * x).squareRoot()
            let reversed = coefficients.reversed()
            coefficients = zip(coefficients, reversed).map { $0 - partial * $1 } + [partial]
        }
        return coefficients
    }

    /// The coefficients of (1 - Σ aᵢ Bⁱ)(1 - Σ bⱼ Bʲˢ), negated, from that of B on.
    private static func product(_ a: [Double], _ b: [Double], _ season: Int) -> [Double] {
        var product = [Double](repeating: 0, count: a.count + b.count * season)
        for (i, value) in a.enumerated() { product[i] += value }
        for (j, factor) in b.enumerated() {
            let start = (j + 1) * season
            product[start - 1] += factor
            for (i, value) in a.enumerated() { product[start + i] -= value * factor }
        }
        return product
    }

    /// ψ₀, ψ₁, …: what an error adds to the values that follow it.
    func responses(_ count: Int) -> [Double] {
        var psi = [Double](repeating: 0, count: count)
        for j in 0..<count {
            var sum = j == 0 ? 1 : (j <= self.ma.count ? self.ma[j - 1] : 0)
            for k in stride(from: 1, through: min(j, self.ar.count), by: 1) {
                sum += self.ar[k - 1] * psi[j - k]
            }
            psi[j] = sum
        }
        return psi
    }

    /// Autocovariances at lags 0...lag for errors of variance 1 (McLeod 1975); nil where rounding
    /// leaves none.
    func autocovariances(upTo lag: Int) -> [Double]? {
        let p = self.ar.count
        let theta = [1] + self.ma
        let psi = self.responses(theta.count)
        func known(_ h: Int) -> Double {
            var sum = 0.0
            for j in stride(from: h, to: theta.count, by: 1) { sum += theta[j] * psi[j - h] }
            return sum
        }
        // γ(h) - Σ φ_k γ(|h - k|) = Σ_{j ≥ h} θ_j ψ_{j-h} for h in 0...p
        var system = Matrix(rows: p + 1, columns: p + 1)
        var right = (0...p).map(known)
        for h in 0...p {
            system[h, h] += 1
            for k in stride(from: 1, through: p, by: 1) { system[h, abs(h - k)] -= self.ar[k - 1] }
        }
        guard solveInPlace(&system, &right) else { return nil }
        var gamma = right
        for h in stride(from: p + 1, through: lag, by: 1) {
            var sum = known(h)
            for k in stride(from: 1, through: p, by: 1) { sum += self.ar[k - 1] * gamma[h - k] }
            gamma.append(sum)
        }
        guard gamma[0] > 0, gamma[0].isFinite else { return nil }
        return Array(gamma[...lag])
    }
}

/// Replaces `right` by the x for which A x = right, by elimination with row pivots.
///
/// - Returns: false when A is singular.
func solveInPlace(_ a: inout Matrix, _ right: inout [Double]) -> Bool {
    let n = a.rows
    precondition(a.columns == n && right.count == n, "the system is not square")
    return a.values.withUnsafeMutableBufferPointer { a in
        for column in 0..<n {
            var pivot = column
            for row in column + 1..<max(n, column + 1)
            where abs(a[row * n + column]) > abs(a[pivot * n + column]) { pivot = row }
            let largest = a[pivot * n + column]
            guard abs(largest) > 1e-300 else { return false }
            if pivot != column {
                for k in 0..<n { a.swapAt(pivot * n + k, column * n + k) }
                right.swapAt(pivot, column)
            }
            for row in stride(from: column + 1, to: n, by: 1) {
                let factor = a[row * n + column] / largest
                guard factor != 0 else { continue }
                for k in column..<n { a[row * n + k] -= factor * a[column * n + k] }
                right[row] -= factor * right[column]
            }
        }
        for row in (0..<n).reversed() {
            for k in stride(from: row + 1, to: n, by: 1) { right[row] -= a[row * n + k] * right[k] }
            right[row] /= a[row * n + row]
        }
        return true
    }
}
