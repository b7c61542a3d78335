import Testing

@testable import Engine

/// onnxruntime predicts what we predict, to 1e-5 of each number; `make clients` installs it.
///
/// A difference below the floor is none: 1e-9 for probabilities, which are 1 minus another, and for
/// numbers, which lie around 4.
@Suite(.enabled(if: ClientCases.hasONNX)) struct ONNXAgreementTests {
    static let floor = 1e-9

    /// Settings that make something of small tables, quickly.
    private static func recipe(_ family: Family) -> Recipe {
        switch family {
        case .gradientBoosting:
            Recipe(family, [.init("trees", 30), .init("min_rows_leaf", 5)], seed: 3)
        case .randomForest, .extraTrees: Recipe(family, [.init("trees", 25)], seed: 3)
        case .multilayerPerceptron:
            Recipe(family, [.init("units", 24), .init("epochs", 15)], seed: 3)
        case .kernelMachine: Recipe(family, [.init("components", 100)], seed: 3)
        default: Recipe(family, seed: 3)
        }
    }

    @Test(arguments: [MixedTable.Target.two, .three, .number])
    func `every family predicts alike`(target: MixedTable.Target) throws {
        let rig = try ONNXRig()
        let data = try MixedTable.dataset(target, rows: 400, seed: 1)
        let test = MixedTable.frame(target, rows: 300, seed: 2, .some)
        for family in Family.allCases where family.supports(data.task) {
            let model = try FittedModel.fit(Self.recipe(family), data)
            try rig.add("\(family.rawValue)-\(target)", model, test, floor: Self.floor)
        }
        try rig.check()
    }

    @Test func `neighbours count by distance, also at distance 0`() throws {
        let rig = try ONNXRig()
        for target in [MixedTable.Target.two, .three, .number] {
            let data = try MixedTable.dataset(target, rows: 200, seed: 1)
            let recipe = Recipe(.nearestNeighbors, [.init("k", 7), .init("weights", 1)])
            let model = try FittedModel.fit(recipe, data)
            let strangers = MixedTable.frame(target, rows: 100, seed: 2, .some)
            try rig.add("strangers-\(target)", model, strangers, floor: Self.floor)
            try rig.add("training-rows-\(target)", model, data.features, floor: Self.floor)
        }
        try rig.check()
    }

    @Test func `categories that are parted into sets are parted alike`() throws {
        let rig = try ONNXRig()
        for target in [MixedTable.Target.two, .three, .number] {
            let data = try MixedTable.dataset(target, rows: 400, seed: 1)
            let recipe = Recipe(
                .gradientBoosting,
                [
                    .init("trees", 30), .init("min_rows_leaf", 2), .init("max_categories", 32),
                    .init("category_smoothing", 1),
                ], seed: 3)
            let model = try FittedModel.fit(recipe, data)
            // Else it would show nothing.
            let boosted = try #require(model.members[0].predictor as? BoostingPredictor)
            #expect(boosted.ensemble.sets.contains { !$0.numbers.isEmpty })
            let test = MixedTable.frame(target, rows: 300, seed: 2, .some)
            try rig.add("sets-\(target)", model, test, floor: Self.floor)
        }
        try rig.check()
    }

    @Test(arguments: [Metric.poissonDeviance, .meanAbsoluteError])
    func `rates and medians are written as they are predicted`(metric: Metric) throws {
        let rig = try ONNXRig()
        let data = try MixedTable.dataset(.number, rows: 300, seed: 1)
            .aiming(at: [metric], quantile: nil)
        let test = MixedTable.frame(.number, rows: 200, seed: 2, .some)
        for family in [Family.gradientBoosting, .multilayerPerceptron, .baseline] {
            let model = try FittedModel.fit(Self.recipe(family), data)
            try rig.add("\(family.rawValue)-\(metric)", model, test, floor: Self.floor)
        }
        try rig.check()
    }

    @Test func `neighbours vote by their rows' weights`() throws {
        let rig = try ONNXRig()
        for (target, byDistance) in [(MixedTable.Target.two, 1.0), (.three, 0), (.number, 1)] {
            let plain = try MixedTable.dataset(target, rows: 200, seed: 1)
            let frame = MixedTable.frame(target, rows: 200, seed: 1, .none)
            let data = try Dataset(
                frame, target: "answer", task: plain.task,
                weighting: .init(column: "w", weights: (0..<200).map { 0.1 + Double($0 % 5) }))
            let recipe = Recipe(
                .nearestNeighbors, [.init("k", 7), .init("weights", byDistance)])
            let model = try FittedModel.fit(recipe, data)
            let strangers = MixedTable.frame(target, rows: 100, seed: 2, .some)
            try rig.add("weighed-\(target)", model, strangers, floor: Self.floor)
            try rig.add("weighed-own-\(target)", model, data.features, floor: Self.floor)
        }
        try rig.check()
    }

    @Test func `ensembles weigh their members, and temper what they say`() throws {
        let rig = try ONNXRig()
        let families: [Family] = [.gradientBoosting, .extraTrees, .nearestNeighbors]
        let members = zip(families, [0.5, 0.375, 0.125]).map {
            Ensemble.Member(Self.recipe($0), weight: $1)
        }
        let cases: [(target: MixedTable.Target, temperature: Double)] = [
            (.two, 1.7), (.two, 1), (.three, 0.4), (.three, 3.2), (.number, 1),
        ]
        for (target, temperature) in cases {
            let data = try MixedTable.dataset(target, rows: 300, seed: 1)
            let test = MixedTable.frame(target, rows: 200, seed: 2, .some)
            let thresholds = target == .two ? [0.35, 0.65] : []
            let blend = Ensemble(
                members, .average(temperature: temperature), thresholds: thresholds)
            let model = try FittedModel.fit(blend, data)
            try rig.add("\(target)-\(temperature)", model, test, floor: Self.floor)
        }
        for (target, offsets) in [
            (MixedTable.Target.two, [0.2, -0.1]), (.three, [0.5, 0, -0.5]),
        ] {
            let data = try MixedTable.dataset(target, rows: 300, seed: 1)
            let test = MixedTable.frame(target, rows: 200, seed: 2, .some)
            let stack = members.map { Ensemble.Member($0.recipe, weight: 1.5 * $0.weight) }
            let model = try FittedModel.fit(Ensemble(stack, .stacked(offsets: offsets)), data)
            try rig.add("stack-\(target)", model, test, floor: Self.floor)
        }
        let mixed = Ensemble(
            [
                .init(Self.recipe(.naiveBayes), weight: 0.25),
                .init(Self.recipe(.linearSVM), weight: 0.75),
            ], .average(temperature: 0.8), thresholds: [0.2, 0.5, 0.3])
        let alone = Ensemble(
            [.init(Self.recipe(.extraTrees), weight: 1)], .average(temperature: 2.5))
        let data = try MixedTable.dataset(.three, rows: 300, seed: 1)
        let test = MixedTable.frame(.three, rows: 200, seed: 2, .some)
        let few = Ensemble(
            [
                .init(Recipe(.logisticRegression, [.init("features", 2)], seed: 3), weight: 0.5),
                .init(Recipe(.extraTrees, [.init("features", 3), .init("trees", 9)]), weight: 0.5),
            ], .plain)
        try rig.add("few-columns", try .fit(few, data), test, floor: Self.floor)
        try rig.add("one-form", try .fit(mixed, data), test, floor: Self.floor)
        try rig.add("alone", try .fit(alone, data), test, floor: Self.floor)
        try rig.check()
    }

    @Test func `the check notices one answer in a hundred that is off by a hundred-thousandth`()
        throws
    {
        let data = try MixedTable.dataset(.number, rows: 200, seed: 1)
        let model = try FittedModel.fit(Recipe(.ridge), data)
        let test = MixedTable.frame(.number, rows: 100, seed: 2, .none)
        let columns = test.columns.map { column in
            guard column.name == "age", case .numeric(var numbers) = column.values else {
                return column
            }
            // 1 year is 0.05 of answers around 4.
            numbers[50] += 0.002
            return Frame.Column(column.name, .numeric(numbers))
        }
        let rig = try ONNXRig()
        try rig.add(
            "off", model, test, floor: Self.floor, given: Frame(rows: 100, columns: columns))
        let (agrees, output) = try rig.run()
        #expect(!agrees && output.contains("row 50"), "\(output)")
    }
}
