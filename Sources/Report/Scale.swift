/// Where numbers of a range lie between two coordinates, and which of them an axis names.
struct Scale {
    /// `low < high`, both finite and not so large that their difference is not.
    let low: Double
    let high: Double
    private let start: Double
    private let end: Double

    /// - Parameters:
    ///   - numbers: what must lie within; those that are not finite are passed over.
    ///   - start, end: the coordinates of the ends; `end` may be the lesser.
    init(of numbers: [Double], from start: Double, to end: Double, nice: Bool = true) {
        let largest = Double.greatestFiniteMagnitude / 8
        let finite = numbers.lazy.filter(\.isFinite).map { max(-largest, min(largest, $0)) }
        var low = finite.min() ?? 0
        var high = finite.max() ?? 1
        if !(high > low) || !((high - low).isNormal) {
            // One number alone stands in the middle.
            let reach = max(abs(low) * 0.1, 1e-6)
            (low, high) = (low - reach, high + reach)
        }
        if nice {
            // Twice, because what the first round adds can make the step larger.
            for _ in 0..<2 {
                let step = Self.step(for: high - low, ticks: 5)
                let down = (low / step).rounded(.down) * step
                let up = (high / step).rounded(.up) * step
                if (up - down).isFinite, up > down { (low, high) = (down, up) }
            }
        }
        self.low = low
        self.high = high
        self.start = start
        self.end = end
    }

    func callAsFunction(_ number: Double) -> Double {
        let share = (number - self.low) / (self.high - self.low)
        return self.start + max(-0.5, min(1.5, share)) * (self.end - self.start)
    }

    /// Round numbers within the range, about `count` of them, ascending, with their texts.
    ///
    /// Steps are 1, 2 or 5 times a power of ten (Heckbert 1990, "Nice numbers for graph labels").
    func ticks(_ count: Int) -> [(value: Double, text: String)] {
        let step = Self.step(for: self.high - self.low, ticks: count)
        let first = (self.low / step - 1e-9).rounded(.up)
        let last = (self.high / step + 1e-9).rounded(.down)
        guard last - first <= 20, first.magnitude < 1e12, last.magnitude < 1e12 else {
            return [self.low, self.high].map { ($0, NumberText.short($0)) }
        }
        let decimals = max(0, -NumberText.exponent(of: step))
        let isPlain = decimals <= 6 && max(abs(self.low), abs(self.high)) < 1e7
        return stride(from: first, through: last, by: 1).map { index in
            let value = index * step
            return (
                value,
                isPlain
                    ? NumberText.fixed(value, decimals: decimals)
                    : NumberText.short(value, digits: 4)
            )
        }
    }

    static func step(for width: Double, ticks: Int) -> Double {
        let raw = width / Double(max(1, ticks))
        guard raw.isFinite, raw > 0 else { return 1 }
        var power = 1.0
        let exponent = NumberText.exponent(of: raw)
        for _ in 0..<abs(exponent) { power = exponent > 0 ? power * 10 : power / 10 }
        guard power > 0 else { return raw }
        let fraction = raw / power
        let nice = fraction < 1.5 ? 1.0 : fraction < 3.5 ? 2 : fraction < 7.5 ? 5 : 10
        return nice * power
    }
}
