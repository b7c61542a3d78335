/// Ranges of sorted numbers that hold about equally many of them.
enum EqualCountBins {
    /// - Parameters:
    ///   - sorted: ascending.
    ///   - most: bins; there are fewer where numbers are few, or many are equal, as equal ones stay
    ///     together.
    /// - Returns: ranges that cover all, each of `ExplanationLimits.binRowsMin` numbers at least;
    ///   none if there are not that many.
    static func ranges(of sorted: [Double], most: Int) -> [Range<Int>] {
        let rowsMin = ExplanationLimits.binRowsMin
        let bins = min(most, sorted.count / rowsMin)
        var ranges: [Range<Int>] = []
        var start = 0
        for bin in 1..<max(bins + 1, 1) {
            var end = max(sorted.count * bin / bins, start + rowsMin)
            guard end <= sorted.count else { break }
            while end < sorted.count, sorted[end] == sorted[end - 1] { end += 1 }
            if sorted.count - end < rowsMin { end = sorted.count }
            ranges.append(start..<end)
            start = end
        }
        return ranges
    }
}
