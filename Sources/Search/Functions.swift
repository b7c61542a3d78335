/// Logarithm and exponential, the same bits on every machine.
///
/// A study must replay: after an upgrade of the C library its functions may round differently in
/// the last bit, and a proposal would differ from the one that the journal holds. These round the
/// same wherever IEEE 754 holds, and are good to 1e-14 or better, relative.
enum Functions {
    private static let ln2 = 0.693_147_180_559_945_309

    /// The natural logarithm of a positive, normal number.
    static func log(_ x: Double) -> Double {
        precondition(x > 0 && x.isNormal, "no logarithm of \(x)")
        // x = m 2^e with m in [sqrt(1/2), sqrt(2)): the series below then converges fast.
        var exponent = Double(x.exponent)
        var m = x.significand
        if m > 1.414_213_562_373_095 {
            m /= 2
            exponent += 1
        }
        // ln m = 2 atanh(t) = 2 (t + t^3/3 + t^5/5 + …), t = (m - 1)/(m + 1), |t| < 0.172.
        let t = (m - 1) / (m + 1)
        let square = t * t
        var sum = 0.0
        var odd = 23.0
        while odd >= 1 {
            sum = sum * square + 1 / odd
            odd -= 2
        }
        return exponent * Self.ln2 + 2 * t * sum
    }

    /// e to the power of `x`; 0 below -700, and bounded above 700 rather than infinite.
    static func exp(_ x: Double) -> Double {
        if x < -700 { return 0 }
        let x = min(x, 700)
        // x = n ln 2 + r, |r| <= 0.35: fourteen terms of the series leave less than 1e-17.
        let n = (x / Self.ln2).rounded()
        let r = x - n * Self.ln2
        var sum = 1.0
        var term = 14.0
        while term >= 1 {
            sum = 1 + sum * r / term
            term -= 1
        }
        return sum * Double(sign: .plus, exponent: Int(n), significand: 1)
    }
}
