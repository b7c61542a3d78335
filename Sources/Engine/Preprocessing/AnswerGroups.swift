/// The answers of some rows in a few groups, which texts and categories are told apart by.
///
/// Classes are groups; of too many, the rare ones are one group together. Numbers fall into groups
/// of equal size: which words go with low, middling and high numbers can be counted as well.
struct AnswerGroups {
    /// In 0..<`count`, one for each of the rows.
    let labels: [Int32]
    /// 2 or more.
    let count: Int
    /// In which part of the rows each row is held out.
    let parts: Folds

    /// More groups are more columns and more memory, and say little more.
    static let countMax = 64
    static let numberGroups = 8
    static let partCount = 5

    /// - Returns: nil where there is nothing to tell apart: flags, one group, or one row.
    init?(_ answers: Answers) {
        let labels: [Int32]
        switch answers {
        case .flags: return nil
        case .classes(let classes, let count): labels = Self.merged(classes, count)
        case .numbers(let numbers): labels = Self.quantiles(of: numbers)
        }
        let count = Int(labels.max() ?? 0) + 1
        let parts = min(Self.partCount, labels.count)
        guard count >= 2, parts >= 2,
            let parts = try? Folds(.classes(labels, count: count), count: parts, seed: 0)
        else { return nil }
        self.labels = labels
        self.count = count
        self.parts = parts
    }

    /// The most frequent classes, in their order, then all others as one.
    private static func merged(_ classes: [Int32], _ count: Int) -> [Int32] {
        guard count > self.countMax else { return classes }
        var rows = [Int](repeating: 0, count: count)
        for label in classes { rows[Int(label)] += 1 }
        let frequent = rows.indices.sorted { (rows[$1], $0) < (rows[$0], $1) }
            .prefix(self.countMax - 1).sorted()
        var groups = [Int32](repeating: Int32(frequent.count), count: count)
        for (group, label) in frequent.enumerated() { groups[label] = Int32(group) }
        return classes.map { groups[Int($0)] }
    }

    /// Equal numbers are of one group.
    private static func quantiles(of numbers: [Double]) -> [Int32] {
        let sorted = numbers.sorted()
        var bounds: [Double] = []
        for group in 1..<self.numberGroups where !sorted.isEmpty {
            let bound = sorted[group * sorted.count / self.numberGroups]
            if bound > bounds.last ?? sorted[0] { bounds.append(bound) }
        }
        // One value may be nearly all there is: then the others are the second group.
        if bounds.isEmpty { bounds += sorted.first { $0 > sorted[0] }.map { [$0] } ?? [] }
        return numbers.map { number in Int32(bounds.count { $0 <= number }) }
    }
}
