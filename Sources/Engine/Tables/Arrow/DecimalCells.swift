/// Whole numbers of 10^-scale, 4, 8 or 16 bytes wide.
struct DecimalCells: ArrowCells {
    let bytes: UnsafeRawBufferPointer
    let width: Int
    let scale: Int

    /// The nearest double, as a reader of the same digits has it.
    func number(_ index: Int) -> Double {
        let integer = self.integer(index)
        if let mantissa = UInt64(exactly: integer.magnitude),
            let number = DecimalNumber.nearest(mantissa: mantissa, exponent: -self.scale)
        {
            return integer < 0 ? -number : number
        }
        return Double("\(integer)e\(-self.scale)") ?? .infinity
    }

    /// All digits, `scale` of them after the point.
    func text(_ index: Int) -> String? {
        let integer = self.integer(index)
        var digits = "\(integer.magnitude)"
        if self.scale < 0, integer != 0 { digits += String(repeating: "0", count: -self.scale) }
        if self.scale > 0 {
            let missing = max(0, self.scale + 1 - digits.utf8.count)
            digits = String(repeating: "0", count: missing) + digits
            digits.insert(".", at: digits.index(digits.endIndex, offsetBy: -self.scale))
        }
        return integer < 0 ? "-" + digits : digits
    }

    private func integer(_ index: Int) -> Int128 {
        let place = index * self.width
        switch self.width {
        case 4: return Int128(self.bytes.number(place, as: Int32.self))
        case 8: return Int128(self.bytes.number(place, as: Int64.self))
        default:
            let low = self.bytes.number(place, as: UInt64.self)
            return Int128(self.bytes.number(place + 8, as: Int64.self)) << 64 | Int128(low)
        }
    }
}
