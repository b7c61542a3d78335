extension Dataset.Weighting {
    /// The column in the same rows as the table's frame.
    ///
    /// - Throws: `TableError` naming the column, and the row of the file that cannot be weighed.
    package init(of name: String, _ table: CleanTable) throws(TableError) {
        let place = TableError.Place(number: nil, name: name)
        guard case .numeric(let weights)? = table.aside.column(named: name)?.values else {
            throw TableError(.missingColumn, column: place, "the weight is no column of the table")
        }
        if let row = weights.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
            let number = table.origin(ofRow: row) + 1
            throw TableError(
                .badWeight, column: place,
                "row \(number) (the header not counted) has a weight that is missing, infinite or "
                    + "below 0")
        }
        guard weights.contains(where: { $0 > 0 }) else {
            throw TableError(
                .badWeight, column: place, "all rows have a weight of 0, so that none counts")
        }
        self.init(column: name, weights: inRange(weights))
    }
}

/// The same proportions as numbers that sums and products of bear, as only proportions count: the
/// largest near 1 where it is beyond 2^±100, and none that counts so little beside it that it
/// would be 0.
private func inRange(_ weights: [Double]) -> [Double] {
    guard let largest = weights.max(), largest > 0 else { return weights }
    // By powers of two, which round nothing.
    let exponent = abs(largest.exponent) > 100 ? largest.exponent : 0
    let least = Double(sign: .plus, exponent: -100, significand: largest)
    return weights.map { weight in
        weight == 0
            ? 0 : Double(sign: .plus, exponent: -exponent, significand: max(weight, least))
    }
}

/// How much rows count by their class, in fits and not in scores.
package enum ClassWeights: Equatable, Sendable {
    /// All classes weigh the same together, however many rows they have.
    case balanced
    /// Above 0, in the order of the classes.
    case given([Double])
}

extension Dataset {
    /// The data set with classes that count for more or less.
    ///
    /// - Throws: `TableError` if there are no classes, or not so many.
    package func weighing(_ classes: ClassWeights?) throws(TableError) -> Dataset {
        guard let classes else { return self }
        if case .given(let weights) = classes {
            guard weights.count == self.classNames.count else {
                throw TableError(
                    .badWeight, column: self.target.map { .init(number: nil, name: $0) },
                    "\(weights.count) classes have weights, and the target has "
                        + "\(self.classNames.count) classes")
            }
            precondition(
                weights.allSatisfy { $0 > 0 && $0.isFinite }, "a class that counts nothing")
        }
        precondition(self.task == .classification, "weights of classes without classes")
        var dataset = self
        dataset.classWeights = classes
        return dataset
    }

    /// How much the given rows, none of weight 0, count in a fit: their own weight times that of
    /// their class; nil: all alike.
    func fittingWeights(at rows: [Int]) -> [Double]? {
        let own = self.weights(at: rows)
        guard let classWeights, case .classes(let labels, let count) = self.answers else {
            return own
        }
        let weights: [Double]
        switch classWeights {
        case .given(let given): weights = inRange(given)
        case .balanced:
            // Of classes without rows nobody asks.
            weights = classShares(rows.map { labels[$0] }, count: count, own).map { 1 / $0 }
        }
        return rows.indices.map { (own?[$0] ?? 1) * weights[Int(labels[rows[$0]])] }
    }

    /// How much the given rows count in scores, in the given order; nil: all alike.
    package func weights(at rows: [Int]) -> [Double]? {
        self.weighting.map { weighting in rows.map { weighting.weights[$0] } }
    }

    /// Those of `rows` that are learned from: a row of weight 0 is as good as not there.
    func learned(of rows: [Int]) -> [Int] {
        guard let weights = self.weighting?.weights else { return rows }
        return rows.filter { weights[$0] > 0 }
    }
}

extension Schema {
    /// The schema with a numeric column that says how much each row counts: no row may miss it, and
    /// nothing learns from it.
    func demanding(
        weight name: String?, _ split: RowSplit?, target: String?, task: LearningTask
    ) throws(TableError) -> Schema {
        guard let name else { return self }
        let place = TableError.Place(number: nil, name: name)
        func refusal(_ sentence: String) -> TableError {
            TableError(
                .wrongKind, column: place, "rows cannot be weighed by this column: " + sentence)
        }
        guard task != .anomalyDetection else {
            throw refusal("detectors of anomalies take all rows alike")
        }
        var columns = self.columns
        guard let index = columns.firstIndex(where: { $0.name == name }) else {
            throw TableError(
                .missingColumn, column: place,
                "rows are to be weighed by this column, which is none of the schema's")
        }
        let column = columns[index]
        guard name != target else { throw refusal("it is the target") }
        guard name != split?.column?.name else { throw refusal("rows are split by it") }
        let kind: Kind
        switch column.kind {
        case .numeric: kind = column.kind
        // A text among numbers is then a bad number on its line.
        case .categorical(nil), .date, .text: kind = .numeric()
        case .categorical, .ignored: throw refusal("the schema has no number there")
        }
        columns[index] = Column(
            column.name, kind, missing: .refused, remedy: column.remedy, use: .checks)
        do throws(SchemaError) {
            return try Schema(columns, rules: self.rules)
        } catch {
            throw refusal("as one that no row may miss, \(error)")
        }
    }
}
