extension Dataset {
    /// A column along which predictions may go one way only. Of two classes it is the probability
    /// of the positive one that does.
    package struct Constraint: Equatable, Sendable {
        package let column: String
        package let way: Monotone

        package init(_ column: String, _ way: Monotone) {
            self.column = column
            self.way = way
        }
    }

    /// The data set whose models keep to `constraints`.
    ///
    /// - Throws: `TableError` naming the column where there is none of numbers, or none that is
    ///   learned from; and where there are more than two classes.
    package func constraining(_ constraints: [Constraint]) throws(TableError) -> Dataset {
        guard !constraints.isEmpty else { return self }
        guard self.task == .regression || self.task == .classification && self.classNames.count == 2
        else {
            throw TableError(
                .wrongKind, column: self.target.map { .init(number: nil, name: $0) },
                "predictions that only rise or fall are of numbers or of two classes")
        }
        for constraint in constraints {
            let place = TableError.Place(number: nil, name: constraint.column)
            guard let column = self.features.column(named: constraint.column) else {
                throw TableError(
                    .missingColumn, column: place,
                    "predictions are to go one way along this column, which is none to learn from")
            }
            guard column.values.kind == .numbers else {
                throw TableError(
                    .wrongKind, column: place,
                    "predictions are to go one way along this column, which holds no numbers")
            }
        }
        var dataset = self
        dataset.constraints = constraints
        return dataset
    }

    /// What is learned of numbers. Leaves that are held to bounds stand for means: bounds of means
    /// are none of quantiles.
    var learnedObjective: Objective {
        if case .quantile = self.objective, !self.constraints.isEmpty {
            .mean
        } else {
            self.objective
        }
    }
}

extension Encoder {
    /// Which way predictions go along each encoded column; nil without constraints.
    func ways(_ constraints: [Dataset.Constraint]) -> [Monotone]? {
        guard !constraints.isEmpty else { return nil }
        var ways = Array(repeating: Monotone.free, count: self.width)
        let spans = self.spans
        for (index, column) in self.columns.enumerated() {
            guard let way = constraints.first(where: { $0.column == column.name })?.way else {
                continue
            }
            // What repeats another column is bound through it.
            let source: Int
            if case .duplicate(let first) = column.encoding {
                source = first
            } else {
                source = index
            }
            guard case .number = self.columns[source].encoding else { continue }
            let place = spans[source].lowerBound
            ways[place] = ways[place] == .free || ways[place] == way ? way : .constant
        }
        return ways
    }
}

extension Family {
    /// Whether its predictions go one way along a column where they should.
    package var keepsMonotone: Bool {
        switch self {
        case .baseline, .decisionTree, .randomForest, .extraTrees, .gradientBoosting: true
        default: false
        }
    }
}
