/// How likely an ARMA model makes a series.
enum ARMALikelihood {
    struct Outcome {
        /// Twice the negative log likelihood, up to n (1 + log 2π), the variance at its best.
        let badness: Double
        let variance: Double
        /// What is expected of the coming steps: the first element is the next value.
        let state: [Double]

        static let failed = Outcome(badness: .infinity, variance: .infinity, state: [])
    }

    /// Exact, by Kalman's filter in the state space form of Gardner, Harvey and Phillips (1980).
    ///
    /// With r = max(p, q + 1), states a_i(t) = a_{i+1}(t-1) + φ_i w_{t-1} + θ_{i-1} e_t. The first
    /// state is the value itself, so that the value, once seen, leaves no doubt about it, and the
    /// covariance of the next states is
    ///
    /// ```
    /// P'ᵢⱼ = Pᵢ₊₁ⱼ₊₁ - Pᵢ₊₁₁ P₁ⱼ₊₁ / P₁₁ + θᵢ₋₁ θⱼ₋₁
    /// ```
    ///
    /// Once P has come down to the last product, its limit, only states are updated.
    ///
    /// - Complexity: n r² / 2 additions at most, mostly n r; before them p³ / 3 + r².
    static func exact(_ model: ARMA, _ values: [Double]) -> Outcome {
        let r = max(model.ar.count, model.ma.count + 1)
        guard var covariance = Self.startingCovariance(model, r) else { return .failed }
        let phi = model.ar + Array(repeating: 0, count: r - model.ar.count)
        let theta = [1] + model.ma + Array(repeating: 0, count: r - model.ma.count - 1)
        var state = [Double](repeating: 0, count: r + 1)
        var gain = [Double](repeating: 0, count: r + 1)
        var (squares, logs) = (0.0, 0.0)
        var isSteady = false
        let failed = covariance.withUnsafeMutableBufferPointer { p in
            state.withUnsafeMutableBufferPointer { a in
                gain.withUnsafeMutableBufferPointer { g in
                    for value in values {
                        let error = value - a[0]
                        if isSteady {
                            squares += error * error
                            for i in 0..<r - 1 { a[i] = a[i + 1] + theta[i + 1] * error }
                            a[r - 1] = 0
                            for i in 0..<r { a[i] += phi[i] * value }
                            continue
                        }
                        let variance = p[0]
                        guard variance > 1e-12, variance.isFinite else { return true }
                        squares += error * error / variance
                        logs += naturalLogarithm(variance)
                        for i in 0..<r { g[i] = p[i] }
                        for i in 0..<r {
                            let next = i + 1 < r ? a[i + 1] + g[i + 1] * error / variance : 0
                            a[i] = next + phi[i] * value
                        }
                        var beyond = 0.0
                        for i in 0..<r {
                            let share = g[i + 1] / variance
                            let (row, below) = (i * r, (i + 1) * r + 1)
                            if i + 1 < r {
                                for j in i..<r - 1 {
                                    p[row + j] =
                                        p[below + j] - share * g[j + 1] + theta[i] * theta[j]
                                }
                            }
                            p[row + r - 1] = theta[i] * theta[r - 1]
                            beyond += p[row + i] - theta[i] * theta[i]
                        }
                        isSteady = beyond < 1e-8
                    }
                    return false
                }
            }
        }
        let count = Double(values.count)
        guard !failed, squares.isFinite else { return .failed }
        let variance = max(squares / count, 1e-24)
        return Outcome(
            badness: count * naturalLogarithm(variance) + logs, variance: variance,
            state: Array(state[..<r]))
    }

    /// The stationary covariance of the states, r × r, of which the upper triangle counts.
    private static func startingCovariance(_ model: ARMA, _ r: Int) -> [Double]? {
        guard let gamma = model.autocovariances(upTo: r) else { return nil }
        let phi = model.ar + Array(repeating: 0, count: r + 1 - model.ar.count)
        let theta = [1] + model.ma + Array(repeating: 0, count: r - model.ma.count)
        let psi = model.responses(r)
        var p = [Double](repeating: 0, count: r * r)
        // The first row: a_i written out as past values and errors, each paired with the value.
        p[0] = gamma[0]
        for i in stride(from: 1, to: r, by: 1) {
            var sum = 0.0
            for k in i..<r { sum += phi[k] * gamma[1 + k - i] + theta[k] * psi[k - i] }
            p[i] = sum
        }
        func first(_ i: Int) -> Double { i < r ? p[i] : 0 }
        for i in stride(from: r - 1, through: 1, by: -1) {
            for j in stride(from: r - 1, through: i, by: -1) {
                let corner = i + 1 < r && j + 1 < r ? p[(i + 1) * r + j + 1] : 0
                p[i * r + j] =
                    corner + phi[i] * first(j + 1) + phi[j] * first(i + 1)
                    + phi[i] * phi[j] * p[0] + theta[i] * theta[j]
            }
        }
        return p.allSatisfy(\.isFinite) ? p : nil
    }

    /// n log of the mean squared error, values and errors before the first being 0: quick, and
    /// near the exact one for long series (Box and Jenkins 1976, section 7.1).
    static func conditional(_ model: ARMA, _ values: [Double]) -> Double {
        func terms(_ coefficients: [Double]) -> [(lag: Int, value: Double)] {
            coefficients.enumerated().filter { $0.element != 0 }.map { ($0.offset + 1, $0.element) }
        }
        let (ar, ma) = (terms(model.ar), terms(model.ma))
        // Zeros before the first value spare every comparison.
        let padding = max(model.ar.count, model.ma.count)
        let padded = Array(repeating: 0, count: padding) + values
        var errors = [Double](repeating: 0, count: padded.count)
        var squares = 0.0
        padded.withUnsafeBufferPointer { w in
            errors.withUnsafeMutableBufferPointer { e in
                for t in padding..<w.count {
                    var error = w[t]
                    for (lag, value) in ar { error -= value * w[t &- lag] }
                    for (lag, value) in ma { error -= value * e[t &- lag] }
                    e[t] = error
                    squares += error * error
                }
            }
        }
        guard squares.isFinite else { return .infinity }
        let count = Double(values.count)
        return count * naturalLogarithm(max(squares / count, 1e-24))
    }
}
