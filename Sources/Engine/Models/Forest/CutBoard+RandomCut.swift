extension CutBoard {
    /// A cut drawn evenly between the lowest and highest code that occur; nil when there is only
    /// one, or a side would be too small.
    ///
    /// - Requires: as `bestCut`.
    /// - Complexity: O(rows), twice; the cells are not used.
    func randomCut(
        _ rows: UnsafeBufferPointer<UInt32>, _ codes: UnsafePointer<UInt8>, width: Int,
        _ feature: BinnedMatrix.Feature, least: Double, _ chance: inout SeededGenerator,
        _ terms: Terms? = nil
    ) -> Cut? {
        let column = self.column.base
        for index in 0..<rows.count { column[index] = codes[Int(rows[index]) &* width] }
        // Without missing rows in the matrix, no code is as high as theirs would be.
        let missing = feature.hasMissing ? feature.ranges : Int(UInt8.max) + 1
        var (lowest, highest, missingRows) = (Int(UInt8.max), 0, 0)
        for index in 0..<rows.count {
            let code = Int(column[index])
            let isMissing = code == missing
            missingRows &+= isMissing ? 1 : 0
            lowest = min(lowest, isMissing ? lowest : code)
            highest = max(highest, isMissing ? highest : code)
        }
        guard missingRows < rows.count, lowest < highest || missingRows > 0 else { return nil }
        // One code and missing rows: the only cut is between these.
        let boundary =
            lowest == highest
            ? feature.ranges - 1 : feature.randomBoundary(from: lowest, to: highest, &chance)
        for k in 0..<self.width { self.left.base[k] = 0 }
        self.addToLeft(rows.count, codes: 0...boundary)
        var best = self.cut(boundary, .right, least, terms)
        if missingRows > 0, lowest < highest {
            self.addToLeft(rows.count, codes: missing...missing)
            let other = self.cut(boundary, .left, least, terms)
            if let other, other.merit > best?.merit ?? -.infinity { best = other }
        }
        return best
    }

    /// The cut whose left side was summed, where it is allowed.
    private func cut(
        _ boundary: Int, _ side: Split.Side, _ least: Double, _ terms: Terms?
    ) -> Cut? {
        guard let merit = self.merit(least) else { return nil }
        var cut = Cut(below: boundary, above: boundary + 1, missing: side, merit: merit)
        if let terms {
            let left = SIMD2(self.left.base[0], self.left.base[1])
            let total = SIMD2(self.total.base[0], self.total.base[1])
            guard let middle = terms.middle(left, total - left) else { return nil }
            cut.middle = middle
        }
        return cut
    }

    /// Adds the gathered rows whose code in `column` lies in `codes` to the left side.
    private func addToLeft(_ count: Int, codes: ClosedRange<Int>) {
        let left = self.left.base
        let column = self.column.base
        if self.channels == 1 {
            let pairs = self.pairs.base
            var sum = SIMD2<Double>.zero
            for index in 0..<count {
                // All ones when the code lies in the range: a branch would be wrong half the time.
                let code = Int(column[index])
                let outside = (codes.upperBound &- code) | (code &- codes.lowerBound)
                let mask = SIMD2(repeating: UInt64(bitPattern: Int64(~(outside &>> 63))))
                let bits = unsafeBitCast(pairs[index], to: SIMD2<UInt64>.self) & mask
                sum += unsafeBitCast(bits, to: SIMD2<Double>.self)
            }
            left[0] += sum[0]
            left[1] += sum[1]
        } else {
            for index in 0..<count where codes.contains(Int(column[index])) {
                left[Int(self.channel.base[index])] += self.pairs.base[index][0]
                left[self.channels] += self.pairs.base[index][1]
            }
        }
    }
}
