import CSeccomp
import Host
import Wire

/// Computes trials, one after the other, in this process and on this thread.
struct TrialComputer {
    private var attached: [Digest: SealedMemory] = [:]
    private var rooms: LessonRooms
    /// What others predicted, for the next trial.
    private var recalled: [(recipe: Recipe, memory: SealedMemory)] = []
    /// Candidates that took no longer are computed again sooner than their predictions are handed
    /// around.
    private let rememberedFrom: Duration

    static let rememberedFromStandard: Duration = .milliseconds(50)

    init(environmentClass: String, rememberedFrom: Duration = Self.rememberedFromStandard) {
        self.rooms = LessonRooms(environmentClass: environmentClass)
        self.rememberedFrom = rememberedFrom
    }

    mutating func attach(_ digest: Digest, _ memory: SealedMemory) {
        self.attached[digest] = memory
    }

    mutating func detach(_ digest: Digest) {
        self.attached[digest] = nil
        self.rooms.forget(digest)
    }

    /// What the recipe predicted for rows held out, in the lesson of the next trial.
    mutating func recall(_ recipe: Recipe, _ memory: SealedMemory) {
        self.recalled.append((recipe, memory))
    }

    /// What came of a trial.
    struct Computed {
        let outcome: Outcome
        /// The outputs that it names, in its order.
        var outputs: [SealedMemory] = []
        /// What a candidate predicted for rows held out, where that is worth keeping.
        var predictions: SealedMemory?
    }

    /// Computes a trial.
    ///
    /// - Throws: `WireError` when the worker orders what it has not prepared. That is no fault of
    ///   the trial, so it must not become its outcome.
    mutating func compute(
        _ trialClass: TrialClass, _ spec: TrialSpec
    ) throws(WireError) -> Computed {
        let meter = Meter()
        defer { self.recalled = [] }
        switch trialClass {
        case .idle(let duration, _):
            // Without work: the slot is held for a while.
            if duration > .zero { assay_sleep(duration.nanoseconds) }
            return Computed(outcome: Outcome(.scored(scores: [], outputs: []), cost: meter.read()))
        case .command:
            let failure = Failure(.refused, "this worker runs no commands")
            return Computed(outcome: Outcome(.failed(failure), cost: meter.read()))
        case .lesson(let lesson):
            guard let recipe = spec.recipe else { throw WireError("spec.recipe", "is missing") }
            for (name, blob) in lesson.namedBlobs where self.attached[blob.digest] == nil {
                throw WireError(name, "was not attached before")
            }
            return self.compute(lesson, recipe, spec, meter)
        }
    }

    private mutating func compute(
        _ lesson: Lesson, _ recipe: Recipe, _ spec: TrialSpec, _ meter: Meter
    ) -> Computed {
        let (recalled, rememberedFrom) = (self.recalled, self.rememberedFrom)
        do throws(ComputationError) {
            return try self.rooms.enter(lesson, self.attached) {
                (room) throws(ComputationError) in
                for (recipe, memory) in recalled { room.recall(memory, of: recipe) }
                let learned = try Self.learn(recipe, spec, in: &room)
                let result = Outcome.Result.scored(
                    scores: learned.scores, outputs: learned.files.map(\.0))
                let cost = meter.read()
                let isWorthIt =
                    spec.step.isSearch && spec.rows == nil && cost.wall >= rememberedFrom
                return Computed(
                    outcome: Outcome(result, cost: cost, members: learned.members),
                    outputs: learned.files.map(\.1),
                    predictions: isWorthIt ? room.remembered(of: recipe) : nil)
            }
        } catch {
            let failure = Failure(.computation, error.description)
            return Computed(outcome: Outcome(.failed(failure), cost: meter.read()))
        }
    }

    private static func learn(
        _ recipe: Recipe, _ spec: TrialSpec, in room: inout LessonRoom
    ) throws(ComputationError) -> Learned {
        switch spec.step {
        case .refit:
            try room.refit(recipe, scores: spec.scores, companions: spec.companions)
        case .idle, .portfolio, .sampling, .selection, .tuning:
            Learned(scores: try room.evaluate(recipe, rows: spec.rows))
        }
    }
}

/// What came of a trial in a lesson.
struct Learned {
    var scores: [Score]
    /// What a refit's model is of, where it is of several recipes.
    var members: [Outcome.Member] = []
    /// Of a refit: the files of its model.
    var files: [(Output, SealedMemory)] = []
}

/// Why a trial has no score: one sentence without any value of the data set.
package struct ComputationError: Error, Equatable, Sendable, CustomStringConvertible {
    package let description: String

    init(_ sentence: String) { self.description = sentence }
}
