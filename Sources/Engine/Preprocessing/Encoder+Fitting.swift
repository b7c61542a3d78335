extension Encoder {
    /// Learns how to encode `frame` from the given rows, and from no others; and encodes these rows
    /// as models shall learn from them.
    ///
    /// Some encodings look at the answers. Of a training row they would tell the row's own answer
    /// to a model that learns from it, so that the training rows are encoded by what other parts
    /// of them say: `encode` gives other numbers for them.
    ///
    /// - Parameter answers: of every row of `frame`; flags are not looked at.
    /// - Throws: `EncodingError` if no column varies over these rows, or too many columns result.
    package static func fit(
        _ frame: Frame, _ answers: Answers, rows: [Int], form: FeatureForm
    ) throws(EncodingError) -> (encoder: Encoder, training: Matrix) {
        precondition(!rows.isEmpty, "an encoder is fitted on at least one row")
        var columns: [Column] = []
        var given: [Int: Matrix] = [:]
        let told = answers.rows(at: rows)
        let looksAtAnswers = frame.columns.contains(where: Self.mayLookAtAnswers)
        let groups = looksAtAnswers ? AnswerGroups(told) : nil
        let firsts = Duplicates.firsts(in: frame, rows: rows)
        for (index, column) in frame.columns.enumerated() {
            if let first = firsts[index] {
                let isDropped = columns[first].encoding == .dropped
                columns.append(
                    Column(
                        name: column.name,
                        encoding: isDropped ? .dropped : .duplicate(of: first)))
                continue
            }
            let encoding: Encoding
            switch (form, column.values) {
            case (.dense, .numeric(let numbers)): encoding = .standardizing(numbers, rows)
            case (_, .categorical(let categories)):
                let ranked = Encoding.ranked(categories, rows)
                if let groups, ranked.levels.count > EncoderLimits.oneHotLevelsMax {
                    let fitted = TargetMeans.fit(categories, rows, ranked, told, groups, form)
                    encoding = fitted.map { .means($0.means, categories, ranked, form) } ?? .dropped
                    given[index] = fitted?.training
                } else {
                    encoding =
                        form == .dense
                        ? .oneHot(for: categories, ranked) : .ranking(categories, ranked)
                }
            case (.dense, .dates(let dates)): encoding = .dateCycles(dates, rows)
            case (.ordinal, .numeric(let numbers)): encoding = .keeping(numbers, rows)
            case (.ordinal, .dates(let dates)): encoding = .dateParts(dates, rows)
            case (_, .texts(let texts)):
                let fitted = groups.flatMap { TextScores.fit(texts, rows, $0, form) }
                encoding = fitted.map { .text($0.scores) } ?? .dropped
                given[index] = fitted?.training
            }
            columns.append(Column(name: column.name, encoding: encoding))
        }
        let encoder = Encoder(form: form, columns: columns)
        guard encoder.width > 0 else {
            throw EncodingError(.nothingVaries, "no feature varies over the training rows")
        }
        guard encoder.width <= EncoderLimits.widthMax else {
            throw EncodingError(
                .tooWide,
                "the features make \(encoder.width) columns; \(EncoderLimits.widthMax) are the most"
            )
        }
        return (encoder, encoder.encode(frame, rows: rows, given: given))
    }
}

extension Encoder {
    /// Whether answers may be worth grouping for a column.
    private static func mayLookAtAnswers(_ column: Frame.Column) -> Bool {
        switch column.values {
        case .numeric, .dates: false
        case .texts: true
        case .categorical(let categories): categories.levels.count > EncoderLimits.oneHotLevelsMax
        }
    }
}

/// Why no encoder can be fitted on some rows.
package struct EncodingError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: Equatable, Sendable { case nothingVaries, tooWide }

    package let code: Code
    package let description: String

    package init(_ code: Code, _ sentence: String) {
        self.code = code
        self.description = sentence
    }

    package static func == (left: Self, right: Self) -> Bool { left.code == right.code }
}

