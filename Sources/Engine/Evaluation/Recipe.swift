/// A model family with its hyperparameters and its seed: everything that a candidate is.
package struct Recipe: Equatable, Sendable {
    package let family: Family
    /// Sorted by name. What is not named takes the family's default.
    package let parameters: [Parameter]
    package let seed: UInt64

    package struct Parameter: Equatable, Sendable {
        package let name: String
        package let value: Double

        package init(_ name: String, _ value: Double) {
            self.name = name
            self.value = value
        }
    }

    package init(_ family: Family, _ parameters: [Parameter] = [], seed: UInt64 = 0) {
        self.family = family
        self.parameters = parameters.sorted { $0.name < $1.name }
        self.seed = seed
    }

    /// - Throws: `LearnerError` if no family has this name.
    package init(
        familyName: String, _ parameters: [Parameter], seed: UInt64
    ) throws(LearnerError) {
        guard let family = Family(rawValue: familyName) else {
            let known = Family.allCases.map(\.rawValue).joined(separator: ", ")
            throw LearnerError(.unknownFamily, "no family of that name; there are \(known)")
        }
        self.init(family, parameters, seed: seed)
    }

    /// The parameter that is no family's: how many columns of the table are learned from, those
    /// that stand first in the training rows' `FeatureRanking`.
    package static let features = "features"
    /// Beyond all columns that a table may have.
    private static let featuresMax = 1 << 20

    /// Nil: all columns.
    var features: Int? {
        self.parameters.first { $0.name == Self.features }
            .map { $0.value >= 1 ? Int(min($0.value, Double(Self.featuresMax))) : 1 }
    }

    func learner(for dataset: Dataset) throws(LearnerError) -> any Learner {
        guard dataset.constraints.isEmpty || self.family.keepsMonotone else {
            throw LearnerError(
                .unsupportedTask,
                "\(self.family.rawValue) cannot promise predictions that only rise or fall along a "
                    + "column")
        }
        return try self.learner(for: dataset.task)
    }

    func learner(for task: LearningTask) throws(LearnerError) -> any Learner {
        guard self.family.supports(task) else {
            throw LearnerError(
                .unsupportedTask, "\(self.family.rawValue) does not learn \(task.rawValue)")
        }
        return try self.family.learner(
            parameters: self.parameters.filter { $0.name != Self.features }
                .map { ($0.name, $0.value) })
    }
}
