/// Sums of one node's rows by the codes of one feature, and the cuts they allow.
///
/// Most nodes of a deep tree hold few rows, so that visiting all 256 cells would cost more than the
/// rows do. A bit per cell says which were touched; only those are visited and cleared.
///
/// ```
/// cells    │ 0: S… n │ 1: S… n │ …          S: an amount per channel, n: the weight
/// touched   0 0 1 0 0 1 1 0 …               ascending codes = ascending bits
/// cut       between neighbours that occur: codes 2 | 5, half way between their values
/// ```
final class CutBoard {
    struct Cut {
        /// The highest code on the left and the lowest on the right; only missing ones: `ranges`.
        let below: Int
        let above: Int
        let missing: Split.Side
        /// (Sum over channels of S²) / n, left plus right.
        let merit: Double
        /// Between the means of the two sides, where these are held to bounds.
        var middle = 0.0
    }

    /// What a cut of one channel must keep to.
    struct Terms {
        let way: Monotone
        let bounds: LeafBounds

        /// The middle between two sides of amount and weight; nil where they may not be so.
        @inline(__always)
        func middle(_ left: SIMD2<Double>, _ right: SIMD2<Double>) -> Double? {
            let (own, other) = (left[0] / left[1], right[0] / right[1])
            guard self.way.allows(own, other), self.bounds.holds(own), self.bounds.holds(other)
            else { return nil }
            return (own + other) / 2
        }
    }

    let channels: Int
    /// Doubles of a cell: the channels, then the weight.
    let width: Int
    private let cells: Memory<Double>
    private let touched = Memory<UInt64>(count: 4, repeating: 0)
    /// The node's rows, gathered: amount and weight side by side, and the channel.
    let pairs: Memory<SIMD2<Double>>
    let channel: Memory<Int32>
    /// The codes of a feature, gathered.
    let column: Memory<UInt8>
    let total: Memory<Double>
    let left: Memory<Double>
    private(set) var isPure = true

    init(rows: Int, channels: Int) {
        self.channels = channels
        self.width = channels + 1
        self.cells = Memory(count: 256 * (channels + 1), repeating: 0)
        self.pairs = Memory(count: rows, repeating: .zero)
        self.channel = Memory(count: rows, repeating: 0)
        self.column = Memory(count: rows, repeating: 0)
        self.total = Memory(count: channels + 1, repeating: 0)
        self.left = Memory(count: channels + 1, repeating: 0)
    }

    /// What the rows of the node weigh together: how often they were drawn, where they were.
    var weight: Double { self.total.base[self.channels] }

    /// Takes in the rows of a node: their sums, and whether they all agree.
    func gather(_ rows: UnsafeBufferPointer<UInt32>, _ target: ForestTarget, _ weights: [Double]) {
        let total = self.total.base
        for k in 0..<self.width { total[k] = 0 }
        self.isPure = true
        target.amounts.withUnsafeBufferPointer { amounts in
            target.channel.withUnsafeBufferPointer { channels in
                weights.withUnsafeBufferPointer { weights in
                    guard let first = rows.first else { return }
                    var differs = false
                    for index in 0..<rows.count {
                        let row = Int(rows[index])
                        let weight = weights[row]
                        let pair = SIMD2(amounts[row] * weight, weight)
                        self.pairs.base[index] = pair
                        self.channel.base[index] = channels[row]
                        total[Int(channels[row])] += pair[0]
                        total[self.channels] += weight
                        differs =
                            differs || amounts[row] != amounts[Int(first)]
                            || channels[row] != channels[Int(first)]
                    }
                    self.isPure = !differs
                }
            }
        }
    }

    /// Writes the mean of the node's rows into row `node` of `values`.
    ///
    /// - Parameter bounds: of the mean amount.
    func storeMeans(
        _ target: ForestTarget, at node: Int, of values: inout [Double],
        _ bounds: LeafBounds = LeafBounds()
    ) {
        let needed = (node + 1) * self.channels
        if values.count < needed {
            values.append(contentsOf: repeatElement(0, count: needed - values.count))
        }
        let weight = self.weight > 0 ? self.weight : 1
        for k in 0..<self.channels {
            values[node * self.channels + k] =
                bounds.clip(self.total.base[k] / weight) * target.scale + target.offset
        }
    }

