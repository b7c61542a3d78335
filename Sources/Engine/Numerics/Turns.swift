/// The cosine of part/whole turns, equal in every bit on every processor.
///
/// A turn is cut into eighths exactly, in whole numbers, before a short series is summed.
///
/// - Requires: `whole > 0` and 8 × `whole`² fits an `Int`.
/// - Returns: the cosine within 2 units of the last place of 1.
func cosineOfTurns(_ part: Int, of whole: Int) -> Double {
    // cos is even and has period 1: fold into 0...½ turns, then into 0...¼ with a sign.
    var folded = abs(part % whole)
    if 2 * folded > whole { folded = whole - folded }
    let isNegative = 4 * folded > whole
    // In units of 1 / (2 whole) turns, so that half a turn less `folded` stays whole.
    let quarter = isNegative ? whole - 2 * folded : 2 * folded
    let value: Double
    if 4 * quarter <= whole {
        value = cosineSeries(turns: Double(quarter) / Double(2 * whole))
    } else {
        value = sineSeries(turns: Double(whole - 2 * quarter) / Double(4 * whole))
    }
    return isNegative ? -value : value
}

/// The sine of part/whole turns; see ``cosineOfTurns(_:of:)``.
func sineOfTurns(_ part: Int, of whole: Int) -> Double {
    // A quarter turn back: sin x = cos (x - ¼).
    cosineOfTurns(4 * (part % whole) - whole, of: 4 * whole)
}

/// - Requires: `turns` lies in 0...⅛.
private func cosineSeries(turns: Double) -> Double {
    let square = radians(turns) * radians(turns)
    var sum = 1.0
    for k in stride(from: 18.0, through: 2, by: -2) { sum = 1 - sum * square / (k * (k - 1)) }
    return sum
}

private func sineSeries(turns: Double) -> Double {
    let square = radians(turns) * radians(turns)
    var sum = 1.0
    for k in stride(from: 19.0, through: 3, by: -2) { sum = 1 - sum * square / (k * (k - 1)) }
    return radians(turns) * sum
}

private func radians(_ turns: Double) -> Double { turns * 2 * Double.pi }
