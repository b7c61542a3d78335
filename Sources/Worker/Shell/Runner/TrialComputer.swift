import CSeccomp
import Host
import Wire

/// Computes trials, one after the other, in this process and on this thread.
struct TrialComputer {
    private var attached: [Digest: SealedMemory] = [:]
    private var rooms: LessonRooms

    init(environmentClass: String) { self.rooms = LessonRooms(environmentClass: environmentClass) }

    mutating func attach(_ digest: Digest, _ memory: SealedMemory) {
        self.attached[digest] = memory
    }

    mutating func detach(_ digest: Digest) {
        self.attached[digest] = nil
        self.rooms.forget(digest)
    }

    /// The outcome, and the outputs that it names, in its order.
    ///
    /// - Throws: `WireError` when the worker orders what it has not prepared. That is no fault of
    ///   the trial, so it must not become its outcome.
    mutating func compute(
        _ trialClass: TrialClass, _ spec: TrialSpec
    ) throws(WireError) -> (outcome: Outcome, outputs: [SealedMemory]) {
        let meter = Meter()
        switch trialClass {
        case .idle(let duration, _):
            // Without work: the slot is held for a while.
            if duration > .zero { assay_sleep(duration.nanoseconds) }
            return (Outcome(.scored(scores: [], outputs: []), cost: meter.read()), [])
        case .command:
            let failure = Failure(.refused, "this worker runs no commands")
            return (Outcome(.failed(failure), cost: meter.read()), [])
        case .lesson(let lesson):
            guard let recipe = spec.recipe else { throw WireError("spec.recipe", "is missing") }
            for (name, blob) in lesson.namedBlobs where self.attached[blob.digest] == nil {
                throw WireError(name, "was not attached before")
            }
            do throws(ComputationError) {
                let learned = try self.rooms.enter(lesson, self.attached) {
                    (room) throws(ComputationError) in
                    try Self.learn(recipe, spec, in: &room)
                }
                let result = Outcome.Result.scored(
                    scores: learned.scores, outputs: learned.files.map(\.0))
                return (
                    Outcome(result, cost: meter.read(), members: learned.members),
                    learned.files.map(\.1)
                )
            } catch {
                let failure = Failure(.computation, error.description)
                return (Outcome(.failed(failure), cost: meter.read()), [])
            }
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
