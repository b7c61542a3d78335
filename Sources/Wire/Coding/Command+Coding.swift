extension CommandJob {
    init(_ message: Assay_V1_CommandJob) throws(WireError) {
        self.init(
            command: try Command(message.command),
            direction: try Checked.choice(message.direction, "command.direction"),
            stopping: try Checked.choice(message.earlyStopping, "command.early_stopping"))
    }

    var message: Assay_V1_CommandJob {
        var message = Assay_V1_CommandJob()
        message.command = self.command.message
        message.direction = self.direction.rawValue
        message.earlyStopping = self.stopping.rawValue
        return message
    }
}

extension Command {
    init(_ message: Assay_V1_Command) throws(WireError) {
        let bytes: [UInt8] = message.written()
        guard bytes.count <= Limits.commandBytesMax else {
            throw WireError("command", "is longer than \(Limits.commandBytesMax) bytes")
        }
        let arguments = try Checked.count(
            message.arguments, "command.arguments", upTo: Limits.argumentsMax)
        guard arguments.first?.isEmpty == false else {
            throw WireError("command.arguments", "names no program")
        }
        let environment = try Checked.count(
            message.environment, "command.environment", upTo: Limits.environmentMax)
        let files = try Checked.count(message.files, "command.files", upTo: Limits.commandFilesMax)
        let outputs = try Checked.count(
            message.outputs, "command.outputs", upTo: Limits.blobsPerTrialMax)
        let parameters = try Checked.count(
            message.parameters, "command.parameters", upTo: Limits.parametersMax)
        self.init(
            arguments: try Checked.map(arguments) { (argument) throws(WireError) in
                try Checked.optionalText(
                    argument, "command.arguments", upTo: Limits.argumentBytesMax)
            },
            environment: try Checked.map(environment) { (variable) throws(WireError) in
                try EnvironmentVariable(variable)
            },
            files: try Checked.map(files) { (file) throws(WireError) in try CommandFile(file) },
            outputs: try Checked.map(outputs) { (name) throws(WireError) in
                try Checked.fileName(name, "command.outputs")
            },
            parameters: try Checked.map(parameters) { (parameter) throws(WireError) in
                try CommandParameter(parameter)
            },
            metric: try Checked.text(message.metric, "command.metric"),
            resources: try CommandResources(message.resources),
            network: try Checked.choice(message.network, "command.network"))
        try Checked.distinct(self.environment.map(\.name), "command.environment")
        try Checked.distinct(self.outputs, "command.outputs")
        try Checked.distinct(self.parameters.map(\.name), "command.parameters")
        try Checked.tree(self.files.map(\.name), "command.files")
    }

    var message: Assay_V1_Command {
        var message = Assay_V1_Command()
        message.arguments = self.arguments
        message.environment = self.environment.map { variable in
            var message = Assay_V1_EnvironmentVariable()
            message.name = variable.name
            message.value = variable.value
            return message
        }
        message.files = self.files.map { file in
            var message = Assay_V1_CommandFile()
            message.name = file.name
            message.blob = file.blob.message
            message.executable = file.isExecutable
            return message
        }
        message.outputs = self.outputs
        message.parameters = self.parameters.map(\.message)
        message.metric = self.metric
        message.resources = self.resources.message
        message.network = self.network.rawValue
        return message
    }
}

extension EnvironmentVariable {
    init(_ message: Assay_V1_EnvironmentVariable) throws(WireError) {
        let name = message.name
        try CommandText.variable.check(name, "command.environment.name")
        self.init(
            name,
            try Checked.optionalText(
                message.value, "command.environment.value", upTo: Limits.argumentBytesMax))
    }
}

extension CommandFile {
    init(_ message: Assay_V1_CommandFile) throws(WireError) {
        self.init(
            name: try Checked.relativePath(message.name, "command.files.name"),
            blob: try Blob(message.blob, "command.files.blob"), isExecutable: message.executable)
    }
}

