/// Rows of a table that are equal in every column.
struct Twins {
    /// Groups of two rows and more, each ascending; in the order of their first rows.
    private let groups: [[Int]]
    private let rows: Int

    /// Where more of a table has twins than this, they say nothing: a table of three columns with
    /// three texts each repeats itself.
    private static let shareMax = 0.2

    /// - Complexity: one pass over every value, and a second look at rows that may be equal.
    init(_ frame: Frame) {
        var hashes = [UInt64](repeating: 0x9E37_79B9_7F4A_7C15, count: frame.rows)
        for column in frame.columns {
            for row in 0..<frame.rows {
                let (high, low) = (hashes[row] ^ column.values.bits(row))
                    .multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
                hashes[row] = high ^ low
            }
        }
        var first: [UInt64: Int] = [:]
        first.reserveCapacity(frame.rows)
        var others: [Int: [Int]] = [:]
        for row in 0..<frame.rows {
            if let leader = first[hashes[row]] {
                // Other rows may have its hash; they are left alone.
                if frame.isRow(row, equalTo: leader) { others[leader, default: []].append(row) }
            } else {
                first[hashes[row]] = row
            }
        }
        self.groups = others.sorted { $0.key < $1.key }.map { [$0.key] + $0.value }
        self.rows = frame.rows
    }

    /// Rows whose class is not that of most of their twins; all of a group without a majority.
    func contradictions(of labels: [Int32]) -> [Int] {
        let members = self.groups.reduce(0) { $0 + $1.count }
        guard Double(members) <= Self.shareMax * Double(self.rows) else { return [] }
        var contradictions: [Int] = []
        for group in self.groups {
            var counts: [Int32: Int] = [:]
            for row in group { counts[labels[row], default: 0] += 1 }
            guard counts.count > 1 else { continue }
            let majority = counts.first { 2 * $0.value > group.count }?.key
            contradictions += group.filter { labels[$0] != majority }
        }
        return contradictions.sorted()
    }
}

extension Frame {
    fileprivate func isRow(_ row: Int, equalTo other: Int) -> Bool {
        self.columns.allSatisfy { $0.values.bits(row) == $0.values.bits(other) }
    }
}
