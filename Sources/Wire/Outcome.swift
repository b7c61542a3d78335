/// How a trial ended.
package struct Outcome: Hashable, Sendable {
    package let result: Result
    package let cost: Cost
    /// What a refit's model was made from; empty of any other trial, and of one recipe alone.
    package let members: [Member]

    package enum Result: Hashable, Sendable {
        case scored(scores: [Score], outputs: [Output])
        case failed(Failure)
    }

    package init(_ result: Result, cost: Cost, members: [Member] = []) {
        self.result = result
        self.cost = cost
        self.members = members
    }

    /// How much of a model is of one recipe.
    package struct Member: Hashable, Sendable {
        /// 0 is the refit's own recipe, n its nth companion.
        package let recipe: Int
        /// Above 0; all together are 1.
        package let weight: Double

        package init(recipe: Int, weight: Double) {
            self.recipe = recipe
            self.weight = weight
        }
    }

    /// The value of a metric, when the trial was scored on it.
    package func score(_ metric: String) -> Double? {
        guard case .scored(let scores, _) = self.result else { return nil }
        return scores.first { $0.metric == metric }?.value
    }
}

extension TrialSpec {
    /// The recipe that a member of the refit's model is of; nil when there is none.
    package func recipe(of member: Outcome.Member) -> Recipe? {
        if member.recipe == 0 { return self.recipe }
        let index = member.recipe - 1
        return self.companions.indices.contains(index) ? self.companions[index] : nil
    }
}

package struct Score: Hashable, Sendable {
    package let metric: String
    package let value: Double

    package init(_ metric: String, _ value: Double) {
        self.metric = metric
        self.value = value
    }
}

/// A file that a trial made, such as a model's manifest.
package struct Output: Hashable, Sendable {
    package let name: String
    package let blob: Blob

    package init(name: String, blob: Blob) {
        self.name = name
        self.blob = blob
    }
}

/// Why a trial has no score. It is final: running it again would give the same.
package struct Failure: Hashable, Sendable {
    package let code: Code
    /// One sentence for people, without any value of a data set.
    package let reason: String

    package enum Code: String, Hashable, Sendable {
        /// The model could not be computed from these rows.
        case computation
        case timeLimit = "time_limit"
        /// Too many leases of it were lost.
        case poison
        case cancelled
        /// The program of a command ended badly, or left no score or not the outputs it announced.
        case command
        /// The program of a command wanted more memory than its job gave it.
        case memoryLimit = "memory_limit"
        /// The worker's policy does not admit the command: it has changed since the lease.
        case refused
    }

    package init(_ code: Code, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

/// What a trial used.
package struct Cost: Hashable, Sendable {
    package let cpu: Duration
    package let wall: Duration
    /// The runner's peak resident size, in bytes.
    package let memoryBytes: UInt64

    package init(cpu: Duration, wall: Duration, memoryBytes: UInt64) {
        self.cpu = cpu
        self.wall = wall
        self.memoryBytes = memoryBytes
    }

    package static let none = Cost(cpu: .zero, wall: .zero, memoryBytes: 0)
}
