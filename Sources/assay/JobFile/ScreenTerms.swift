/// How a job's table is screened for drift and poison, and what follows.
///
/// ```yaml
/// data:
///   train: june.csv
///   reference: may.csv                                        # the table that it is held against
///   screen: { drift: 0.2, outliers: 0.01, on_findings: refuse }   # or one word: flag, refuse
/// ```
struct ScreenTerms: Equatable {
    /// The population stability index from which on a column has drifted.
    let drift: Double
    /// The share of rows that may be strange; honest tables have some.
    let outliers: Double
    let action: Action

    enum Action: String, CaseIterable {
        /// Findings are told, and the job goes on.
        case flag
        /// More findings than the terms allow are a refusal.
        case refuse
    }

    /// A quarter is "a great change" by the index's usual reading.
    static let defaults = ScreenTerms(drift: 0.25, outliers: 0.01, action: .flag)

    init(drift: Double, outliers: Double, action: Action) {
        self.drift = drift
        self.outliers = outliers
        self.action = action
    }

    init(_ value: StrictYAML.Value) throws(InputError) {
        if let text = try? value.text() {
            guard let action = Action(rawValue: text) else {
                throw value.wrong(
                    "must be flag, refuse, or terms such as { drift: 0.2, outliers: 0.01 }")
            }
            self.init(
                drift: Self.defaults.drift, outliers: Self.defaults.outliers, action: action)
            return
        }
        var mapping = try value.mapping()
        let drift = try mapping.value("drift").map { value throws(InputError) in
            try Self.number(value, upTo: 100)
        }
        let outliers = try mapping.value("outliers").map { value throws(InputError) in
            try Self.number(value, upTo: 1)
        }
        let action = try mapping.value("on_findings").map { value throws(InputError) in
            try value.choice(Action.self)
        }
        try mapping.finish()
        self.init(
            drift: drift ?? Self.defaults.drift, outliers: outliers ?? Self.defaults.outliers,
            action: action ?? Self.defaults.action)
    }

    private static func number(
        _ value: StrictYAML.Value, upTo most: Double
    ) throws(InputError) -> Double {
        let number = try value.number()
        guard (0...most).contains(number) else {
            throw value.wrong("must be a number from 0 to \(Int(most))")
        }
        return number
    }
}
