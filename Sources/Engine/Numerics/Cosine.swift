/// Four cosines at once of angles in turns, cos(2πx), equal in every bit on every processor.
///
/// Whole turns are taken away, which is exact, the rest is mirrored into a quarter turn, and a
/// Taylor polynomial of degree 20 does the rest. Only additions and multiplications.
///
/// - Returns: cos(2πx) within 4e-16; arguments beyond ±2⁵⁰ turns, where digits no longer tell where
///   in its turn one is, are taken as ±2⁵⁰.
@inline(__always)
package func cosineOfTurns(_ x: SIMD4<Double>) -> SIMD4<Double> {
    let bound = SIMD4<Double>(repeating: 0x1p50)
    let clamped = x.replacing(with: bound, where: x .> bound)
        .replacing(with: -bound, where: x .< -bound)
    // Adding 1.5 × 2⁵² leaves the nearest integer in the low bits of the sum.
    let shifter = SIMD4<Double>(repeating: 0x1.8p52)
    let rest = clamped - ((clamped + shifter) - shifter)
    let size = rest.replacing(with: -rest, where: rest .< 0)
    let isFar = size .> 0.25
    let angle = size.replacing(with: 0.5 - size, where: isFar) * (2 * Double.pi)
    let square = angle * angle
    var sum = SIMD4<Double>(repeating: 1.0 / 2_432_902_008_176_640_000)
    sum = sum * square - 1.0 / 6_402_373_705_728_000
    sum = sum * square + 1.0 / 20_922_789_888_000
    sum = sum * square - 1.0 / 87_178_291_200
    sum = sum * square + 1.0 / 479_001_600
    sum = sum * square - 1.0 / 3_628_800
    sum = sum * square + 1.0 / 40_320
    sum = sum * square - 1.0 / 720
    sum = sum * square + 1.0 / 24
    sum = sum * square - 0.5
    sum = sum * square + 1
    return sum.replacing(with: -sum, where: isFar)
}

/// Replaces every value x by `scale` × cos(2πx), four at a time.
package func applyCosineOfTurns(_ values: UnsafeMutableBufferPointer<Double>, scale: Double) {
    guard let base = values.baseAddress else { return }
    let raw = UnsafeMutableRawPointer(base)
    var i = 0
    while i + 4 <= values.count {
        let x = raw.loadUnaligned(fromByteOffset: i * 8, as: SIMD4<Double>.self)
        raw.storeBytes(of: scale * cosineOfTurns(x), toByteOffset: i * 8, as: SIMD4.self)
        i += 4
    }
    while i < values.count {
        values[i] = scale * cosineOfTurns(SIMD4(repeating: values[i]))[0]
        i += 1
    }
}