    /// The cut with the highest merit; equal merits: the lowest codes, missing rows right.
    ///
    /// - Requires: `rows` are those that were gathered; `codes` points to the feature's code in the
    ///   first row of the matrix, whose rows are `width` bytes apart.
    /// - Complexity: O(rows), and O(channels) for each code that occurs.
    func bestCut(
        _ rows: UnsafeBufferPointer<UInt32>, _ codes: UnsafePointer<UInt8>, width: Int,
        _ feature: BinnedMatrix.Feature, least: Double, _ terms: Terms? = nil
    ) -> Cut? {
        self.fill(rows, codes, width: width)
        defer { self.clear() }
        let hasMissing = feature.hasMissing && self.isTouched(feature.ranges)
        let ranges = feature.ranges
        if let terms {
            let right = self.scanPairs(ranges, least, .right, hasMissing: hasMissing, terms)
            guard hasMissing else { return right }
            let left = self.scanPairs(ranges, least, .left, hasMissing: true, terms)
            guard let left, left.merit > right?.merit ?? -.infinity else { return right }
            return left
        }
        var best =
            self.channels == 1
            ? self.scanPairs(ranges, least, .right, hasMissing: hasMissing)
            : self.scan(ranges, least, .right, hasMissing: hasMissing)
        guard hasMissing else { return best }
        let left =
            self.channels == 1
            ? self.scanPairs(ranges, least, .left, hasMissing: true)
            : self.scan(ranges, least, .left, hasMissing: true)
        if let left, left.merit > best?.merit ?? -.infinity { best = left }
        return best
    }

    /// Sums the gathered rows by their codes, and notes which codes occur.
    private func fill(
        _ rows: UnsafeBufferPointer<UInt32>, _ codes: UnsafePointer<UInt8>, width: Int
    ) {
        let cells = self.cells.base
        let touched = self.touched.base
        let pairs = self.pairs.base
        if self.channels == 1 {
            let wide = UnsafeMutableRawPointer(cells).assumingMemoryBound(to: SIMD2<Double>.self)
            for index in 0..<rows.count {
                let code = Int(codes[Int(rows[index]) &* width])
                wide[code] += pairs[index]
                touched[code &>> 6] |= 1 &<< UInt64(code & 63)
            }
        } else {
            for index in 0..<rows.count {
                let code = Int(codes[Int(rows[index]) &* width])
                let cell = cells + code &* self.width
                cell[Int(self.channel.base[index])] += pairs[index][0]
                cell[self.channels] += pairs[index][1]
                touched[code &>> 6] |= 1 &<< UInt64(code & 63)
            }
        }
    }

    /// Walks the codes that occur, from low to high, and weighs the cut before each of them; for
    /// one channel, with sums in registers. Rows without a value go to `side`.
    private func scanPairs(
        _ ranges: Int, _ least: Double, _ side: Split.Side, hasMissing: Bool
    ) -> Cut? {
        let cells = UnsafeRawPointer(self.cells.base).assumingMemoryBound(to: SIMD2<Double>.self)
        let total = SIMD2(self.total.base[0], self.total.base[1])
        var left = side == .left ? cells[ranges] : .zero
        var before = -1
        var best = Cut(below: -1, above: 0, missing: side, merit: -.infinity)
        @inline(__always) func weigh(_ code: Int) {
            let right = total - left
            guard before >= 0, left[1] >= least, right[1] >= least else { return }
            let squares = left[0] * left[0] * right[1] + right[0] * right[0] * left[1]
            let merit = squares / (left[1] * right[1])
            if merit > best.merit {
                best = Cut(below: before, above: code, missing: side, merit: merit)
            }
        }
        for word in 0..<4 {
            var bits = self.occurring(word, below: ranges)
            while bits != 0 {
                let code = word * 64 + bits.trailingZeroBitCount
                weigh(code)
                left += cells[code]
                before = code
                bits &= bits &- 1
            }
        }
        // Past the last value, only missing rows can be on the right.
        if side == .right, hasMissing { weigh(ranges) }
        return best.below >= 0 ? best : nil
    }

