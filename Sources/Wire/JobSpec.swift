/// What a user submits.
package struct JobSpec: Hashable, Sendable {
    package let name: String
    /// 0 to 100, higher first; 50 unless the user says otherwise.
    package let priority: Int
    package let seed: UInt64
    package let budget: Budget
    package let kind: Kind

    package enum Kind: Hashable, Sendable {
        case idle(trials: UInt32, duration: Duration, data: Blob? = nil)
        case learning(LearningJob)
        case command(CommandJob)

        /// Whether its trials are known from the start; others are searched for.
        package var isIdle: Bool {
            if case .idle = self { true } else { false }
        }
    }

    package init(name: String, priority: Int, seed: UInt64, budget: Budget, kind: Kind) {
        self.name = name
        self.priority = priority
        self.seed = seed
        self.budget = budget
        self.kind = kind
    }

    /// The metric that a search goes by, and which way; nil for an idle job.
    package var objective: (metric: String, direction: Direction)? {
        switch self.kind {
        case .idle: nil
        case .learning(let job): job.lesson.metrics.first.map { ($0, job.direction) }
        case .command(let job): (job.command.metric, job.direction)
        }
    }

    /// What its trials read.
    package var blobs: [Blob] {
        switch self.kind {
        case .idle(_, _, let data): data.map { [$0] } ?? []
        case .learning(let job): job.lesson.blobs
        case .command(let job): job.command.files.map(\.blob)
        }
    }
}

/// What a job may use; whichever is used up first ends the search.
package struct Budget: Hashable, Sendable {
    package let trials: UInt32?
    /// From the job's acceptance to its end, refit included, by the head's clock.
    package let time: Duration?

    package init(trials: UInt32?, time: Duration?) {
        self.trials = trials
        self.time = time
    }
}

/// A search for the best model of a table.
package struct LearningJob: Hashable, Sendable {
    package let lesson: Lesson
    /// Of the first metric.
    package let direction: Direction
    /// Families to try; none means all that suit the task.
    package let families: [String]
    /// Whether several candidates may make the model together.
    package let ensembles: Bool
    /// The share of rows that are anomalies, up to a half; nil where nobody knows.
    package let contamination: Double?
    package let rows: UInt64
    /// Features, without the target.
    package let columns: UInt32
    /// Distinct values of the target; 0 for regression.
    package let classes: UInt32
    /// What became of the table before; nil where nobody looked.
    package let data: DataReport?
    /// What the user says of the search.
    package let search: SearchTerms

    package init(
        lesson: Lesson, direction: Direction, families: [String], ensembles: Bool = true,
        contamination: Double? = nil, rows: UInt64, columns: UInt32, classes: UInt32,
        data: DataReport? = nil, search: SearchTerms = .standard
    ) {
        self.lesson = lesson
        self.direction = direction
        self.families = families
        self.ensembles = ensembles
        self.contamination = contamination
        self.rows = rows
        self.columns = columns
        self.classes = classes
        self.data = data
        self.search = search
    }
}

/// A search for the parameters with which a user's program scores best.
package struct CommandJob: Hashable, Sendable {
    package let command: Command
    /// Of the command's metric.
    package let direction: Direction
    package let stopping: Stopping

    /// Whether a trial may be ended before it has finished, by its intermediate scores.
    package enum Stopping: String, Hashable, Sendable {
        case none, median
    }

    package init(command: Command, direction: Direction, stopping: Stopping) {
        self.command = command
        self.direction = direction
        self.stopping = stopping
    }
}

/// Which of two scores is the better one.
package enum Direction: String, Hashable, Sendable {
    case maximise, minimise

    /// Whether `score` beats `other`; not-a-number beats nothing.
    package func prefers(_ score: Double, to other: Double) -> Bool {
        switch self {
        case .maximise: score > other
        case .minimise: score < other
        }
    }
}