extension CommandParameter {
    init(_ message: Assay_V1_CommandParameter) throws(WireError) {
        let name = message.name
        try CommandText.parameter.check(name, "command.parameters.name")
        switch try Checked.present(message.kind, "command.parameters.kind") {
        case .real(let range): self.init(name, try Self.real(range))
        case .whole(let range): self.init(name, try Self.whole(range))
        case .choice(let choices):
            let field = "command.parameters.choice"
            let values = try Checked.map(
                try Checked.count(choices.values, field, upTo: Limits.choicesMax)
            ) { (value) throws(WireError) in try ChoiceValue(value, field) }
            guard !values.isEmpty else { throw WireError(field, "is empty") }
            try Checked.distinct(values, field)
            self.init(name, .choice(values))
        }
    }

    private static func real(_ range: Assay_V1_RealRange) throws(WireError) -> Kind {
        let field = "command.parameters.real"
        guard range.low.isFinite, range.high.isFinite, range.low < range.high,
            (range.high - range.low).isFinite
        else { throw WireError(field, "is not a range from low to a higher high") }
        let scale: Scale = try Checked.choice(range.scale, "\(field).scale")
        guard scale == .linear || (range.low > 0 && range.low.isNormal) else {
            throw WireError("\(field).low", "is not positive, which a logarithmic scale needs")
        }
        return .real(range.low...range.high, scale)
    }

    private static func whole(_ range: Assay_V1_WholeRange) throws(WireError) -> Kind {
        let field = "command.parameters.whole"
        let bounds = -Limits.wholeMax...Limits.wholeMax
        let low = try Checked.number(range.low, "\(field).low", in: bounds)
        let high = try Checked.number(range.high, "\(field).high", in: bounds)
        guard low < high else {
            throw WireError(field, "is not a range from low to a higher high")
        }
        let scale: Scale = try Checked.choice(range.scale, "\(field).scale")
        guard scale == .linear || low > 0 else {
            throw WireError("\(field).low", "is not positive, which a logarithmic scale needs")
        }
        return .whole(low...high, scale)
    }

    var message: Assay_V1_CommandParameter {
        var message = Assay_V1_CommandParameter()
        message.name = self.name
        switch self.kind {
        case .real(let range, let scale):
            message.real.low = range.lowerBound
            message.real.high = range.upperBound
            message.real.scale = scale.rawValue
        case .whole(let range, let scale):
            message.whole.low = range.lowerBound
            message.whole.high = range.upperBound
            message.whole.scale = scale.rawValue
        case .choice(let values): message.choice.values = values.map(\.message)
        }
        return message
    }
}

extension ChoiceValue {
    package init(_ message: Assay_V1_ChoiceValue, _ field: String) throws(WireError) {
        switch try Checked.present(message.kind, field) {
        case .text(let text): self = .text(try Checked.optionalText(text, field))
        case .number(let number):
            guard number.isFinite else { throw WireError(field, "is not finite") }
            self = .number(number)
        case .boolean(let boolean): self = .boolean(boolean)
        }
    }

    var message: Assay_V1_ChoiceValue {
        var message = Assay_V1_ChoiceValue()
        switch self {
        case .text(let text): message.text = text
        case .number(let number): message.number = number
        case .boolean(let boolean): message.boolean = boolean
        }
        return message
    }
}

extension CommandResources {
    init(_ message: Assay_V1_CommandResources) throws(WireError) {
        self.init(
            memoryBytes: try Checked.number(
                message.memoryBytes, "resources.memory_bytes", in: Limits.commandMemoryBytes),
            cpuTime: try Self.time(message.cpuNanoseconds, "resources.cpu_nanoseconds"),
            wallTime: try Self.time(message.wallNanoseconds, "resources.wall_nanoseconds"),
            scratchBytes: try Checked.number(
                message.scratchBytes, "resources.scratch_bytes", in: Limits.commandScratchBytes),
            processes: try Checked.number(
                message.processes, "resources.processes", in: Limits.commandProcesses))
    }

    private static func time(_ nanoseconds: UInt64, _ field: String) throws(WireError) -> Duration {
        let range =
            Limits.commandTime.lowerBound.nanoseconds...Limits.commandTime.upperBound.nanoseconds
        return Duration(nanoseconds: try Checked.number(nanoseconds, field, in: range))
    }

    var message: Assay_V1_CommandResources {
        var message = Assay_V1_CommandResources()
        message.memoryBytes = self.memoryBytes
        message.cpuNanoseconds = self.cpuTime.nanoseconds
        message.wallNanoseconds = self.wallTime.nanoseconds
        message.scratchBytes = self.scratchBytes
        message.processes = self.processes
        return message
    }
}
