extension BinnedMatrix.Feature {
    /// The boundary whose cut lies half way between two codes' values.
    ///
    /// Codes between the two do not occur in the node; rows that come later may have them, and go
    /// with the nearer neighbour by value, not by rank.
    func boundary(between below: Int, and above: Int) -> Int {
        guard above - below > 1, above < self.ranges else { return above - 1 }
        let middle = self.cuts[below] / 2 + self.cuts[above - 1] / 2
        return self.boundary(at: middle, in: below...above - 1)
    }

    /// A boundary between two codes, drawn evenly over the values between them.
    func randomBoundary(
        from lowest: Int, to highest: Int, _ chance: inout SeededGenerator
    ) -> Int {
        let low = lowest > 0 ? self.cuts[lowest - 1] : self.lowest
        let high = highest < self.cuts.count ? self.cuts[highest] : self.highest
        let share = chance.unit()
        return self.boundary(at: low * (1 - share) + high * share, in: lowest...highest - 1)
    }

    /// The lowest boundary in `range` whose cut is not below `value`; the last when all are.
    private func boundary(at value: Double, in range: ClosedRange<Int>) -> Int {
        var (low, high) = (range.lowerBound, range.upperBound)
        while low < high {
            let middle = (low + high) / 2
            if self.cuts[middle] < value { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
