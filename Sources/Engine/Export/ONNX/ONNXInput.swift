/// A feature column as a graph's input.
struct ONNXInput {
    let name: String
    let kind: Kind
    /// What the schema repairs where a table is read; nil where it repairs nothing.
    let repair: Repair?

    enum Kind { case number, text, date }

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
            let encoded = model.encoders.compactMap { $0.columns[index].encoding.inputKind }.first
            return ONNXInput(
                name: column.name, kind: encoded ?? Self.kind(by: known),
                repair: known.flatMap(Self.repair(by:)))
        }
    }

    private static func kind(by column: Schema.Column?) -> Kind {
        switch column?.kind {
        case .numeric: .number
        case .date: .date
        default: .text
        }
    }

    private static func repair(by column: Schema.Column) -> Repair? {
        guard column.remedy == .repair else { return nil }
        if case .numeric(let bounds) = column.kind { return .bounds(bounds) }
        if case .categorical(let categories?) = column.kind { return .categories(categories) }
        return nil
    }

    var element: ONNXElement { self.kind == .text ? .text : .double }

    var about: String {
        switch self.kind {
        case .number: "a number, NaN where it is missing"
        case .text: "a text, empty where it is missing"
        case .date: "seconds since 1970-01-01 00:00 UTC, NaN where it is missing"
        }
    }

    /// The input, its numbers within the schema's bounds; texts are repaired where they are looked
    /// up.
    func repaired(in graph: inout ONNXGraph) -> ONNXGraph.Value {
        let value = ONNXGraph.Value(name: self.name)
        guard case .bounds(let bounds) = self.repair else { return value }
        return graph.bounded(value, from: bounds.low, to: bounds.high)
    }

    /// The categories that the schema lists, where any other text is to be taken as missing.
    var listed: [String]? {
        guard case .categories(let categories) = self.repair else { return nil }
        return categories
    }
}

extension Encoder.Encoding {
    /// What it takes; nil if it takes anything.
    fileprivate var inputKind: ONNXInput.Kind? {
        switch self {
        case .oneHot, .rank, .targetMeans, .oneHotAndMeans: .text
        case .number, .standardized: .number
        case .dateParts, .dateCycles: .date
        default: nil
        }
    }
}
