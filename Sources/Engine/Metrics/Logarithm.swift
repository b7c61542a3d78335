/// The natural logarithm, equal in every bit on every processor.
///
/// Scores decide which trial wins, so that they must not depend on the processor, as the C
/// library's logarithm may. With x = m × 2ⁿ and m in [√½, √2):
/// log x = n log 2 + 2 atanh((m - 1) / (m + 1)), the latter as a series of odd powers of at most
/// 0.172.
///
/// - Requires: `x` is positive, finite and not subnormal.
/// - Returns: the logarithm within 2 units of the last place, or 10⁻¹⁶ near 0.
func naturalLogarithm(_ x: Double) -> Double {
    precondition(x.isNormal && x > 0, "no logarithm for \(x)")
    var exponent = Double(x.exponent)
    var significand = x.significand
    if significand > 1.414_213_562_373_095_1 {
        significand /= 2
        exponent += 1
    }
    let s = (significand - 1) / (significand + 1)
    let square = s * s
    var sum = 0.0
    for divisor in stride(from: 23.0, through: 3, by: -2) { sum = (sum + 1 / divisor) * square }
    // log 2 in two parts, the first with so many zeros at its end that its product is exact.
    return exponent * 0x1.62e42fefa38p-1 + (2 * s + (2 * s * sum + exponent * 0x1.ef35793c7673p-45))
}
