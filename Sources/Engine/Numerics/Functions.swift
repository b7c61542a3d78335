private import Glibc

// The engine's only door to the C library's mathematics. What must give equal bits on every
// processor of the cluster goes through `exponential` below instead: Glibc picks its kernels by
// processor (with and without fused multiply-add), so that its last bit may differ.

package func exp(_ x: Double) -> Double { Glibc.exp(x) }

package func log(_ x: Double) -> Double { Glibc.log(x) }

/// The angle of the point (x, y), from -π to π.
func arctangent(_ y: Double, _ x: Double) -> Double { Glibc.atan2(y, x) }

/// Four exponentials at once, equal in every bit on every processor.
///
/// Cody and Waite's reduction, x = n ln 2 + r with |r| ≤ ln 2 / 2, then a polynomial in r, then the
/// exponent field is set to n. Only additions and multiplications, no fused ones.
///
/// - Returns: eˣ within 2 units of the last place; arguments beyond ±708 are taken as ±708.
@inline(__always)
package func exponential(_ x: SIMD4<Double>) -> SIMD4<Double> {
    // Two masks, because `clamped` is a call for every lane.
    let bound = SIMD4<Double>(repeating: 708)
    let clamped = x.replacing(with: bound, where: x .> bound)
        .replacing(with: -bound, where: x .< -bound)
    // Adding 1.5 × 2⁵² leaves the nearest integer in the low bits of the sum.
    let shifter = SIMD4<Double>(repeating: 0x1.8p52)
    let shifted = clamped * 1.442_695_040_888_963_4 + shifter
    let n = shifted - shifter
    let r = (clamped - n * 0x1.62e42fefa38p-1) - n * 0x1.ef35793c7673p-45
    var sum = SIMD4<Double>(repeating: 1.0 / 6_227_020_800)
    sum = sum * r + 1.0 / 479_001_600
    sum = sum * r + 1.0 / 39_916_800
    sum = sum * r + 1.0 / 3_628_800
    sum = sum * r + 1.0 / 362_880
    sum = sum * r + 1.0 / 40_320
    sum = sum * r + 1.0 / 5_040
    sum = sum * r + 1.0 / 720
    sum = sum * r + 1.0 / 120
    sum = sum * r + 1.0 / 24
    sum = sum * r + 1.0 / 6
    sum = sum * r + 0.5
    sum = sum * r + 1
    sum = sum * r + 1
    let exponents = unsafeBitCast(shifted, to: SIMD4<UInt64>.self) &+ 1023
    return sum * unsafeBitCast(exponents &<< 52, to: SIMD4<Double>.self)
}

/// Replaces every value by its logistic function 1 / (1 + e⁻ˣ), four at a time.
package func applySigmoid(_ values: UnsafeMutableBufferPointer<Double>) {
    var i = 0
    guard let base = values.baseAddress else { return }
    let raw = UnsafeMutableRawPointer(base)
    while i + 4 <= values.count {
        let x = raw.loadUnaligned(fromByteOffset: i * 8, as: SIMD4<Double>.self)
        let one = SIMD4<Double>(repeating: 1)
        raw.storeBytes(of: one / (one + exponential(-x)), toByteOffset: i * 8, as: SIMD4.self)
        i += 4
    }
    while i < values.count {
        values[i] = sigmoid(values[i])
        i += 1
    }
}

/// Raises e to each value, within the range of numbers.
func applyExponential(_ values: UnsafeMutableBufferPointer<Double>) {
    for i in values.indices { values[i] = exponential(SIMD4(repeating: values[i]))[0] }
}

/// The logistic function 1 / (1 + e⁻ˣ).
package func sigmoid(_ x: Double) -> Double {
    1 / (1 + exponential(SIMD4(repeating: -x))[0])
}

/// Replaces every row of `values` by its softmax: e to each value over the row's sum of them.
///
/// - Requires: `values.count` is a multiple of `columns`.
package func applySoftmax(_ values: UnsafeMutableBufferPointer<Double>, columns: Int) {
    precondition(values.count % columns == 0, "\(values.count) values are not rows of \(columns)")
    for start in stride(from: 0, to: values.count, by: columns) {
        var highest = -Double.infinity
        for k in 0..<columns { highest = max(highest, values[start + k]) }
        var sum = 0.0
        var k = 0
        while k < columns {
            var x = SIMD4<Double>(repeating: -708)
            let width = min(4, columns - k)
            for lane in 0..<width { x[lane] = values[start + k + lane] - highest }
            let e = exponential(x)
            for lane in 0..<width {
                values[start + k + lane] = e[lane]
                sum += e[lane]
            }
            k += 4
        }
        for k in 0..<columns { values[start + k] /= sum }
    }
}
