import Testing

@testable import Engine

/// Tables at the edge of what there is, which onnxruntime must answer as we do.
@Suite(.enabled(if: ClientCases.hasONNX)) struct ONNXEdgeTests {
    private static let floor = ONNXAgreementTests.floor

    /// A frame of numbers and texts with an answer.
    private static func frame(
        _ numbers: [(String, [Double])], _ texts: [(String, [String?])] = []
    ) -> Frame {
        Frame(
            rows: numbers.first?.1.count ?? texts[0].1.count,
            columns: numbers.map { .init($0.0, .numeric($0.1)) }
                + texts.map { .init($0.0, .categorical(MixedTable.categories($0.1))) })
    }

    private static func draw(_ count: Int, seed: UInt64) -> [Double] {
        var generator = SeededGenerator(seed: seed)
        return (0..<count).map { _ in generator.unit() }
    }

    @Test func `one column alone, of either kind`() throws {
        let rig = try ONNXRig()
        let x = Self.draw(80, seed: 1)
        let answer = x.map { $0 > 0.4 ? "yes" : "no" }
        let texts: [String?] = x.map { $0 > 0.6 ? "c" : $0 > 0.3 ? "b" : nil }
        for family in [Family.gradientBoosting, .logisticRegression, .multilayerPerceptron] {
            let number = Self.frame([("x", x)], [("y", answer)])
            try rig.add(
                "number-\(family.rawValue)",
                try .fit(Recipe(family), try Dataset(number, target: "y", task: .classification)),
                number, floor: Self.floor)
            let text = Self.frame([], [("x", texts), ("y", answer)])
            try rig.add(
                "text-\(family.rawValue)",
                try .fit(Recipe(family), try Dataset(text, target: "y", task: .classification)),
                text, floor: Self.floor)
        }
        try rig.check()
    }

    @Test func `a target that does not vary, and trees of one leaf`() throws {
        let rig = try ONNXRig()
        let frame = Self.frame([
            ("x", Self.draw(60, seed: 1)), ("y", [Double](repeating: 7, count: 60)),
        ])
        let data = try Dataset(frame, target: "y", task: .regression)
        for family in Family.allCases where family.supports(.regression) {
            let model = try FittedModel.fit(Recipe(family), data)
            try rig.add(family.rawValue, model, frame, floor: Self.floor)
        }
        let flat = try Dataset(
            Self.frame(
                [("x", Self.draw(12, seed: 1))], [("y", (0..<12).map { ["a", "b", "c"][$0 % 3] })]),
            target: "y", task: .classification)
        let stump = Recipe(.randomForest, [.init("min_rows_leaf", 10), .init("trees", 3)])
        try rig.add("leaf", try .fit(stump, flat), flat.features, floor: Self.floor)
        try rig.check()
    }

    @Test func `columns with the names of outputs and of inner values`() throws {
        let rig = try ONNXRig()
        let names = [
            "label", "probabilities", "prediction", "prediction_", "v0", "v3", "große Zahl, 1",
        ]
        let columns = names.enumerated().map { ($1, Self.draw(90, seed: UInt64($0))) }
        let number = Self.frame(columns + [("y", Self.draw(90, seed: 99))])
        try rig.add(
            "numbers",
            try .fit(Recipe(.ridge), try Dataset(number, target: "y", task: .regression)), number,
            floor: Self.floor)
        let text = Self.frame(columns, [("y", columns[0].1.map { $0 > 0.5 ? "1" : "0" })])
        try rig.add(
            "classes",
            try .fit(
                Recipe(.logisticRegression), try Dataset(text, target: "y", task: .classification)),
            text, floor: Self.floor)
        try rig.check()
    }

    @Test func `numbers of any size, and zeros of either sign`() throws {
        let rig = try ONNXRig()
        var x = Self.draw(120, seed: 1).map { $0 - 0.5 }
        var z = Self.draw(120, seed: 2).map { $0 * 1e12 }
        for row in stride(from: 0, to: 120, by: 10) { x[row] = row % 20 == 0 ? 0 : -0.0 }
        let answers = zip(x, z).map { ($0 > 0 ? 3e6 : 0) + $1 * 1e-6 }
        let data = try Dataset(
            Self.frame([("x", x), ("z", z), ("y", answers)]), target: "y", task: .regression)
        let odd: [Double] = [
            1e308, -1e308, .leastNonzeroMagnitude, -.leastNonzeroMagnitude, .nan, 0, -0.0, 1e9, 0.1,
        ]
        x = odd + odd.reversed() + [.greatestFiniteMagnitude, -.greatestFiniteMagnitude]
        z = odd.reversed() + odd + [.nan, 1e300]
        let test = Self.frame([("x", x), ("z", z), ("y", x)])
        for family in Family.allCases where family.supports(.regression) {
            let model = try FittedModel.fit(Recipe(family), data)
            // Answers lie around 1e6.
            try rig.add(family.rawValue, model, test, floor: Self.floor * 1e6)
        }
        try rig.check()
    }

    @Test func `numbers that lie on a cut fall on our side of it`() throws {
        let rig = try ONNXRig()
        let x = (0..<200).map { 0.1 * Double($0) }
        let answers = x.map { ($0 * 3).rounded() }
        let data = try Dataset(
            Self.frame([("x", x), ("y", answers)]), target: "y", task: .regression)
        let model = try FittedModel.fit(Recipe(.decisionTree, [.init("min_rows_leaf", 1)]), data)
        let predictor = try #require(model.members[0].predictor as? ForestPredictor)
        let cuts = predictor.ensemble.nodes.map(\.threshold).filter(\.isFinite)
        let test = cuts + cuts.map(\.nextUp) + cuts.map(\.nextDown)
        try rig.add("cuts", model, Self.frame([("x", test), ("y", test)]), floor: 0)
        try rig.check()
    }

    @Test func `ten thousand levels, and more classes than a group of trees holds`() throws {
        let rig = try ONNXRig()
        let rows = 12_000
        let draws = Self.draw(rows, seed: 4)
        let levels = (0..<rows).map { "level \($0 % 10_000)" }
        let frame = Self.frame(
            [("x", draws), ("y", (0..<rows).map { Double($0 % 100) + draws[$0] })],
            [("level", levels)])
        let data = try Dataset(frame, target: "y", task: .regression)
        for family in [Family.gradientBoosting, .ridge] {
            let model = try FittedModel.fit(Recipe(family), data)
            try rig.add("levels-\(family.rawValue)", model, frame, floor: Self.floor)
        }
        let many = Self.frame(
            [("x", Self.draw(900, seed: 5)), ("z", (0..<900).map { Double($0 % 90) })],
            [("y", (0..<900).map { "class \($0 % 90)" })])
        let classes = try Dataset(many, target: "y", task: .classification)
        for family in [Family.extraTrees, .gradientBoosting, .naiveBayes, .nearestNeighbors] {
            let trees: [Recipe.Parameter] =
                switch family {
                case .extraTrees: [.init("trees", 30)]
                case .gradientBoosting: [.init("trees", 3)]
                default: []
                }
            try rig.add(
                "classes-\(family.rawValue)", try .fit(Recipe(family, trees), classes), many,
                floor: Self.floor)
        }
        try rig.check()
    }

    @Test func `what the schema repairs is repaired`() throws {
        let rig = try ONNXRig()
        let schema = try Schema([
            .init("x", .numeric(bounds: .init(low: 0.2, high: 0.7)), remedy: .repair),
            .init("level", .categorical(categories: ["a", "b", "rare"]), remedy: .repair),
            .init("y", .numeric()),
        ])
        var csv = "x,level,y\n"
        for (row, x) in Self.draw(150, seed: 6).enumerated() {
            let level = ["a", "b", "", "a"][row % 4]
            csv += "\(x),\(row == 9 ? "rare" : level),\(x * 3 + Double(row % 4))\n"
        }
        let data = try SmallTables.dataset(csv, target: "y", .regression, schema)
        let raw = "x,level\n0.1,a\n0.9,b\n,rare\n0.5,stranger\n0.3,\n-4,a\n"
        for family in [Family.ridge, .gradientBoosting] {
            let recipe = Recipe(family, family == .ridge ? [] : [.init("min_rows_leaf", 2)])
            let model = try FittedModel.fit(recipe, data)
            let read = try Array(raw.utf8).withUnsafeBytes {
                try model.frame(bytes: $0, for: .prediction)
            }
            #expect(read.numbers("x")?[0] == 0.2 && read.texts("level")?[3] == nil)
            // Predicted from the table that was repaired when it was read, checked on the raw one.
            try rig.add(
                family.rawValue, model, read, floor: Self.floor, given: try SmallTables.frame(raw))
        }
        try rig.check()
    }
}