extension Encoder.Encoding {
    /// Centre and scale are the mean and the (population) standard deviation of present values.
    ///
    /// Computed on values divided by the largest, in two passes: neither huge values overflow nor
    /// does a large mean drown a small deviation.
    static func standardizing(_ numbers: [Double], _ rows: [Int]) -> Self {
        var largest = 0.0
        var count = 0
        for row in rows where !numbers[row].isNaN {
            largest = max(largest, abs(numbers[row]))
            count += 1
        }
        guard count > 0, largest > 0 else {
            return Self.indicatingOnly(present: count, of: rows.count)
        }
        var mean = 0.0
        for row in rows where !numbers[row].isNaN { mean += numbers[row] / largest }
        mean /= Double(count)
        var variance = 0.0
        for row in rows where !numbers[row].isNaN {
            let difference = numbers[row] / largest - mean
            variance += difference * difference
        }
        let deviation = (variance / Double(count)).squareRoot()
        let scale = deviation * largest
        guard deviation > EncoderLimits.noise, scale.isNormal else {
            return Self.indicatingOnly(present: count, of: rows.count)
        }
        return .standardized(
            center: mean * largest, scale: scale,
            missing: count < rows.count ? .indicated : .never)
    }

    /// For numbers that do not vary: whether they are there may still tell something.
    private static func indicatingOnly(present: Int, of rows: Int) -> Self {
        guard present > 0, present < rows else { return .dropped }
        return .standardized(center: 0, scale: .greatestFiniteMagnitude, missing: .indicated)
    }

    fileprivate static func keeping(_ numbers: [Double], _ rows: [Int]) -> Self {
        let first = numbers[rows[0]]
        let varies = rows.contains { numbers[$0] != first && !(numbers[$0].isNaN && first.isNaN) }
        return varies ? .number : .dropped
    }

    fileprivate static func oneHot(
        for categories: Frame.Categories, _ levels: RankedLevels
    ) -> Self {
        let (ranked, missing) = levels
        let frequent = ranked.prefix { $0.count >= EncoderLimits.rowsOfLevelMin }
            .prefix(EncoderLimits.oneHotLevelsMax)
        let oneHot = OneHot(
            levels: frequent.map { categories.levels[$0.code] },
            hasOther: frequent.count < ranked.count, hasMissing: missing > 0)
        return oneHot.slots < 2 ? .dropped : .oneHot(oneHot)
    }

    /// Lines need the frequent levels by themselves: their means are one number each.
    fileprivate static func means(
        _ means: TargetMeans, _ categories: Frame.Categories, _ levels: RankedLevels,
        _ form: FeatureForm
    ) -> Self {
        guard form == .dense, case .oneHot(let oneHot) = Self.oneHot(for: categories, levels)
        else { return .targetMeans(means) }
        return .oneHotAndMeans(oneHot, means)
    }

    /// By frequency, so that the rare levels lie together and one cut parts them from the rest.
    fileprivate static func ranking(
        _ categories: Frame.Categories, _ levels: RankedLevels
    ) -> Self {
        let (ranked, missing) = levels
        guard ranked.count > 1 || ranked.count == 1 && missing > 0 else { return .dropped }
        return .rank(
            levels: ranked.prefix(EncoderLimits.rankedLevelsMax).map { categories.levels[$0.code] })
    }

    /// The codes that occur in some rows with their numbers of rows, and how many miss a value.
    typealias RankedLevels = (levels: [(code: Int, count: Int)], missing: Int)

    /// The codes that occur in `rows`, the most frequent first, equally frequent ones by level;
    /// and how many rows miss a value.
    static func ranked(_ categories: Frame.Categories, _ rows: [Int]) -> RankedLevels {
        var counts = Array(repeating: 0, count: categories.levels.count)
        var missing = 0
        for row in rows {
            let code = Int(categories.codes[row])
            if code < 0 { missing += 1 } else { counts[code] += 1 }
        }
        let present = counts.indices.filter { counts[$0] > 0 }.map { (code: $0, count: counts[$0]) }
        return (present.sorted { ($1.count, $0.code) < ($0.count, $1.code) }, missing)
    }
}
