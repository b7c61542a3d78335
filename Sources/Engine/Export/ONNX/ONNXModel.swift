private import Privacy

/// A fitted model in the Open Neural Network Exchange format, which runtimes of other languages
/// compute: docs/ONNX.md says what goes in and comes out.
///
/// Everything between is computed in double precision, with the operations of `predict`, so that
/// predictions agree up to the rounding of sums. Double precision at the inputs, too: a tree cuts
/// between two numbers of the table, and a number that was rounded to single precision may fall on
/// the other side.
///
/// See https://onnx.ai/onnx/
package enum ONNXModel {
    /// The longest file that is made, in bytes: readers refuse two GiB and more, and to read one
    /// takes a few times its size.
    package static let bytesMax = 1 << 30

    /// The format's version, and that of the sets of operators: the first ones that have a
    /// `TreeEnsemble` in double precision.
    private static let version = 10
    private static let operators = [(ONNXGraph.Domain.standard, 21), (.machineLearning, 5)]

    /// Equal models give equal bytes.
    ///
    /// - Parameter version: the producer's, to be written down.
    /// - Throws: `ExportError` if a member's family, a column's encoding or the task has no
    ///   counterpart, or the file would be longer than `bytesMax`.
    package static func encode(
        _ model: FittedModel, version: String, bytesMax: Int = Self.bytesMax
    ) throws(ExportError) -> [UInt8] {
        guard model.task != .anomalyDetection else {
            throw ExportError(
                .unsupportedTask, model.members[0].recipe.family,
                "a detector of anomalies (\(model.members[0].recipe.family.rawValue)) cannot be "
                    + "exported: ONNX models here predict classes or numbers")
        }
        let inputs = ONNXInput.inputs(of: model)
        let names = ONNXOutputNames(avoiding: inputs.map(\.name))
        var graph = ONNXGraph(names: inputs.map(\.name) + names.all, bytesMax: bytesMax)
        for input in inputs {
            graph.input(input.name, input.element, columns: 1, about: input.about)
        }
        let prediction = try Self.prediction(of: model, inputs, &graph)
        Self.answer(prediction, model, names, &graph)
        graph.name("assay_\(model.task.rawValue)")
        guard graph.hasRoom(for: 0) else { throw Self.tooLong(bytesMax) }
        var writer = ProtobufWriter()
        writer.integer(1, Self.version)
        writer.text(2, "assay")
        writer.text(3, version)
        for (domain, version) in Self.operators {
            writer.message(8) { set in
                set.text(1, domain.rawValue)
                set.integer(2, version)
            }
        }
        for entry in Self.metadata(of: model, inputs) {
            writer.message(14) { property in
                property.text(1, entry.name)
                property.text(2, entry.text)
            }
        }
        writer.message(7) { $0.fields(of: graph.writer) }
        guard writer.bytes.count <= bytesMax else { throw Self.tooLong(bytesMax) }
        return writer.bytes
    }

    private static func tooLong(_ bytesMax: Int) -> ExportError {
        ExportError(
            .tooLarge, nil, "as an ONNX file the model is longer than \(bytesMax) bytes")
    }

    /// What `FittedModel.predict` gives.
    private static func prediction(
        of model: FittedModel, _ inputs: [ONNXInput], _ graph: inout ONNXGraph
    ) throws(ExportError) -> ONNXGraph.Value {
        let repaired = inputs.map { $0.repaired(in: &graph) }
        var features: [ONNXGraph.Value] = []
        for encoder in model.encoders {
            features.append(try encoder.export(inputs, repaired, into: &graph))
        }
        var parts: [ONNXGraph.Value] = []
        for member in model.members {
            parts.append(
                try member.predictor.exported(
                    member.recipe.family, features[member.encoder], into: &graph))
        }
        return Self.combined(parts, model, &graph)
    }

    /// What `Pooling.combine` gives.
    private static func combined(
        _ parts: [ONNXGraph.Value], _ model: FittedModel, _ graph: inout ONNXGraph
    ) -> ONNXGraph.Value {
        if parts.count == 1, model.pooling == .plain { return parts[0] }
        func sum(_ parts: [ONNXGraph.Value]) -> ONNXGraph.Value {
            graph.node(
                "Sum",
                zip(parts, model.members).map { part, member in
                    graph.node("Mul", part, graph.scalar(member.weight))
                })
        }
        func logarithm(_ value: ONNXGraph.Value, from least: Double) -> ONNXGraph.Value {
            graph.node("Log", graph.node("Max", value, graph.scalar(least)))
        }
        switch model.pooling {
        case .average(let temperature):
            let average = sum(parts)
            guard model.task == .classification, temperature != 1 else { return average }
            let scores = logarithm(average, from: 1e-300)
            return graph.softmax(graph.node("Div", scores, graph.scalar(temperature)))
        case .stacked(let offsets):
            let least = Stacking.probabilityMin(classes: model.outputs)
            let scores = graph.node(
                "Add", sum(parts.map { logarithm($0, from: least) }),
                graph.constant(ONNXTensor([1, offsets.count], .doubles(offsets))))
            return graph.softmax(scores)
        }
    }

    /// Gives what was predicted the names that callers ask for.
    private static func answer(
        _ prediction: ONNXGraph.Value, _ model: FittedModel, _ names: ONNXOutputNames,
        _ graph: inout ONNXGraph
    ) {
        guard model.task == .classification else {
            graph.node("Identity", [prediction], outputs: [.init(name: names.prediction)])
            return graph.output(
                names.prediction, .double, columns: 1, about: "the number predicted")
        }
        let decision =
            model.thresholds.isEmpty
            ? prediction
            : graph.node(
                "Div", prediction,
                graph.constant(ONNXTensor([1, model.outputs], .doubles(model.thresholds))))
        let chosen = graph.node("ArgMax", decision) {
            $0.attribute("axis", 1)
            $0.attribute("keepdims", 0)
        }
        let classes = graph.constant(.texts(model.classNames.map(\.revealed)))
        graph.node("Gather", [classes, chosen], outputs: [.init(name: names.label)])
        graph.node("Identity", [prediction], outputs: [.init(name: names.probabilities)])
        graph.output(names.label, .text, columns: nil, about: "the class that is chosen")
        graph.output(
            names.probabilities, .double, columns: model.outputs,
            about: "of every class, in the order of the metadata's classes")
    }

    /// By name.
    private static func metadata(
        of model: FittedModel, _ inputs: [ONNXInput]
    ) -> [Safetensors.Entry] {
        let members = model.members.map { member in
            JSON.object([
                "family": .string(member.recipe.family.rawValue), "weight": .number(member.weight),
            ])
        }
        var entries = [
            Safetensors.Entry(
                "dates",
                Self.text(
                    .array(inputs.filter { $0.kind == .date }.map { .string($0.name) }))),
            Safetensors.Entry("pooling", Self.text(model.pooling.json)),
            Safetensors.Entry("members", Self.text(.array(members))),
            Safetensors.Entry("task", model.task.rawValue),
        ]
        if model.task == .classification {
            let names = model.classNames.map { JSON.string($0.revealed) }
            entries.append(.init("classes", Self.text(.array(names))))
            entries.append(
                .init(
                    "thresholds", Self.text(.array(model.thresholds.map { .number($0) }))))
        }
        if let target = model.target { entries.append(.init("target", target)) }
        return entries.sorted { $0.name < $1.name }
    }

    private static func text(_ json: JSON) -> String {
        String(decoding: json.encoded(), as: UTF8.self)
    }
}

/// What the outputs are called. A feature keeps its name: where an output's is taken, underscores
/// follow it.
struct ONNXOutputNames {
    let label: String
    let probabilities: String
    let prediction: String

    var all: [String] { [self.label, self.probabilities, self.prediction] }

    init(avoiding names: [String]) {
        let taken = Set(names)
        func free(_ name: String) -> String {
            var free = name
            while taken.contains(free) { free += "_" }
            return free
        }
        self.label = free("label")
        self.probabilities = free("probabilities")
        self.prediction = free("prediction")
    }
}
