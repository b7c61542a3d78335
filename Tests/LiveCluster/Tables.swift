/// Small tables that are made here, so that no test needs a file of this machine.
package enum Tables {
    /// Two overlapping clouds: a class that depends on both numbers and a colour.
    ///
    /// - Parameter canary: Stands in one cell of a categorical column; it must be found nowhere.
    package static func classification(rows: Int, seed: UInt64, canary: String? = nil) -> String {
        var noise = Noise(state: seed)
        var lines = ["length,width,colour,kind"]
        for row in 0..<rows {
            let length = noise.unit() * 4
            let width = noise.unit() * 4
            let red = noise.unit() < 0.5
            let score = length - width + (red ? 1 : -1) + noise.unit() - 0.5
            let colour = row == rows / 2 ? canary ?? "red" : red ? "red" : "blue"
            let missing = noise.unit() < 0.05
            lines.append(
                "\(length),\(missing ? "" : "\(width)"),\(colour),\(score > 0 ? "yes" : "no")")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A smooth surface with noise.
    package static func regression(rows: Int, seed: UInt64) -> String {
        var noise = Noise(state: seed)
        var lines = ["x,y,z"]
        for _ in 0..<rows {
            let x = noise.unit() * 2 - 1
            let y = noise.unit() * 2 - 1
            lines.append("\(x),\(y),\(x * x + 2 * y + (noise.unit() - 0.5) / 10)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Two shops with a week's rhythm and a trend each, one row a day from 2024-01-01, and the
    /// price that moves what they sell: by 6 times `spread` at most, beside noise of 1.
    package static func sales(days: Range<Int>, seed: UInt64, spread: Double = 0.3) -> String {
        var lines = ["day,shop,price,sold"]
        for day in days {
            for shop in 0..<2 {
                var noise = Noise(state: seed &+ UInt64(2 * day + shop))
                let price = 1 + spread * noise.unit()
                let week = [0.0, 1, 2, 3, 5, 9, 7][day % 7]
                let sold = 40 + 0.1 * Double(day) + week * Double(shop + 1) - 6 * price
                lines.append(
                    "\(Self.date(day)),\(["north", "south"][shop]),\(price),"
                        + "\(sold + noise.unit())")
            }
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Days after 2024-01-01, within that year.
    private static func date(_ day: Int) -> String {
        var (month, rest) = (0, day)
        let lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
        while rest >= lengths[month] {
            rest -= lengths[month]
            month += 1
        }
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "2024-\(two(month + 1))-\(two(rest + 1))"
    }

    /// A cloud of normal rows and, far from it on all sides, a few others: `odd` in the column
    /// `state`, which may be left out.
    package static func anomalies(rows: Int, seed: UInt64, marked: Bool = true) -> String {
        var noise = Noise(state: seed)
        var lines = [marked ? "x,y,z,state" : "x,y,z"]
        for row in 0..<rows {
            let isOdd = row % 25 == 7
            let numbers = (0..<3).map { _ -> String in
                let bell = (0..<6).reduce(0.0) { sum, _ in sum + noise.unit() } - 3
                return "\(isOdd ? bell * 2 + (noise.unit() < 0.5 ? -5 : 5) : bell)"
            }
            lines.append(
                (numbers + (marked ? [isOdd ? "odd" : "fine"] : [])).joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// SplitMix64.
    package struct Noise {
        private var state: UInt64

        package init(state: UInt64) { self.state = state }

        package mutating func next() -> UInt64 {
            self.state &+= 0x9E37_79B9_7F4A_7C15
            var z = self.state
            z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
            z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
            return z ^ (z >> 31)
        }

        package mutating func unit() -> Double { Double(self.next() >> 11) * 0x1.0p-53 }
    }
}
