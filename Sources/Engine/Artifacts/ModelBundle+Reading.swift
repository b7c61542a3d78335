import Privacy

extension ModelBundle {
    /// Reads the two files; they may come from anywhere.
    ///
    /// First check: the manifest is one of ours, of a version that we know. Second check: the
    /// weights are those that it names, before a byte of them is parsed. Third check: each part
    /// holds. Fourth check: the parts fit each other, so that a prediction can rely on all of them.
    ///
    /// Whether the manifest itself is to be trusted is for its signature to say.
    package init(
        manifest: [UInt8], weights: [UInt8], digest: ([UInt8]) -> String
    ) throws(ArtifactError) {
        let json = try JSON(decoding: manifest)
        guard try json.member("format").text("format") == Self.format else {
            throw ArtifactError(.badMember, "the manifest is of another format")
        }
        let version = try json.member("version").count("version")
        guard version == Self.version else {
            throw ArtifactError(
                .unsupportedVersion,
                "the manifest is of version \(version); this reader knows \(Self.version)")
        }
        let promise = try json.member("weights")
        guard try promise.member("bytes").count("bytes") == weights.count,
            try promise.member("digest").text("digest") == digest(weights)
        else {
            throw ArtifactError(
                .digestMismatch, "the weights are not those that the manifest was written for")
        }
        var scores: [Score] = []
        for member in try json.member("scores").members("scores") {
            scores.append(Score(member.name, try member.value.number("a score")))
        }
        var lineage: [Safetensors.Entry] = []
        for member in try json.member("lineage").members("lineage") {
            lineage.append(.init(member.name, try member.value.text("a lineage entry")))
        }
        let isOfSeries = try json.member("task").text("task") == FittedForecasts.task
        let model =
            isOfSeries
            ? Model.series(try FittedForecasts(json: json, weights: weights))
            : .table(try FittedModel(json: json, weights: weights))
        let images = try json.optionalMember("images").map { value throws(ArtifactError) in
            try ImageFeatures(value)
        }
        guard images.map({ model.ofTable?.takes($0) == true }) ?? true else {
            throw ArtifactError(.inconsistent, "the model does not take what pictures become")
        }
        self.init(model, images: images, scores: scores, lineage: lineage)
    }

    static func schema(_ json: JSON) throws(ArtifactError) -> Schema {
        let parts = try Schema.parts(of: json)
        do throws(SchemaError) {
            return try Schema(parts.columns, rules: parts.rules)
        } catch {
            throw ArtifactError(.badMember, "the schema is not valid: \(error)")
        }
    }

    /// What a manifest says of a recipe: its parameters and its seed.
    static func recipe(
        _ json: JSON
    ) throws(ArtifactError) -> (parameters: [Recipe.Parameter], seed: UInt64) {
        var parameters: [Recipe.Parameter] = []
        for member in try json.member("parameters").members("parameters") {
            parameters.append(.init(member.name, try member.value.number("a parameter")))
        }
        guard let seed = UInt64(try json.member("seed").text("seed")) else {
            throw ArtifactError(.badMember, "the seed is no whole number")
        }
        return (parameters, seed)
    }
}

extension FittedModel {
    fileprivate init(json: JSON, weights: [UInt8]) throws(ArtifactError) {
        let task: LearningTask = try json.member("task").choice("task")
        let target = try json.optionalMember("target").map { value throws(ArtifactError) in
            try value.text("target")
        }
        let classNames = try Self.classNames(json, task, target)
        var tensors = try Safetensors.decode(weights).tensors
        let encoders = try Self.encoders(json, &tensors)
        let schema = try Self.schema(json.member("schema"), target, encoders)
        let outputs = task == .classification ? classNames.count : 1
        var members: [Member] = []
        for item in try json.member("members").items("the members") {
            members.append(
                try Self.member(
                    item, members.count, &tensors, encoders, task,
                    outputs: outputs))
        }
        let pooling = try Self.pooling(json.member("pooling"), task, outputs)
        guard (1...Ensemble.membersMax).contains(members.count),
            Self.isWeighed(members.map(\.weight), for: pooling)
        else { throw ArtifactError(.badMember, "the members are none, too many, or not weighed") }
        guard Set(members.map(\.encoder)) == Set(encoders.indices), tensors.isEmpty else {
            throw ArtifactError(.inconsistent, "an encoder or a tensor is no member's")
        }
        let thresholds = try json.member("thresholds").numbers("the thresholds")
        guard thresholds.isEmpty || task == .classification && thresholds.count == outputs,
            thresholds.allSatisfy({ Thresholds.range.contains($0) })
        else { throw ArtifactError(.badMember, "the thresholds do not suit the classes") }
        self.init(
            task: task, schema: schema, target: target, classNames: classNames, members: members,
            encoders: encoders, pooling, thresholds: thresholds)
    }

