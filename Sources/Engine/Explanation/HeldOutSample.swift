/// An ensemble fitted on what one fold keeps, beside rows that it has not seen.
struct HeldOutSample: Sendable {
    let model: FittedModel
    /// Rows of the data set.
    let rows: [Int]
    /// The same rows by each encoder of the model.
    let features: [Matrix]
    /// For each encoder and each feature the columns of its matrix.
    private let spans: [[Range<Int>]]

    init(model: FittedModel, rows: [Int], features: [Matrix]) {
        self.model = model
        self.rows = rows
        self.features = features
        self.spans = model.encoders.map { encoder in
            var start = 0
            return encoder.columns.map { column in
                let span = start..<start + column.encoding.width
                start = span.upperBound
                return span
            }
        }
    }

    /// Whether the feature makes any column for any member.
    func uses(feature: Int) -> Bool { self.spans.contains { !$0[feature].isEmpty } }

    /// What the feature is for the members: each of its encoded columns.
    func columns(of feature: Int) -> [[Double]] {
        self.features.indices.flatMap { index in
            self.spans[index][feature].map { column in
                (0..<self.rows.count).map { self.features[index][$0, column] }
            }
        }
    }

    func predict() -> Matrix { self.model.predict(self.features) }

    /// Predicts with the feature's value in row i taken from row `sources[i]`.
    func predict(dealing feature: Int, from sources: [Int]) -> Matrix {
        self.model.predict(
            self.features.indices.map { index in
                self.features[index].replacing(
                    self.spans[index][feature], with: self.features[index], at: sources)
            })
    }

    /// Predicts the rows at `places` with the feature set to what `values` hold in a row of theirs.
    ///
    /// - Parameter values: encoded by each encoder of the model.
    func predict(_ places: [Int], setting feature: Int, to values: [Matrix], row: Int) -> Matrix {
        let sources = Array(repeating: row, count: places.count)
        return self.model.predict(
            self.features.indices.map { index in
                self.features[index].rows(at: places)
                    .replacing(self.spans[index][feature], with: values[index], at: sources)
            })
    }
}

extension Matrix {
    /// The matrix with some columns taken from `other`, row i from its row `sources[i]`.
    fileprivate func replacing(
        _ columns: Range<Int>, with other: Matrix, at sources: [Int]
    ) -> Matrix {
        var changed = self
        for (row, source) in sources.enumerated() {
            for column in columns { changed[row, column] = other[source, column] }
        }
        return changed
    }
}

extension Workbench {
    /// Fits `ensemble` on what folds keep, one after the other, until `count` rows that they hold
    /// out are together, or `most` folds are done.
    mutating func heldOutSamples(
        of ensemble: Ensemble, rows count: Int, folds most: Int, _ generator: inout SeededGenerator
    ) throws(EvaluationError) -> [HeldOutSample] {
        var samples: [HeldOutSample] = []
        var missing = count
        for fold in 0..<min(self.folds.count, most) where missing > 0 {
            var prepared: [Prepared] = []
            let model = try FittedModel.fit(ensemble, self.dataset) {
                (form, features) throws(EvaluationError) in
                let own = try self.prepare(fold, form, features: features)
                prepared.append(own)
                return (own.encoder, own.training)
            }
            let all = prepared[0].rows
            let places = generator.sample(missing, of: all.count)
            samples.append(
                HeldOutSample(
                    model: model, rows: places.map { all[$0] },
                    features: prepared.map { $0.heldOut.rows(at: places) }))
            missing -= places.count
        }
        return samples
    }

    /// What `ensemble` predicts for every row that some fold holds out; other rows have zeros.
    ///
    /// - Parameter metrics: those of the trials: what they found is not computed again.
    mutating func heldOutPredictions(
        of ensemble: Ensemble, metrics: [Metric]
    ) throws(EvaluationError) -> Matrix {
        var parts: [Matrix] = []
        for member in ensemble.members {
            if metrics == [.stability] {
                parts.append(try self.predictions(of: member.recipe) { _, _, _ in })
            } else {
                parts.append(try self.evaluate(member.recipe, metrics: metrics).predictions)
            }
        }
        return ensemble.pooling.combine(
            parts, ensemble.members.map(\.weight), areClasses: self.dataset.task == .classification)
    }
}
