/// A gradient and a hessian in one 64-bit integer, so that adding both is one addition.
///
/// ```
/// bit 63            32 31             0
///     │  gradient     │   hessian     │     gradient signed, hessian never negative
/// ```
///
/// As long as the hessians of all rows together stay below 2³¹, nothing carries from the lower half
/// into the upper, and sums and differences of packed values are packed sums and differences.
/// Integer addition is exact and knows no order: a histogram subtracted from its parent's equals
/// the one that would have been counted, bit for bit.
struct PackedSum: Equatable, Sendable {
    var bits: Int64

    init(bits: Int64) { self.bits = bits }

    init(gradient: Int32, hessian: Int32) {
        self.bits = (Int64(gradient) << 32) + Int64(hessian)
    }

    @inline(__always) var gradient: Int32 { Int32(truncatingIfNeeded: self.bits >> 32) }
    @inline(__always) var hessian: Int32 { Int32(truncatingIfNeeded: self.bits) }
}

/// Gradients and hessians of all rows as fixed-point numbers, and what one unit is worth.
///
/// The units are chosen anew for every tree, such that the absolute gradients of all rows add up to
/// 2³⁰ at most: 75,000 rows leave 14 bits for a row of average size, a million 10. What is rounded
/// off averages out over the rows of a leaf; LightGBM trains with 2 to 5 bits without loss (Shi et
/// al. 2022, "Quantized training of gradient boosting decision trees").
struct PackedGradients {
    let packed: UnsafePointer<Int64>
    let gradientUnit: Double
    let hessianUnit: Double

    /// The largest sum of absolute gradients, and of hessians, in units. Rounding may add half a
    /// unit for each of 2³⁰ rows before the upper half overflows.
    static let sumMax = 0x1p30

    /// Packs `gradients` and `hessians`; without hessians every row has one of exactly 1 unit.
    ///
    /// - Requires: `packed` has room for all rows; no hessian is negative; fewer than 2³⁰ rows.
    init(
        _ gradients: UnsafeBufferPointer<Float>, hessians: UnsafeBufferPointer<Float>?,
        into packed: UnsafeMutablePointer<Int64>
    ) {
        precondition(gradients.count < 1 << 30, "\(gradients.count) rows overflow packed sums")
        self.packed = UnsafePointer(packed)
        let sum = Self.absoluteSum(gradients)
        let gradientScale = sum > 0 ? Self.sumMax / sum : 0
        self.gradientUnit = sum > 0 ? sum / Self.sumMax : 0
        let hessianSum = hessians.map(Self.absoluteSum) ?? 0
        let hessianScale = hessianSum > 0 ? Self.sumMax / hessianSum : 0
        self.hessianUnit = hessians == nil ? 1 : hessianSum / Self.sumMax
        // 1.5 × 2⁵² makes the hardware round to the nearest integer, in the low bits of the sum.
        let shifter = 0x1.8p52
        if let hessians {
            for row in 0..<gradients.count {
                let g = Double(gradients[row]) * gradientScale + shifter
                let h = Double(hessians[row]) * hessianScale + shifter
                packed[row] =
                    (Int64(bitPattern: g.bitPattern) &<< 32)
                    &+ (Int64(bitPattern: h.bitPattern) & 0xFFFF_FFFF)
            }
        } else {
            for row in 0..<gradients.count {
                let g = Double(gradients[row]) * gradientScale + shifter
                packed[row] = (Int64(bitPattern: g.bitPattern) &<< 32) &+ 1
            }
        }
    }

    /// The sum of the absolute values: eight sums side by side, a fixed order on every machine.
    private static func absoluteSum(_ values: UnsafeBufferPointer<Float>) -> Double {
        var lanes = SIMD8<Double>(repeating: 0)
        var i = 0
        while i + 8 <= values.count {
            for lane in 0..<8 { lanes[lane] += Double(abs(values[i + lane])) }
            i += 8
        }
        var sum = lanes.sum()
        while i < values.count {
            sum += Double(abs(values[i]))
            i += 1
        }
        return sum
    }
}
