import Privacy

/// How one column of one frame is written: lookups by text are done once a level, not once a row.
enum EncodingPlan {
    case nothing
    case standardized([Double], at: Int, center: Double, scale: Double, Encoder.MissingNumbers)
    /// For every code (missing first) the column of the matrix that is 1, or -1.
    case oneHot([Int32], columns: [Int])
    case numbers([Double], at: Int)
    /// For every code (missing first) the rank.
    case ranks([Int32], at: Int, ranks: [Double])
    case dateParts([Double], at: Int, [DatePart])
    case dateCycles([Double], at: Int, DateCycles)
    /// For every code (missing first) where its row of `values` begins.
    case rowsOfCodes([Int32], at: Int, starts: [Int], values: [Double], width: Int)
    case texts(Frame.Categories, at: Int, TextScores, absent: Double)
    /// Encoded already, for the rows in their order.
    case given(Matrix, at: Int)

    init(
        _ encoding: Encoder.Encoding, _ column: Frame.Column, at start: Int, _ form: FeatureForm
    ) {
        switch (encoding, column.values) {
        case (.dropped, _), (.duplicate, _): self = .nothing
        case (.standardized(let center, let scale, let missing), .numeric(let numbers)):
            self = .standardized(numbers, at: start, center: center, scale: scale, missing)
        case (.number, .numeric(let numbers)): self = .numbers(numbers, at: start)
        case (.oneHot(let oneHot), .categorical(let categories)):
            let slots = Self.indices(oneHot.levels)
            let columns =
                [oneHot.missingColumn] + categories.levels.map { oneHot.column(of: $0, in: slots) }
            self = .oneHot(categories.codes, columns: columns.map { $0.map { start + $0 } ?? -1 })
        case (.rank(let levels), .categorical(let categories)):
            let indices = Self.indices(levels)
            let ranks = categories.levels.map { indices[$0].map(Double.init) ?? .nan }
            self = .ranks(categories.codes, at: start, ranks: [.nan] + ranks)
        case (.dateParts(let parts), .dates(let dates)):
            self = .dateParts(dates, at: start, parts)
        case (.dateCycles(let cycles), .dates(let dates)):
            self = .dateCycles(dates, at: start, cycles)
        case (.targetMeans(let means), .categorical(let categories)):
            self = .rowsOfCodes(
                categories.codes, at: start,
                starts: means.places(in: categories).map { $0 * means.width },
                values: means.values, width: means.width)
        case (.text(let scores), .texts(let texts)):
            self = .texts(texts, at: start, scores, absent: form == .dense ? 0 : .nan)
        case (.oneHotAndMeans, _): preconditionFailure("two parts have two plans")
        case (.standardized, _), (.number, _), (.oneHot, _), (.rank, _), (.dateParts, _),
            (.dateCycles, _), (.text, _), (.targetMeans, _):
            preconditionFailure("column \(column.name) is not of the kind it was fitted on")
        }
    }

    /// The plan of a column, or those of its parts.
    ///
    /// - Parameter given: the rows as the last part encodes them, where that is known.
    static func plans(
        _ encoding: Encoder.Encoding, _ column: Frame.Column, at start: Int, _ form: FeatureForm,
        given: Matrix?
    ) -> [EncodingPlan] {
        guard case .oneHotAndMeans(let oneHot, let means) = encoding else {
            return [given.map { .given($0, at: start) } ?? Self(encoding, column, at: start, form)]
        }
        return [Self(.oneHot(oneHot), column, at: start, form)]
            + Self.plans(
                .targetMeans(means), column, at: start + oneHot.width, form, given: given)
    }

    private static func indices(_ levels: [Private<String>]) -> [Private<String>: Int] {
        var indices: [Private<String>: Int] = [:]
        for (index, level) in levels.enumerated() { indices[level] = index }
        return indices
    }

    func encode(
        _ rows: [Int], _ block: Range<Int>, into values: UnsafeMutableBufferPointer<Double>,
        width: Int
    ) {
        switch self {
        case .nothing: break
        case .standardized(let numbers, let start, let center, let scale, let missing):
            for index in block {
                let number = numbers[rows[index]]
                let place = index * width + start
                if number.isNaN {
                    // The mean stands for what is missing, and the mean is 0 here.
                    if missing == .indicated { values[place + 1] = 1 }
                } else {
                    let limit = EncoderLimits.standardizedMax
                    values[place] = max(-limit, min(limit, (number - center) / scale))
                }
            }
        case .numbers(let numbers, let start):
            for index in block { values[index * width + start] = numbers[rows[index]] }
        case .oneHot(let codes, let columns):
            for index in block {
                let column = columns[Int(codes[rows[index]]) + 1]
                if column >= 0 { values[index * width + column] = 1 }
            }
        case .ranks(let codes, let start, let ranks):
            for index in block {
                values[index * width + start] = ranks[Int(codes[rows[index]]) + 1]
            }
        case .dateParts(let dates, let start, let parts):
            for index in block {
                let place = index * width + start
                let seconds = dates[rows[index]]
                let features = seconds.isNaN ? nil : DateFeatures(seconds)
                for (offset, part) in parts.enumerated() {
                    values[place + offset] = features?.value(of: part) ?? .nan
                }
            }
        case .dateCycles(let dates, let start, let cycles):
            for index in block {
                cycles.encode(dates[rows[index]], into: values, at: index * width + start)
            }
        case .texts(let texts, let start, let scores, let absent):
            var terms = TextTerms(bits: TextScores.bits)
            for index in block {
                let code = texts.codes[rows[index]]
                scores.encode(
                    code < 0 ? nil : texts.levels[Int(code)].revealed, &terms, absent: absent,
                    into: values, at: index * width + start)
            }
        case .rowsOfCodes(let codes, let start, let starts, let means, let count):
            for index in block {
                let place = index * width + start
                let from = starts[Int(codes[rows[index]]) + 1]
                for offset in 0..<count { values[place + offset] = means[from + offset] }
            }
        case .given(let matrix, let start):
            for index in block {
                for column in 0..<matrix.columns {
                    values[index * width + start + column] = matrix[index, column]
                }
            }
        }
    }
}
