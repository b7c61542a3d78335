import Wire

/// A user's program as a job file describes it.
///
/// ```yaml
/// task: command
/// command: [python3, train.py]        # each argument a word: no shell reads it
/// files: { train.py: src/train.py }   # the name that the program sees: the path beside this file
/// environment: { PYTHONHASHSEED: "0" }
/// parameters:
///   learning_rate: { low: 1e-4, high: 1.0, scale: log }
///   depth: { low: 2, high: 12, integer: true }
///   booster: [gbtree, dart]           # texts, numbers, true or false
/// metric: accuracy
/// direction: maximise
/// resources: { memory: 512MiB, cpu_time: 60s, wall_time: 120s, scratch: 256MiB, processes: 64 }
/// outputs: [model.bin]
/// network: false
/// early_stopping: median
/// ```
extension JobFile {
    struct Program: Equatable {
        let arguments: [String]
        let environment: [EnvironmentVariable]
        let files: [File]
        let outputs: [String]
        let parameters: [CommandParameter]
        let metric: String
        let direction: Direction
        let stopping: CommandJob.Stopping
        let resources: CommandResources
        let network: CommandNetwork

        struct File: Equatable {
            /// In the program's directory.
            let name: String
            /// On this machine.
            let path: String
        }
    }

    private enum Word {
        enum Direction: String, CaseIterable { case maximise, minimise }
        enum Stopping: String, CaseIterable { case none, median }
        enum Scale: String, CaseIterable { case linear, log }
    }

    static func program(
        _ root: inout StrictYAML.Mapping, folder: String
    ) throws(InputError) -> Program {
        let command = try root.required("command", example: "command: [python3, train.py]")
        let files = try Self.named(root.value("files"), as: .file) { value throws(InputError) in
            Self.path(try value.text(), in: folder)
        }
        let environment = try Self.named(root.value("environment"), as: .variable) {
            value throws(InputError) in
            try Self.checked(value, as: .argument, mayBeEmpty: true)
        }
        let parameters = try Self.named(root.value("parameters"), as: .parameter, Self.parameter)
        let metric = try root.required("metric", example: "metric: accuracy")
        let direction = try root.required("direction", example: "direction: maximise")
            .choice(Word.Direction.self)
        let stopping = try root.value("early_stopping").map { value throws(InputError) in
            try value.choice(Word.Stopping.self)
        }
        let network = try root.value("network").map { value throws(InputError) in
            try value.flag()
        }
        return Program(
            arguments: try Self.arguments(command),
            environment: environment.map { EnvironmentVariable($0, $1) },
            files: files.map { Program.File(name: $0, path: $1) },
            outputs: try Self.outputs(root.value("outputs")),
            parameters: parameters.map { CommandParameter($0, $1) },
            metric: try Self.checked(metric, as: .metric),
            direction: direction == .maximise ? .maximise : .minimise,
            stopping: stopping == .median ? .median : .none,
            resources: try Self.resources(root.value("resources")),
            network: network == true ? .host : .none)
    }

    // MARK: Names

    /// What a mapping of names to values holds, each name one that the wire takes.
    private static func named<Item>(
        _ value: StrictYAML.Value?, as kind: CommandText,
        _ read: (StrictYAML.Value) throws(InputError) -> Item
    ) throws(InputError) -> [(String, Item)] {
        guard let value else { return [] }
        var items: [(String, Item)] = []
        for (name, item) in try value.entries() {
            if let problem = kind.problem(with: name) {
                throw item.wrong("has a name that \(problem)")
            }
            items.append((name, try read(item)))
        }
        guard items.count <= kind.countMax else {
            throw value.wrong("holds more than \(kind.countMax) items")
        }
        return items
    }

    private static func checked(
        _ value: StrictYAML.Value, as kind: CommandText, mayBeEmpty: Bool = false
    ) throws(InputError) -> String {
        let text = mayBeEmpty ? try value.scalar() : try value.text()
        if let problem = kind.problem(with: text) { throw value.wrong(problem) }
        return text
    }