    /// The same walk, where cuts must keep to terms.
    private func scanPairs(
        _ ranges: Int, _ least: Double, _ side: Split.Side, hasMissing: Bool, _ terms: Terms
    ) -> Cut? {
        let cells = UnsafeRawPointer(self.cells.base).assumingMemoryBound(to: SIMD2<Double>.self)
        let total = SIMD2(self.total.base[0], self.total.base[1])
        var left = side == .left ? cells[ranges] : .zero
        var before = -1
        var best: Cut?
        func weigh(_ code: Int) {
            let right = total - left
            guard before >= 0, left[1] >= least, right[1] >= least,
                let middle = terms.middle(left, right)
            else { return }
            let merit = left[0] * left[0] / left[1] + right[0] * right[0] / right[1]
            guard merit > best?.merit ?? -.infinity else { return }
            best = Cut(below: before, above: code, missing: side, merit: merit, middle: middle)
        }
        for code in 0..<ranges where self.isTouched(code) {
            weigh(code)
            left += cells[code]
            before = code
        }
        if side == .right, hasMissing { weigh(ranges) }
        return best
    }

    /// The same walk for several channels.
    private func scan(
        _ ranges: Int, _ least: Double, _ side: Split.Side, hasMissing: Bool
    ) -> Cut? {
        let left = self.left.base
        for k in 0..<self.width { left[k] = 0 }
        if side == .left { self.addToLeft(ranges) }
        var before = -1
        var best: Cut?
        for word in 0..<4 {
            var bits = self.occurring(word, below: ranges)
            while bits != 0 {
                let code = word * 64 + bits.trailingZeroBitCount
                if before >= 0, let merit = self.merit(least), merit > best?.merit ?? -.infinity {
                    best = Cut(below: before, above: code, missing: side, merit: merit)
                }
                self.addToLeft(code)
                before = code
                bits &= bits &- 1
            }
        }
        if side == .right, hasMissing, before >= 0, let merit = self.merit(least),
            merit > best?.merit ?? -.infinity
        {
            best = Cut(below: before, above: ranges, missing: side, merit: merit)
        }
        return best
    }

    /// Clears what `fill` touched.
    private func clear() {
        for word in 0..<4 {
            var bits = self.touched.base[word]
            while bits != 0 {
                let cell = self.cells.base + (word * 64 + bits.trailingZeroBitCount) * self.width
                for k in 0..<self.width { cell[k] = 0 }
                bits &= bits &- 1
            }
            self.touched.base[word] = 0
        }
    }

    private func isTouched(_ code: Int) -> Bool {
        self.touched.base[code >> 6] >> UInt64(code & 63) & 1 == 1
    }

    /// The touched codes of a word that lie below `end`.
    @inline(__always)
    private func occurring(_ word: Int, below end: Int) -> UInt64 {
        let bits = self.touched.base[word]
        if word * 64 + 64 <= end { return bits }
        return word * 64 >= end ? 0 : bits & ~(UInt64.max << UInt64(end - word * 64))
    }

    @inline(__always)
    private func addToLeft(_ code: Int) {
        let cell = self.cells.base + code &* self.width
        for k in 0..<self.width { self.left.base[k] += cell[k] }
    }

    @inline(__always)
    func merit(_ least: Double) -> Double? {
        let left = self.left.base
        let total = self.total.base
        let leftWeight = left[self.channels]
        let rightWeight = total[self.channels] - leftWeight
        guard leftWeight >= least, rightWeight >= least else { return nil }
        var leftSquares = 0.0
        var rightSquares = 0.0
        for k in 0..<self.channels {
            let right = total[k] - left[k]
            leftSquares += left[k] * left[k]
            rightSquares += right * right
        }
        return leftSquares / leftWeight + rightSquares / rightWeight
    }
}
