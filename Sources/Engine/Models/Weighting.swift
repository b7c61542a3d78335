// Sums over rows that count by their weights; where there are none, each row counts once, and the
// bits are those of a plain sum.

/// Weights that are 1 on average; nil where all are alike, so that they say nothing.
///
/// Only proportions count: a family's penalties and its least rows of a leaf mean the same whatever
/// unit the weights have.
///
/// - Requires: all are finite and above 0.
func relativeWeights(_ weights: [Double]) -> [Double]? {
    guard let largest = weights.max(), weights.contains(where: { $0 != largest }) else {
        return nil
    }
    precondition(weights.allSatisfy { $0 > 0 && $0.isFinite }, "a weight that is not above 0")
    // As shares of the largest first, so that no sum overflows.
    let shares = weights.map { $0 / largest }
    let average = shares.reduce(0, +) / Double(shares.count)
    return shares.map { max($0 / average, lightestWeight) }
}

/// What a row counts at least, beside an average of 1: less would be lost in rounding, and a sum of
/// nothing is no divisor.
let lightestWeight = 1e-12

/// The share of rows that have each label.
func classShares(_ labels: [Int32], count: Int, _ weights: [Double]? = nil) -> [Double] {
    var shares = [Double](repeating: 0, count: count)
    guard let weights else {
        for label in labels { shares[Int(label)] += 1 }
        return shares.map { $0 / Double(labels.count) }
    }
    for (label, weight) in zip(labels, weights) { shares[Int(label)] += weight }
    let total = weights.reduce(0, +)
    return shares.map { $0 / total }
}

/// The mean, without overflow for large numbers: shares are added, not values.
func mean(_ numbers: [Double], _ weights: [Double]? = nil) -> Double {
    var mean = 0.0
    guard let weights else {
        for (index, number) in numbers.enumerated() { mean += (number - mean) / Double(index + 1) }
        return mean
    }
    var total = 0.0
    for (number, weight) in zip(numbers, weights) {
        total += weight
        mean += (number - mean) * (weight / total)
    }
    return mean
}

/// The number that a share of the others lies below; where the share ends just between two numbers,
/// half way between them (Hyndman and Fan 1996, the second definition).
///
/// - Requires: there is a number, none is NaN, and the share lies between 0 and 1.
/// - Complexity: O(n log n); O(n) for many without weights.
func weightedQuantile(
    _ numbers: [Double], _ share: Double, _ weights: [Double]? = nil
) -> Double {
    let sorted: [Double]
    var ends: [Double]?
    if let weights {
        let order = numbers.indices.sorted { (numbers[$0], $0) < (numbers[$1], $1) }
        sorted = order.map { numbers[$0] }
        var sum = 0.0
        ends = order.map { row in
            sum += weights[row]
            return sum
        }
    } else if numbers.count > 2000 {
        var values = numbers.map { $0 + 0 }
        var scratch = values
        radixSort(&values, scratch: &scratch)
        sorted = values
    } else {
        sorted = numbers.sorted()
    }
    let total = ends?.last ?? Double(sorted.count)
    // Sums of weights are rounded.
    let (wanted, noise) = (share * total, 1e-12 * total)
    // The first number at which the weights up to it are as much as wanted.
    var (low, high) = (0, sorted.count - 1)
    while low < high {
        let middle = (low + high) / 2
        if ends?[middle] ?? Double(middle + 1) < wanted - noise {
            low = middle + 1
        } else {
            high = middle
        }
    }
    let isBetween = (ends?[low] ?? Double(low + 1)) <= wanted + noise
    guard isBetween, low + 1 < sorted.count else { return sorted[low] }
    return sorted[low] / 2 + sorted[low + 1] / 2
}

extension Matrix {
    /// Subtracts its mean from every column and returns the means.
    mutating func centreColumns(_ weights: [Double]? = nil) -> [Double] {
        guard self.rows > 0 else { return Array(repeating: 0, count: self.columns) }
        let (rows, columns) = (self.rows, self.columns)
        var means = [Double](repeating: 0, count: columns)
        let total = weights?.reduce(0, +) ?? Double(rows)
        self.values.withUnsafeMutableBufferPointer { values in
            means.withUnsafeMutableBufferPointer { means in
                for row in 0..<rows {
                    let start = row * columns
                    let weight = weights?[row] ?? 1
                    for column in 0..<columns { means[column] += weight * values[start + column] }
                }
                for column in 0..<columns { means[column] /= total }
                for row in 0..<rows {
                    let start = row * columns
                    for column in 0..<columns { values[start + column] -= means[column] }
                }
            }
        }
        return means
    }

    /// Multiplies each row by the root of its weight, so that squares count by the weight.
    mutating func scaleRows(byRootsOf weights: [Double]?) {
        guard let weights else { return }
        for row in 0..<self.rows {
            let root = weights[row].squareRoot()
            for column in 0..<self.columns { self.values[row * self.columns + column] *= root }
        }
    }
}
