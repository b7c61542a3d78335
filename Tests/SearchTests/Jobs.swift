import Search
import Wire

/// Jobs as the tests need them.
enum Jobs {
    static func job(
        _ task: LearningTask = .classification, families: [String] = [], rows: UInt64 = 5000,
        columns: UInt32 = 12, classes: UInt32 = 2, direction: Direction = .maximise,
        metric: String = "m", monotone: [MonotoneTerm] = [],
        search: SearchTerms = .standard
    ) -> LearningJob {
        let blob = Blob(digest: Digest(sha256: [UInt8](repeating: 7, count: 32)), size: 1)
        let lesson = Lesson(
            task: task, data: blob, schema: blob, target: "y", metrics: [metric], folds: 5,
            foldSeed: 1, monotone: monotone)
        return LearningJob(
            lesson: lesson, direction: direction, families: families, rows: rows,
            columns: columns, classes: task == .regression ? 0 : classes,
            search: search)
    }
}

extension Study {
    /// A search whose budget bounds no time, so that every candidate has all rows.
    init(job: LearningJob, trials: UInt32?, seed: UInt64) {
        self.init(job: job, budget: Budget(trials: trials, time: nil), seed: seed)
    }

    /// Carries a search on until it holds `count` candidates, each observed at once.
    ///
    /// - Returns: The specs, in order.
    @discardableResult
    mutating func run(
        to count: Int, _ score: (TrialSpec) -> Observation
    ) -> [TrialSpec] {
        var specs: [TrialSpec] = []
        while specs.count < count {
            let proposed = self.propose(1)
            guard let spec = proposed.first else { return specs }
            self.adopt(proposed)
            self.observe(UInt32(specs.count), score(spec))
            specs.append(spec)
        }
        return specs
    }
}

extension TrialSpec {
    func value(_ name: String) -> Double? {
        self.recipe?.parameters.first { $0.name == name }?.value
    }

    var family: String { self.recipe?.family ?? "" }
}
