extension SearchTerms {
    init(_ message: Assay_V1_LearningJob) throws(WireError) {
        let portfolio = try StageTerms(message.portfolio, "learning.portfolio")
        guard !portfolio.isSkipped else {
            throw WireError("learning.portfolio.skipped", "is true, but nothing else comes first")
        }
        let families = try Checked.number(
            message.tunedFamilies, "learning.tuned_families", in: 0...UInt32(Limits.parametersMax))
        let space = try Checked.count(
            message.searchSpace, "learning.search_space", upTo: Limits.parametersMax)
        self.init(
            portfolio: portfolio,
            sampling: try StageTerms(message.sampling, "learning.sampling"),
            selection: try StageTerms(message.selection, "learning.selection"),
            featuresMin: message.minFeatures == 0
                ? 1
                : try Checked.number(
                    message.minFeatures, "learning.min_features",
                    in: 1...Int(Limits.columnsMax)),
            tuning: try StageTerms(message.tuning, "learning.tuning"),
            families: families == 0 ? Self.familiesStandard : Int(families),
            space: try Checked.map(space) { (family) throws(WireError) in
                try FamilySpace(family)
            })
        try Checked.distinct(self.space.map(\.family), "learning.search_space")
    }

    func write(to message: inout Assay_V1_LearningJob) {
        if let portfolio = self.portfolio.message { message.portfolio = portfolio }
        if let sampling = self.sampling.message { message.sampling = sampling }
        if let selection = self.selection.message { message.selection = selection }
        message.minFeatures = self.featuresMin == 1 ? 0 : UInt32(self.featuresMin)
        if let tuning = self.tuning.message { message.tuning = tuning }
        message.tunedFamilies =
            self.families == Self.familiesStandard ? 0 : UInt32(self.families)
        message.searchSpace = self.space.map(\.message)
    }
}

extension StageTerms {
    init(_ message: Assay_V1_SearchStage, _ field: String) throws(WireError) {
        guard message.trials <= Limits.trialsPerJobMax else {
            throw WireError("\(field).trials", "is more than \(Limits.trialsPerJobMax)")
        }
        self.init(
            isSkipped: message.skipped, trials: message.trials == 0 ? nil : message.trials,
            time: message.timeNanoseconds == 0
                ? nil : Duration(nanoseconds: message.timeNanoseconds))
        guard !self.isSkipped || self == .skipped else {
            throw WireError(field, "is skipped, and may use something")
        }
    }

    /// Nil where nothing is said.
    var message: Assay_V1_SearchStage? {
        guard self != .unbounded else { return nil }
        var message = Assay_V1_SearchStage()
        message.skipped = self.isSkipped
        message.trials = self.trials ?? 0
        message.timeNanoseconds = self.time?.nanoseconds ?? 0
        return message
    }
}

extension FamilySpace {
    init(_ message: Assay_V1_FamilySpace) throws(WireError) {
        let field = "learning.search_space"
        let fixed = try Checked.count(message.fixed, "\(field).fixed", upTo: Limits.parametersMax)
        let ranges = try Checked.count(
            message.ranges, "\(field).ranges", upTo: Limits.parametersMax)
        self.init(
            family: try Checked.text(message.family, "\(field).family"),
            fixed: try Checked.map(fixed) { (parameter) throws(WireError) in
                try Parameter(parameter, "\(field).fixed")
            },
            ranges: try Checked.map(ranges) { (range) throws(WireError) in
                let parameter = try CommandParameter(range)
                if case .choice = parameter.kind {
                    throw WireError("\(field).ranges", "has a choice")
                }
                return parameter
            })
        try Checked.distinct(self.fixed.map(\.name) + self.ranges.map(\.name), field)
    }

    var message: Assay_V1_FamilySpace {
        var message = Assay_V1_FamilySpace()
        message.family = self.family
        message.fixed = self.fixed.map(\.message)
        message.ranges = self.ranges.map(\.message)
        return message
    }
}
