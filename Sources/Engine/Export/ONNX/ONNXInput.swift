/// A feature column as a graph's input.
struct ONNXInput {
    let name: String
    let isText: Bool
    /// What the schema repairs where a table is read; nil where it repairs nothing.
    let repair: Repair?

    enum Repair {
        case bounds(Schema.Bounds)
        /// Any other text is taken as missing.
        case categories([String])
    }

    /// Every column that a table to predict from has, also those that no encoder looks at: whoever
    /// hands over a table hands over all of it.
    static func inputs(of model: FittedModel) -> [ONNXInput] {
        model.encoders[0].columns.enumerated().map { index, column in
            let known = model.schema.column(named: column.name)
            var isText = if case .categorical = known?.kind { true } else { false }
            for encoder in model.encoders {
                switch encoder.columns[index].encoding {
                case .oneHot, .rank: isText = true
                case .number, .standardized: isText = false
                default: break
                }
            }
            return ONNXInput(
                name: column.name, isText: isText, repair: known.flatMap(Self.repair(by:)))
        }
    }

    private static func repair(by column: Schema.Column) -> Repair? {
        guard column.remedy == .repair else { return nil }
        if case .numeric(let bounds) = column.kind { return .bounds(bounds) }
        if case .categorical(let categories?) = column.kind { return .categories(categories) }
        return nil
    }

    var element: ONNXElement { self.isText ? .text : .double }

    var about: String {
        self.isText ? "a text, empty where it is missing" : "a number, NaN where it is missing"
    }

    /// The input, its numbers within the schema's bounds; texts are repaired where they are looked
    /// up.
    func repaired(in graph: inout ONNXGraph) -> ONNXGraph.Value {
        var value = ONNXGraph.Value(name: self.name)
        guard case .bounds(let bounds) = self.repair else { return value }
        // By comparison, which leaves NaN alone.
        if let low = bounds.low {
            let bound = graph.scalar(low)
            value = graph.node("Where", graph.node("Less", value, bound), bound, value)
        }
        if let high = bounds.high {
            let bound = graph.scalar(high)
            value = graph.node("Where", graph.node("Greater", value, bound), bound, value)
        }
        return value
    }

    /// The categories that the schema lists, where any other text is to be taken as missing.
    var listed: [String]? {
        guard case .categories(let categories) = self.repair else { return nil }
        return categories
    }
}
