import Testing

@testable import Engine

/// Models written as ONNX, with tables and what we predict for them, for `onnx_check.py` to have
/// onnxruntime predict the same.
struct ONNXRig {
    private let cases: ClientCases

    init() throws { self.cases = try ClientCases(script: "onnx_check.py") }

    /// - Parameters:
    ///   - frame: the model's features; other columns are left out.
    ///   - floor: a difference that is none, however small the number.
    ///   - given: what onnxruntime gets instead of `frame`.
    func add(
        _ name: String, _ model: FittedModel, _ frame: Frame, floor: Double, given: Frame? = nil
    ) throws {
        let prediction = try model.predict(frame)
        let columns = try model.encoders[0].columns.map { column in
            try Self.json(#require((given ?? frame).column(named: column.name)))
        }
        let names = ONNXOutputNames(avoiding: model.encoders[0].columns.map(\.name))
        let labels = (0..<(model.task == .classification ? prediction.rows : 0)).map { row in
            JSON.string(model.label(prediction, row: row)?.revealed ?? "")
        }
        let expectation = JSON.object([
            "columns": .array(columns),
            "expected": .array(
                (0..<prediction.rows).map { row in
                    .array((0..<prediction.columns).map { .number(prediction[row, $0]) })
                }),
            "labels": .array(labels),
            "classes": .array(model.classNames.map { .string($0.revealed) }),
            "outputs": .object([
                "label": .string(names.label), "probabilities": .string(names.probabilities),
                "prediction": .string(names.prediction),
            ]),
            "floor": .number(floor),
        ])
        let bytes = try ONNXModel.encode(model, version: "test")
        try self.cases.add(name, ["model.onnx": bytes], expectation)
    }

    /// Demands that onnxruntime agrees on all that was added.
    func check() throws { try self.cases.check() }

    /// Compares all that was added, and clears it away.
    func run() throws -> (agrees: Bool, output: String) { try self.cases.run() }

    private static func json(_ column: Frame.Column) -> JSON {
        switch column.values {
        case .numeric(let numbers), .dates(let numbers):
            .object([
                "name": .string(column.name), "kind": "number",
                "values": .array(numbers.map { $0.isNaN ? .null : .number($0) }),
            ])
        case .categorical(let categories), .texts(let categories):
            .object([
                "name": .string(column.name), "kind": "text",
                "values": .array(
                    categories.codes.map {
                        $0 < 0 ? .null : .string(categories.levels[Int($0)].revealed)
                    }),
            ])
        }
    }
}