    private static func arguments(_ value: StrictYAML.Value) throws(InputError) -> [String] {
        var arguments: [String] = []
        for item in try value.items() {
            arguments.append(
                try Self.checked(item, as: .argument, mayBeEmpty: !arguments.isEmpty))
        }
        guard (1...Limits.argumentsMax).contains(arguments.count) else {
            throw value.wrong("must be 1 to \(Limits.argumentsMax) words, the program first")
        }
        return arguments
    }

    private static func outputs(_ value: StrictYAML.Value?) throws(InputError) -> [String] {
        guard let value else { return [] }
        var outputs: [String] = []
        for item in try value.items() {
            let name = try Self.checked(item, as: .output)
            guard !outputs.contains(name) else { throw item.wrong("is named twice") }
            outputs.append(name)
        }
        guard outputs.count <= Limits.blobsPerTrialMax else {
            throw value.wrong("names more than \(Limits.blobsPerTrialMax) files")
        }
        return outputs
    }

    // MARK: Parameters

    private static func parameter(
        _ value: StrictYAML.Value
    ) throws(InputError) -> CommandParameter.Kind {
        guard value.isList else { return try Self.range(value) }
        var choices: [ChoiceValue] = []
        for item in try value.items() {
            let choice = try item.choiceValue()
            if case .text(let text) = choice, let problem = CommandText.metric.problem(with: text),
                !text.isEmpty
            {
                throw item.wrong(problem)
            }
            guard !choices.contains(choice) else { throw item.wrong("is named twice") }
            choices.append(choice)
        }
        guard (1...Limits.choicesMax).contains(choices.count) else {
            throw value.wrong("must be 1 to \(Limits.choicesMax) choices")
        }
        return .choice(choices)
    }

    private static func range(
        _ value: StrictYAML.Value
    ) throws(InputError) -> CommandParameter.Kind {
        var mapping = try value.mapping()
        let low = try mapping.required("low", example: "low: 0.1")
        let high = try mapping.required("high", example: "high: 1.0")
        let scale = try mapping.value("scale").map { value throws(InputError) in
            try value.choice(Word.Scale.self)
        }
        let isWhole = try mapping.value("integer").map { value throws(InputError) in
            try value.flag()
        }
        try mapping.finish()
        let kind: CommandParameter.Kind
        let wireScale: CommandParameter.Scale = scale == .log ? .log : .linear
        if isWhole == true {
            let bounds = -Limits.wholeMax...Limits.wholeMax
            let (low, high) = (try low.integer(in: bounds), try high.integer(in: bounds))
            guard low < high else { throw value.wrong("must have a low below its high") }
            kind = .whole(low...high, wireScale)
        } else {
            let (low, high) = (try low.number(), try high.number())
            guard low < high, (high - low).isFinite else {
                throw value.wrong("must have a low below its high")
            }
            kind = .real(low...high, wireScale)
        }
        guard kind.isPositive || wireScale == .linear else {
            throw value.wrong("must have a low above 0 on a logarithmic scale")
        }
        return kind
    }

    // MARK: Resources

    private static func resources(
        _ value: StrictYAML.Value?
    ) throws(InputError) -> CommandResources {
        var mapping = try value?.mapping()
        let wall =
            try mapping?.value("wall_time")?.duration(in: Limits.commandTime) ?? .seconds(3600)
        let resources = CommandResources(
            memoryBytes: try mapping?.value("memory")?.bytes(in: Limits.commandMemoryBytes)
                ?? 1 << 30,
            cpuTime: try mapping?.value("cpu_time")?.duration(in: Limits.commandTime) ?? wall,
            wallTime: wall,
            scratchBytes: try mapping?.value("scratch")?.bytes(in: Limits.commandScratchBytes)
                ?? 1 << 30,
            processes: try mapping?.value("processes")?.integer(in: Limits.commandProcesses) ?? 64)
        try mapping?.finish()
        return resources
    }
}

extension CommandParameter.Kind {
    fileprivate var isPositive: Bool {
        switch self {
        case .real(let range, _): range.lowerBound > 0 && range.lowerBound.isNormal
        case .whole(let range, _): range.lowerBound > 0
        case .choice: true
        }
    }
}
