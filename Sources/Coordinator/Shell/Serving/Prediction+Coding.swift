package import Engine
import Privacy
package import Wire

extension NamedRows {
    /// The rows of a request, held against the bounds before anything is made of them.
    package init(_ message: Assay_V1_PredictRequest) throws {
        guard message.rows.count <= Limits.predictedRowsMax else {
            throw WireError("rows", "holds more than \(Limits.predictedRowsMax) items")
        }
        let values = message.rows.reduce(0) { $0 + $1.values.count }
        guard values <= Limits.predictedValuesMax else {
            throw WireError("rows", "holds more than \(Limits.predictedValuesMax) values")
        }
        guard message.columns.count <= Int(Limits.columnsMax) else {
            throw WireError("columns", "holds more than \(Limits.columnsMax) items")
        }
        do throws(TableError) {
            try self.init(
                columns: message.columns.map { Private($0) },
                rows: message.rows.map { $0.values.map(NamedRows.Value.init) })
        } catch {
            throw WireError("rows", "make no table: \(error)")
        }
    }
}

extension NamedRows.Value {
    fileprivate init(_ message: Assay_V1_Value) {
        switch message.value {
        case .number(let number): self = .number(number)
        case .text(let text): self = .text(Private(text))
        case nil: self = .missing
        }
    }
}

extension Assay_V1_PredictResponse {
    /// - Requires: `values` is what `model` predicts.
    init(_ values: Matrix, by model: FittedModel) {
        self.init()
        if model.task == .classification { self.classes = model.classNames.map(\.revealed) }
        self.predictions = (0..<values.rows).map { row in
            var prediction = Assay_V1_Prediction()
            if let label = model.label(values, row: row) {
                prediction.label = label.revealed
            } else {
                prediction.number = values[row, 0]
            }
            switch model.task {
            case .classification:
                prediction.probabilities = (0..<values.columns).map { values[row, $0] }
            case .anomalyDetection: prediction.score = values[row, 0]
            case .regression: break
            }
            return prediction
        }
    }
}
