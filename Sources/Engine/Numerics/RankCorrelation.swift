/// Spearman's rank correlation of two lists of equal length, equal numbers sharing their mean rank.
///
/// - Returns: from -1 to 1; nil where all numbers of a list are equal, or there are none.
/// - Complexity: O(n log n)
func rankCorrelation(_ left: [Double], _ right: [Double]) -> Double? {
    precondition(left.count == right.count, "lists of unlike length have no correlation")
    let (left, right) = (ranks(of: left), ranks(of: right))
    let mean = Double(left.count - 1) / 2
    var (product, squareLeft, squareRight) = (0.0, 0.0, 0.0)
    for (one, other) in zip(left, right) {
        product += (one - mean) * (other - mean)
        squareLeft += (one - mean) * (one - mean)
        squareRight += (other - mean) * (other - mean)
    }
    guard squareLeft > 0, squareRight > 0 else { return nil }
    return product / (squareLeft * squareRight).squareRoot()
}

/// Ranks from 0, the mean of those that equal numbers share.
private func ranks(of numbers: [Double]) -> [Double] {
    let order = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
    var ranks = [Double](repeating: 0, count: numbers.count)
    var start = 0
    while start < order.count {
        var end = start
        while end < order.count, numbers[order[end]] == numbers[order[start]] { end += 1 }
        for place in start..<end { ranks[order[place]] = Double(start + end - 1) / 2 }
        start = end
    }
    return ranks
}