    private static func pooling(
        _ json: JSON, _ task: LearningTask, _ outputs: Int
    ) throws(ArtifactError) -> Pooling {
        switch try json.member("kind").text("the pooling's kind") {
        case "average":
            let temperature = try json.member("temperature").number("temperature")
            guard Temperature.range.contains(temperature) else {
                throw ArtifactError(.badMember, "the temperature is too low or too high")
            }
            return .average(temperature: temperature)
        case "stacked":
            let offsets = try json.member("offsets").numbers("the offsets")
            guard task == .classification, offsets.count == outputs else {
                throw ArtifactError(.badMember, "the offsets do not suit the task")
            }
            return .stacked(offsets: offsets)
        default: throw ArtifactError(.badMember, "the members are combined in an unknown way")
        }
    }

    /// Each weight is above 0; those of an average are shares of it.
    private static func isWeighed(_ weights: [Double], for pooling: Pooling) -> Bool {
        switch pooling {
        case .average: abs(weights.reduce(0, +) - 1) < 1e-9
        case .stacked: weights.allSatisfy { $0 <= Stacking.weightMax }
        }
    }

    /// Takes the member's tensors out of `tensors`.
    private static func member(
        _ json: JSON, _ number: Int, _ tensors: inout [Tensor], _ encoders: [Encoder],
        _ task: LearningTask, outputs: Int
    ) throws(ArtifactError) -> Member {
        let recipe = try Self.recipe(json)
        let weight = try json.member("weight").number("a weight")
        let index = try json.member("encoder").count("an encoder")
        guard weight > 0, encoders.indices.contains(index) else {
            throw ArtifactError(.badMember, "a member has no weight, or no encoder")
        }
        let own = tensors.takePart(ModelBundle.prefix(of: number))
        let predictor: any Predictor
        do throws(LearnerError) {
            guard try recipe.learner(for: task).form == encoders[index].form else {
                throw LearnerError(.badTensor, "the encoder has another form than the family")
            }
            predictor = try recipe.family.predictor(from: own, outputs: outputs)
        } catch {
            throw ArtifactError(.inconsistent, "the model cannot be put together: \(error)")
        }
        if let columns = predictor.columns, columns != encoders[index].width {
            throw ArtifactError(
                .inconsistent,
                "the weights take \(columns) columns, the encoder makes \(encoders[index].width)")
        }
        return Member(recipe, weight: weight, encoder: index, predictor)
    }

    /// One or more, no more than there may be members, all of the same columns.
    private static func encoders(
        _ json: JSON, _ tensors: inout [Tensor]
    ) throws(ArtifactError) -> [Encoder] {
        var encoders: [Encoder] = []
        for item in try json.member("encoders").items("the encoders") {
            let own = tensors.takePart(ModelBundle.prefix(ofEncoder: encoders.count))
            encoders.append(try Encoder(json: item, tensors: own))
        }
        let names = encoders.map { $0.columns.map(\.name) }
        guard (1...Ensemble.membersMax).contains(encoders.count),
            names.allSatisfy({ $0 == names[0] })
        else { throw ArtifactError(.inconsistent, "the encoders are none, or do not pair") }
        return encoders
    }

    private static func classNames(
        _ json: JSON, _ task: LearningTask, _ target: String?
    ) throws(ArtifactError) -> [Private<String>] {
        let names = try json.member("classes").texts("classes").map { Private($0) }
        let counts =
            switch task {
            case .classification: 2...TableLimits.classesMax
            case .regression: 0...0
            case .anomalyDetection: target == nil ? 0...0 : 2...2
            }
        guard target != nil || task == .anomalyDetection else {
            throw ArtifactError(.badMember, "target is missing")
        }
        guard counts.contains(names.count), Set(names).count == names.count else {
            throw ArtifactError(.badMember, "the classes do not suit the task")
        }
        return names
    }

    private static func recipe(_ json: JSON) throws(ArtifactError) -> Recipe {
        let (parameters, seed) = try ModelBundle.recipe(json)
        return Recipe(try json.member("family").choice("family"), parameters, seed: seed)
    }

    /// The schema: the encoders' columns, of kinds that their encodings take, and the target.
    private static func schema(
        _ json: JSON, _ target: String?, _ encoders: [Encoder]
    ) throws(ArtifactError) -> Schema {
        let schema = try ModelBundle.schema(json)
        let features = schema.columns.filter { $0.name != target && $0.kind != .ignored }
        let columns = encoders[0].columns
        guard target.map({ schema.column(named: $0) != nil }) ?? true,
            features.count == columns.count
        else {
            throw ArtifactError(.inconsistent, "the schema has not the encoder's columns")
        }
        for (index, feature) in features.enumerated() {
            guard feature.name == columns[index].name,
                encoders.allSatisfy({ [nil, feature.kind.values].contains($0.kind(at: index)) })
            else {
                throw ArtifactError(
                    .inconsistent, "column \(feature.name) of the schema is not the encoder's")
            }
        }
        return schema
    }
}
