/// Columns that repeat one before them.
enum Duplicates {
    /// For each column the first that has the same values in all of `rows`; nil for the first
    /// itself.
    ///
    /// Numbers, dates, categories and texts are of their own kinds: equal values of two kinds are
    /// two columns, because models see them in two ways.
    ///
    /// - Complexity: one look at every value, and a second where columns may be equal.
    static func firsts(in frame: Frame, rows: [Int]) -> [Int?] {
        var known: [UInt64: Int] = [:]
        return frame.columns.indices.map { index in
            let values = frame.columns[index].values
            var hash: UInt64 = 0x9E37_79B9_7F4A_7C15
            for row in rows {
                let (high, low) = (hash ^ values.bits(row))
                    .multipliedFullWidth(by: 0xA076_1D64_78BD_642F)
                hash = high ^ low
            }
            guard let first = known[hash] else {
                known[hash] = index
                return nil
            }
            // Others may have its hash; they are left alone.
            return Self.areEqual(values, frame.columns[first].values, rows) ? first : nil
        }
    }

    private static func areEqual(
        _ left: Frame.Values, _ right: Frame.Values, _ rows: [Int]
    ) -> Bool {
        guard left.kind == right.kind, left.levels == right.levels else { return false }
        return rows.allSatisfy { left.bits($0) == right.bits($0) }
    }
}
