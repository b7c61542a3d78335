import Wire

/// What a trial would compute: a pure function of what it is, as the promise of repeatable trials
/// has it. When it runs changes nothing but the time it takes, and where it runs only the last
/// bits, between environment classes.
enum Truth {
    enum Fate {
        case outcome(Outcome)
        /// The runner crashes, whoever runs it: the trial is poison.
        case crash
    }

    static let environments = ["simulated", "simulated/other", "simulated/third"]

    static func fate(
        _ spec: TrialSpec, _ trialClass: TrialClass, in environment: String
    ) -> Fate {
        guard let recipe = spec.recipe else {
            return .outcome(Outcome(.scored(scores: [], outputs: []), cost: .none))
        }
        if case .command = trialClass { return self.fate(ofCommand: recipe) }
        guard case .lesson(let lesson) = trialClass else {
            return .outcome(Outcome(.scored(scores: [], outputs: []), cost: .none))
        }
        let hash = Self.hash(recipe) ^ (spec.rows.map { Chance.mix(UInt64($0)) } ?? 0)
        let cost = Cost(
            cpu: .zero, wall: .milliseconds(20 + Int(hash % 300)), memoryBytes: 1 << 20)
        guard spec.step != .refit else {
            // Some winners cannot be fitted on all rows.
            if hash % 13 == 1 { return .outcome(Outcome(.failed(Self.failure), cost: cost)) }
            let model = Output(
                name: "manifest.json", blob: Self.blob(hash ^ Self.accent(of: environment)))
            return .outcome(Outcome(.scored(scores: [], outputs: [model]), cost: cost))
        }
        if hash % 19 == 2 { return .crash }
        if hash % 11 == 3 { return .outcome(Outcome(.failed(Self.failure), cost: cost)) }
        let accent = 1 + Double(Self.accent(of: environment)) * 1e-5
        let score = Score(lesson.metrics[0], Double(hash >> 11) / 0x1p53 * accent)
        let outputs = hash % 4 == 0 ? [Output(name: "folds", blob: Self.blob(hash))] : []
        return .outcome(Outcome(.scored(scores: [score], outputs: outputs), cost: cost))
    }

    /// A program's trial: some leave bytes that learning jobs read.
    private static func fate(ofCommand recipe: Recipe) -> Fate {
        let hash = Self.hash(recipe)
        let cost = Cost(
            cpu: .zero, wall: .milliseconds(50 + Int(hash % 900)), memoryBytes: 1 << 20)
        if hash % 19 == 2 { return .crash }
        if hash % 11 == 3 {
            let failure = Failure(.command, "exit code 1")
            return .outcome(Outcome(.failed(failure), cost: cost))
        }
        let output = Output(name: "model.bin", blob: Self.blob(hash % 3))
        let score = Score("rmse", Self.score(ofCommand: recipe, at: 4))
        return .outcome(
            Outcome(
                .scored(scores: [score], outputs: hash % 2 == 0 ? [output] : []), cost: cost))
    }

    /// What it has reached at a step, of 1 to 4: it gets better.
    static func score(ofCommand recipe: Recipe, at step: UInt32) -> Double {
        let end = Double(Self.hash(recipe) >> 11) / 0x1p53
        return end + (1 - end) / Double(step * step)
    }

    /// What tells an environment's results from another's.
    private static func accent(of environment: String) -> UInt64 {
        UInt64(Self.environments.firstIndex(of: environment) ?? 0)
    }

    private static let failure = Failure(.computation, "the matrix is singular")

    private static func hash(_ recipe: Recipe) -> UInt64 {
        var hash = Chance.mix(recipe.seed)
        for byte in recipe.family.utf8 { hash = Chance.mix(hash ^ UInt64(byte)) }
        for parameter in recipe.parameters {
            hash = Chance.mix(hash ^ parameter.value.bitPattern)
        }
        return hash
    }

    static func blob(_ hash: UInt64) -> Blob {
        let bytes = (0..<32).map { index in
            UInt8(truncatingIfNeeded: Chance.mix(hash &+ UInt64(index / 8)) >> (index % 8 * 8))
        }
        return Blob(digest: Digest(sha256: bytes), size: 1000 + hash % 1000)
    }
}
