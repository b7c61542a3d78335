import Wire

/// How a job's candidates are judged on rows that they did not learn from.
///
/// ```yaml
/// cv: 5                               # folds by chance
/// cv: { folds: 5, groups: patient }   # rows of one patient are never on both sides
/// cv: { folds: 4, time: day }         # each window is judged by what came before it
/// cv: { holdout: 0.2, time: day }     # the latest fifth is held out, once
/// ```
///
/// The column is not learned from, unless `feature: true` says so. A table of its own, named by
/// `data: { validation: … }`, judges in place of all that. Without either it depends on how
/// large the table is; see `standard`.
struct ValidationTerms: Equatable {
    /// Nil: what is standard for the table.
    let folds: Int?
    let split: SplitTerms?

    /// How a table is judged when nobody says otherwise. Each fold costs a fit, and the more rows
    /// judge the less a further fold tells.
    ///
    /// ```
    /// below 50,000        five folds
    ///  50,000 to 99,999   three
    /// 100,000 and more    a fifth is held out, once: 20,000 rows and more
    /// ```
    ///
    /// A fifth is held out of fewer rows too where the budget's time would else hold three or four
    /// trials of boosting. By what the job says alone: it is judged alike on any host.
    static func standard(of size: TableSize, in time: Duration?) -> (
        folds: Int, split: SplitTerms?
    ) {
        if size.rows >= 100_000 || time.map(size.isMuch) == true {
            let fifth = SplitTerms(by: .chance, column: nil, isFeature: false, holdout: 0.2)
            return (Self.foldsOfHoldout, fifth)
        }
        return (size.rows < 50_000 ? Self.foldsStandard : 3, nil)
    }

    static let foldsStandard = 5
    /// What a share that is held out once costs is like one of two folds.
    private static let foldsOfHoldout = 2

    /// What a fit's time depends on.
    struct TableSize: Equatable {
        let rows: Int
        let columns: Int
        /// Classes if more than two, each of which has trees of its own; else 1.
        let outputs: Int
        /// Of the rarest class; as many as there are rows where there are none.
        let rarest: Int

        /// Whether the time holds less than some 17 fits of 200 trees, at four nanoseconds for
        /// each of a tree's rows, columns and outputs, and a fifth of the rows tell models apart.
        func isMuch(for time: Duration) -> Bool {
            let values = Double(self.rows) * Double(self.columns) * Double(self.outputs)
            return values > 75_000 * (time / .seconds(1)) && self.rows >= 4000
                && self.rarest >= 50
        }
    }

    /// - Parameter hasTable: whether there is a table to judge by.
    init(_ value: StrictYAML.Value?, hasTable: Bool = false) throws(InputError) {
        guard let value else {
            (self.folds, self.split) = (hasTable ? Self.foldsOfHoldout : nil, nil)
            return
        }
        guard !hasTable else {
            throw value.wrong("splits the rows, and data.validation judges by others: choose one")
        }
        guard value.isMapping else {
            (self.folds, self.split) = (try value.integer(in: 2...50), nil)
            return
        }
        var mapping = try value.mapping()
        let folds: Int? = try mapping.value("folds").map { value throws(InputError) in
            try value.integer(in: 2...50)
        }
        let holdout = try mapping.value("holdout").map(Self.share)
        let groups = try mapping.value("groups")?.text()
        let time = try mapping.value("time")?.text()
        let isFeature = try mapping.value("feature")?.flag()
        try mapping.finish()
        guard folds == nil || holdout == nil else {
            throw value.wrong("has folds or a share that is held out, not both")
        }
        guard groups == nil || time == nil else {
            throw value.wrong("splits by groups or by time, not by both")
        }
        guard isFeature == nil || groups != nil || time != nil else {
            throw value.wrong("has a feature, but names no column to split by")
        }
        self.folds = folds ?? (holdout == nil ? Self.foldsStandard : Self.foldsOfHoldout)
        let key: SplitTerms.Key = groups != nil ? .group : time != nil ? .time : .chance
        self.split =
            key == .chance && holdout == nil
            ? nil
            : SplitTerms(
                by: key, column: groups ?? time, isFeature: isFeature ?? false, holdout: holdout)
    }

    private static func share(_ value: StrictYAML.Value) throws(InputError) -> Double {
        let share = try value.number()
        let range = SplitTerms.holdoutRange
        guard range.contains(share) else {
            throw value.wrong("must be a share from \(range.lowerBound) to \(range.upperBound)")
        }
        return share
    }
}
