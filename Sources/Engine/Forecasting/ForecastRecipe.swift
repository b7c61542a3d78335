/// A family with its parameters and its seed: everything that a candidate is.
package struct ForecastRecipe: Equatable, Sendable {
    package let family: ForecasterFamily
    /// Sorted by name. What is not named takes the family's default.
    package let parameters: [Recipe.Parameter]
    /// What a combination combines, its standard members if empty; empty for every other family.
    package let members: [ForecastRecipe]
    package let seed: UInt64

    package init(
        _ family: ForecasterFamily, _ parameters: [Recipe.Parameter] = [],
        members: [ForecastRecipe] = [], seed: UInt64 = 0
    ) {
        self.family = family
        self.parameters = parameters.sorted { $0.name < $1.name }
        self.members = members
        self.seed = seed
    }

    /// - Throws: `LearnerError` if no family has this name.
    package init(
        familyName: String, _ parameters: [Recipe.Parameter], seed: UInt64
    ) throws(LearnerError) {
        guard let family = ForecasterFamily(rawValue: familyName) else {
            let known = ForecasterFamily.allCases.map(\.rawValue).joined(separator: ", ")
            throw LearnerError(.unknownFamily, "no forecaster of that name; there are \(known)")
        }
        self.init(family, parameters, seed: seed)
    }

    func forecaster() throws(LearnerError) -> any Forecaster {
        let given = self.parameters.map { ($0.name, $0.value) }
        let forecaster = try self.family.forecaster(parameters: given)
        guard !self.members.isEmpty else { return forecaster }
        guard let combination = forecaster as? Combination else {
            throw LearnerError(.badParameter, "\(self.family.rawValue) takes no members")
        }
        return try Combination(self.members, rule: combination.rule)
    }
}
