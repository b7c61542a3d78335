package import Privacy

/// Turns the columns of a frame into the numbers that a model takes.
///
/// It is fitted on training rows only, so that nothing of the rows that judge a model leaks into
/// it, and is stored with the model. It never fails on new rows: what it did not see while it was
/// fitted is treated as its column's encoding says.
///
/// | column | dense | ordinal |
/// | --- | --- | --- |
/// | numbers | centred, scaled, the mean where missing; an indicator if that occurred | as is |
/// | categories | a column of 0 and 1 for each frequent level, for the rest, for missing | rank |
/// | texts | how much their terms speak for each group of answers; an indicator | the same |
/// | more than 64 categories | as above, and means of their rows' answers | means, frequency |
/// | dates | the trend, sines and cosines of what comes round; an indicator | seconds, parts |
/// | does not vary, or repeats another | dropped | dropped |
package struct Encoder: Equatable, Sendable {
    package let form: FeatureForm
    /// In the order of the frame's columns.
    package let columns: [Column]

    package struct Column: Equatable, Sendable {
        package let name: String
        package let encoding: Encoding
    }

    package enum Encoding: Equatable, Sendable {
        /// It does not vary over the training rows.
        case dropped
        /// It has the values of a column before it, by its index, in every training row.
        case duplicate(of: Int)
        /// (x - center) / scale, limited to ±`EncoderLimits.standardizedMax`.
        case standardized(center: Double, scale: Double, missing: MissingNumbers)
        case oneHot(OneHot)
        /// The number itself, NaN where missing.
        case number
        /// The rank of the text in these levels; NaN where it is missing or none of them.
        case rank(levels: [Private<String>])
        /// Parts of a date, NaN where it is missing; never empty, in the order of `DatePart`.
        case dateParts([DatePart])
        case dateCycles(DateCycles)
        case text(TextScores)
        case targetMeans(TargetMeans)
        case oneHotAndMeans(OneHot, TargetMeans)
    }

    /// Whether numbers were missing among the training rows.
    package enum MissingNumbers: String, Equatable, Sendable {
        case never
        /// A second column is 1 where the number is missing and 0 elsewhere.
        case indicated
    }

    /// - Requires: `columns` suit `form`, which fitting and reading take care of.
    init(form: FeatureForm, columns: [Column]) {
        self.form = form
        self.columns = columns
    }

    /// Columns of the matrix that `encode` makes.
    package var width: Int { self.columns.reduce(0) { $0 + $1.encoding.width } }

    /// For each column of that matrix whether it holds ranks of categories.
    var categories: [Bool] {
        self.columns.flatMap { column in
            let isRank = if case .rank = column.encoding { true } else { false }
            return Array(repeating: isRank, count: column.encoding.width)
        }
    }

    /// The given rows of `frame`, in the given order.
    ///
    /// - Requires: `frame` has the columns that the encoder was fitted on, in their order and of
    ///   their kinds.
    /// - Complexity: O(`rows.count` × `width`).
    package func encode(_ frame: Frame, rows: [Int]) -> Matrix {
        self.encode(frame, rows: rows, given: [:])
    }

    /// - Parameter given: by column the rows whose last columns are encoded already.
    func encode(_ frame: Frame, rows: [Int], given: [Int: Matrix]) -> Matrix {
        precondition(
            frame.columns.map(\.name) == self.columns.map(\.name),
            "the frame has other columns than the encoder was fitted on")
        var matrix = Matrix(rows: rows.count, columns: self.width)
        let width = matrix.columns
        var plans: [EncodingPlan] = []
        var start = 0
        for (index, column) in self.columns.enumerated() {
            plans += EncodingPlan.plans(
                column.encoding, frame.columns[index], at: start, self.form, given: given[index])
            start += column.encoding.width
        }
        // By blocks of rows, so that a block's part of the matrix stays in the cache while one
        // column after the other is written across it.
        matrix.values.withUnsafeMutableBufferPointer { values in
            for first in stride(from: 0, to: rows.count, by: EncoderLimits.blockRows) {
                let block = first..<min(first + EncoderLimits.blockRows, rows.count)
                for plan in plans { plan.encode(rows, block, into: values, width: width) }
            }
        }
        return matrix
    }

    /// Every row of `frame`.
    package func encode(_ frame: Frame) -> Matrix {
        self.encode(frame, rows: Array(0..<frame.rows))
    }
}

/// One column of 0 and 1 for each level that was frequent among the training rows.
package struct OneHot: Equatable, Sendable {
    /// The most frequent first.
    package let levels: [Private<String>]
    /// Whether rare levels share a slot. Levels that were never seen fall into it too.
    package let hasOther: Bool
    /// Whether missing values have a slot; else they are taken as a level that was never seen.
    package let hasMissing: Bool

    package init(levels: [Private<String>], hasOther: Bool, hasMissing: Bool) {
        self.levels = levels
        self.hasOther = hasOther
        self.hasMissing = hasMissing
    }

    var slots: Int { self.levels.count + (self.hasOther ? 1 : 0) + (self.hasMissing ? 1 : 0) }

    /// Two slots are each other's opposite: only the second is written.
    package var width: Int { self.slots == 2 ? 1 : self.slots }

    /// The column that is 1, counted from the encoding's first; nil where all are 0.
    func column(ofSlot slot: Int?) -> Int? {
        guard self.slots == 2 else { return slot }
        return slot == 1 ? 0 : nil
    }

    var missingColumn: Int? {
        self.column(ofSlot: self.hasMissing ? self.slots - 1 : self.otherSlot)
    }

    func column(of level: Private<String>, in slots: [Private<String>: Int]) -> Int? {
        self.column(ofSlot: slots[level] ?? self.otherSlot)
    }

    /// Of levels without a slot of their own.
    var otherSlot: Int? { self.hasOther ? self.levels.count : nil }
}

extension Encoder.Encoding {
    package var width: Int {
        switch self {
        case .dropped, .duplicate: 0
        case .standardized(_, _, let missing): missing == .indicated ? 2 : 1
        case .oneHot(let oneHot): oneHot.width
        case .number, .rank: 1
        case .dateParts(let parts): parts.count
        case .dateCycles(let cycles): cycles.width
        case .text(let scores): scores.width
        case .targetMeans(let means): means.width
        case .oneHotAndMeans(let oneHot, let means): oneHot.width + means.width
        }
    }
}
