/// One hyperparameter: its name, what it may be, and what it is unless told otherwise.
package struct ParameterRange: Equatable, Sendable {
    package enum Kind: Equatable, Sendable { case real, whole }

    /// How the parameter's effect grows: by difference or by ratio. A hint for whoever searches;
    /// every value of the range is valid, also a low of 0 on a logarithmic scale.
    package enum Scale: Equatable, Sendable { case linear, logarithmic }

    package let name: String
    package let kind: Kind
    package let low: Double
    package let high: Double
    package let standard: Double
    package let scale: Scale

    static func real(
        _ name: String, _ range: ClosedRange<Double>, standard: Double, _ scale: Scale = .linear
    ) -> Self {
        Self(
            name: name, kind: .real, low: range.lowerBound, high: range.upperBound,
            standard: standard, scale: scale)
    }

    static func whole(
        _ name: String, _ range: ClosedRange<Int>, standard: Int, _ scale: Scale = .linear
    ) -> Self {
        Self(
            name: name, kind: .whole, low: Double(range.lowerBound),
            high: Double(range.upperBound), standard: Double(standard), scale: scale)
    }

    /// Whether the parameter may be `value`.
    package func contains(_ value: Double) -> Bool {
        value >= self.low && value <= self.high && (self.kind == .real || value == value.rounded())
    }

    /// The range in words, as error messages and documentation say it.
    package var sentence: String {
        switch self.kind {
        case .real: "\(self.name) is a number from \(self.low) to \(self.high)"
        case .whole: "\(self.name) is a whole number from \(Int(self.low)) to \(Int(self.high))"
        }
    }
}

/// Hyperparameters that were checked against the ranges of a family, defaults filled in.
struct ParameterValues {
    private var values: [(name: String, value: Double)]

    init(_ given: [(name: String, value: Double)], of family: Family) throws(LearnerError) {
        try self.init(given, ranges: family.parameters, of: family.rawValue)
    }

    /// - Parameter owner: what the error says the parameters are of.
    init(
        _ given: [(name: String, value: Double)], ranges: [ParameterRange], of owner: String
    ) throws(LearnerError) {
        self.values = ranges.map { ($0.name, $0.standard) }
        var seen: [String] = []
        for (name, value) in given {
            guard let index = ranges.firstIndex(where: { $0.name == name }) else {
                let known = ranges.map(\.name).joined(separator: ", ")
                let choice = known.isEmpty ? "it takes none" : "it takes \(known)"
                throw LearnerError(
                    .unknownParameter, "\(owner) has no parameter \(name); \(choice)")
            }
            guard !seen.contains(name) else {
                throw LearnerError(.badParameter, "\(owner): \(name) was given twice")
            }
            guard ranges[index].contains(value) else {
                throw LearnerError(
                    .badParameter,
                    "\(owner): \(ranges[index].sentence), not \(value)")
            }
            seen.append(name)
            self.values[index].value = value
        }
    }

    subscript(name: String) -> Double {
        guard let found = self.values.first(where: { $0.name == name }) else {
            preconditionFailure("no range was declared for \(name)")
        }
        return found.value
    }

    func whole(_ name: String) -> Int { Int(self[name]) }
}
