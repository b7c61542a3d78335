/// Four cosines at once of angles in turns, cos(2πx), equal in every bit on every processor.
///
/// Half turns are taken away, which is exact, and leave a quarter turn to either side at most,
/// where a polynomial in the square does the rest; an odd number of half turns changes the sign.
/// Only additions and multiplications.
///
/// - Returns: cos(2πx) within 4e-16; arguments beyond ±2⁵⁰ turns, where digits no longer tell where
///   in its turn one is, are taken as ±2⁵⁰.
@inline(__always)
package func cosineOfTurns(_ x: SIMD4<Double>) -> SIMD4<Double> {
    let bound = SIMD4<Double>(repeating: 0x1p50)
    let clamped = x.replacing(with: bound, where: bound .< x)
        .replacing(with: -bound, where: x .< -bound)
    // Adding 1.5 × 2⁵¹ leaves the nearest number of halves in the low bits of the sum, the last of
    // which tells whether it is odd: as the topmost, it is the sign.
    let shifter = SIMD4<Double>(repeating: 0x1.8p51)
    let shifted = clamped + shifter
    let sign = unsafeBitCast(shifted, to: SIMD4<UInt64>.self) &<< 63
    let rest = clamped - (shifted - shifter)
    let square = rest * rest
    var sum = SIMD4<Double>(repeating: cosineCoefficients.7)
    sum = sum * square + cosineCoefficients.6
    sum = sum * square + cosineCoefficients.5
    sum = sum * square + cosineCoefficients.4
    sum = sum * square + cosineCoefficients.3
    sum = sum * square + cosineCoefficients.2
    sum = sum * square + cosineCoefficients.1
    sum = sum * square + cosineCoefficients.0
    sum = sum * square + 1
    return unsafeBitCast(
        unsafeBitCast(sum, to: SIMD4<UInt64>.self) ^ sign, to: SIMD4<Double>.self)
}

/// Of x², x⁴, … in cos(2πx): those of a polynomial of this degree whose largest error for |x| ≤ 1/4
/// is least, 4e-18 before rounding (found by Remez's exchange, 1934).
@inline(__always)
var cosineCoefficients: (Double, Double, Double, Double, Double, Double, Double, Double) {
    (
        -0x1.3bd3cc9be45dcp+4, 0x1.03c1f081b59c8p+6, -0x1.55d3c7e3c115bp+6, 0x1.e1f50681cad0dp+5,
        -0x1.a6d1efeb487ddp+4, 0x1.f9d25db51d7fbp+2, -0x1.b696d3c550455p+0, 0x1.168d54b503053p-2
    )
}

/// Replaces every value x by `scale` × cos(2π(x + phase)), four at a time.
///
/// - Requires: as many phases as values.
package func applyCosineOfTurns(
    _ values: UnsafeMutableBufferPointer<Double>, phases: UnsafePointer<Double>, scale: Double
) {
    guard let base = values.baseAddress else { return }
    let raw = UnsafeMutableRawPointer(base)
    let shifts = UnsafeRawPointer(phases)
    var i = 0
    while i + 4 <= values.count {
        let x = raw.loadUnaligned(fromByteOffset: i * 8, as: SIMD4<Double>.self)
        let phase = shifts.loadUnaligned(fromByteOffset: i * 8, as: SIMD4<Double>.self)
        raw.storeBytes(of: scale * cosineOfTurns(x + phase), toByteOffset: i * 8, as: SIMD4.self)
        i += 4
    }
    while i < values.count {
        values[i] = scale * cosineOfTurns(SIMD4(repeating: values[i] + phases[i]))[0]
        i += 1
    }
}
