import Testing

@testable import Engine

/// Splits of categories into any two sets.
@Suite struct CategorySetTests {
    private static func feature(_ codes: Int, missing: Bool = false) -> BinnedMatrix.Feature {
        let values = (0..<codes).map { Double($0) } + (missing ? [.nan] : [])
        return BinnedMatrix(
            Matrix(rows: values.count, columns: 1, values: values), categories: [true]
        ).features[0]
    }

    /// The gain of sending `set` left, by the formula.
    private static func gain(
        _ set: CategorySet, _ cells: [(gradient: Int, hessian: Int)], l2: Double = 0
    ) -> Double? {
        var sides = [(0, 0), (0, 0)]
        for (code, cell) in cells.enumerated() {
            let side = set.contains(code) ? 0 : 1
            sides[side].0 += cell.gradient
            sides[side].1 += cell.hessian
        }
        guard sides.allSatisfy({ $0.1 >= 3 }) else { return nil }
        let total = (sides[0].0 + sides[1].0, sides[0].1 + sides[1].1)
        func term(_ sum: (Int, Int), _ l2: Double) -> Double {
            Double(sum.0) * Double(sum.0) / (Double(sum.1) + l2)
        }
        return term(sides[0], l2) + term(sides[1], l2) - term(total, 0)
    }

    @Test(arguments: [false, true]) func `the best beginning of the order is the best of all sets`(
        missing: Bool
    ) throws {
        var generator = SeededGenerator(seed: 90)
        let feature = Self.feature(missing ? 8 : 9, missing: missing)
        for _ in 0..<60 {
            let cells = (0..<9).map { _ in
                (gradient: generator.below(4001) - 2000, hessian: 1 + generator.below(30))
            }
            let packed = cells.map {
                PackedSum(gradient: Int32($0.gradient), hessian: Int32($0.hessian)).bits
            }
            let total = PackedSum(bits: packed.reduce(0, &+))
            let finder = SplitFinder(l2: 0, hessianMin: 3)
            let split = finder.bestSet(
                packed, feature, position: 4, total: total, .init(most: 9, smoothing: 0))
            let all = (1..<UInt64(1 << 9) - 1).compactMap {
                Self.gain(CategorySet(bits: $0), cells)
            }
            let best = try #require(all.max())
            let found = try #require(split)
            let set = try #require(found.set)
            #expect(abs(found.gain - best) <= 1e-9 * best && found.feature == 4)
            // It is what it says, and names the fewer categories.
            #expect(abs(try #require(Self.gain(set, cells)) - best) <= 1e-9 * best)
            #expect(set.numbers.count <= 4)
            let left = set.numbers.reduce(0) { $0 + cells[$1].hessian }
            #expect(Int(found.left.hessian) == left)
            #expect(missing || found.missing == .right)
            #expect(!missing || (found.missing == .left) == set.contains(8))
            // A bound on how many stand together is kept, and costs gain or nothing.
            let bounded = finder.bestSet(
                packed, feature, position: 4, total: total, .init(most: 1, smoothing: 0))
            if let bounded {
                #expect(bounded.set?.numbers.count == 1 && bounded.gain <= best * (1 + 1e-12))
            }
            // Smoothing counts on either side.
            let smooth = finder.bestSet(
                packed, feature, position: 4, total: total, .init(most: 9, smoothing: 7))
            if let smooth, let set = smooth.set {
                let gain = try #require(Self.gain(set, cells, l2: 7))
                #expect(abs(gain - smooth.gain) <= 1e-9 * abs(best))
            }
        }
    }

    @Test func `rows are divided by their codes`() {
        var generator = SeededGenerator(seed: 91)
        let codes = (0..<200).map { _ in UInt8(generator.below(64)) }
        let set = CategorySet(bits: 0x8000_0F0F_0000_0101)
        let partition = Partition(rows: 200)
        let lefts = partition.divide(0..<200, codes, width: 1, feature: 0, set: set)
        let rows = partition.all.map { Int($0) }
        #expect(Array(rows[..<lefts]) == (0..<200).filter { set.contains(Int(codes[$0])) })
        #expect(Array(rows[lefts...]) == (0..<200).filter { !set.contains(Int(codes[$0])) })
    }

    @Test func `codes of merged ranks are all of them`() {
        // Ranks 1 and 4 occur; what lies between goes with the nearer cut.
        let feature = BinnedMatrix.Feature(
            column: 0, cuts: [2.5], hasMissing: false, lowest: 1, highest: 4, firstCell: 0)
        #expect(feature.ranks(of: CategorySet(bits: 1)).numbers == [0, 1, 2])
        #expect(feature.ranks(of: CategorySet(bits: 2)).numbers == Array(3..<64))
    }

    // MARK: Fits

    /// A number for each of 30 categories, without any order, and a column of numbers.
    private static func world(rows: Int, seed: UInt64) -> (features: Matrix, numbers: [Double]) {
        var generator = SeededGenerator(seed: 92)
        let effects = (0..<30).map { _ in Double(generator.below(2)) * 3 }
        var chance = SeededGenerator(seed: seed)
        var values: [Double] = []
        var numbers: [Double] = []
        for _ in 0..<rows {
            let category = chance.below(30)
            let x = chance.unit()
            values += [chance.unit() < 0.05 ? .nan : Double(category), x]
            numbers.append(effects[category] + x + 0.2 * chance.unit())
        }
        return (Matrix(rows: rows, columns: 2, values: values), numbers)
    }

    private static func data(rows: Int, seed: UInt64) -> TrainingData {
        let world = Self.world(rows: rows, seed: seed)
        return TrainingData(
            features: world.features, answers: .numbers(world.numbers), categories: [true, false])
    }

    private static func fit(
        _ data: TrainingData, trees: Int, leaves: Int, most: Int, rate: Double
    ) throws -> any Predictor {
        var settings = GradientBoosting.Settings()
        (settings.trees, settings.leaves, settings.learningRate) = (trees, leaves, rate)
        (settings.categoriesMax, settings.categorySmoothing) = (most, 1)
        return try GradientBoosting(settings).fit(data, seed: 1)
    }

    @Test func `one split of a set tells what many by rank do not`() throws {
        let data = Self.data(rows: 2000, seed: 93)
        let test = Self.world(rows: 1000, seed: 94)
        let errors = try [32, 0].map { most in
            Worlds.meanSquare(
                try Self.fit(data, trees: 10, leaves: 4, most: most, rate: 0.5)
                    .predict(test.features), test.numbers)
        }
        #expect(errors[0] < 0.5 * errors[1])
        // Without the word that they are categories, they are numbers.
        let plain = TrainingData(features: data.features, answers: data.answers)
        #expect(
            try Self.fit(plain, trees: 10, leaves: 4, most: 32, rate: 0.5).tensors
                == Self.fit(data, trees: 10, leaves: 4, most: 0, rate: 0.5).tensors)
    }

    @Test func `a leaf's rows are those that predictions send there`() throws {
        let data = Self.data(rows: 800, seed: 95)
        guard case .numbers(let numbers) = data.answers else { return }
        let predictor = try Self.fit(data, trees: 1, leaves: 12, most: 32, rate: 1)
        let prediction = predictor.predict(data.features).values
        let leaves = Set(prediction)
        #expect(leaves.count == 12)
        for leaf in leaves {
            let own = prediction.indices.filter { prediction[$0] == leaf }.map { numbers[$0] }
            #expect(abs(mean(own) - leaf) < 1e-5)
        }
        // Rows that were not drawn are walked down the grown tree instead.
        var settings = GradientBoosting.Settings()
        (settings.rowFraction, settings.categoriesMax) = (0.6, 32)
        let drawn = try GradientBoosting(settings).fit(data, seed: 1)
        let spread = Worlds.meanSquare(
            Matrix(rows: 800, columns: 1, repeating: mean(numbers)), numbers)
        #expect(Worlds.meanSquare(drawn.predict(data.features), numbers) < 0.1 * spread)
    }

    @Test func `sets are stored, and damaged ones refused`() throws {
        let data = Self.data(rows: 600, seed: 96)
        let predictor = try Self.fit(data, trees: 5, leaves: 8, most: 32, rate: 0.3)
        let tensors = predictor.tensors
        let again = try Family.gradientBoosting.predictor(from: tensors, outputs: 1)
        // Numbers that are no rank, of any size, and none.
        let odd = [-1, 63, 64, 1e300, -.infinity, .infinity, .nan, 2.5, -0.0]
        let strange = Matrix(rows: odd.count, columns: 2, values: odd.flatMap { [$0, 0.5] })
        #expect(again.predict(data.features) == predictor.predict(data.features))
        #expect(again.predict(strange) == predictor.predict(strange))
        #expect(again.tensors == tensors)
        guard case .i32(let nodes)? = tensors.first(where: { $0.name == "tree_set_nodes" })?.values
        else {
            Issue.record("no set was asked")
            return
        }
        for damage in [
            Array(nodes.reversed()), nodes.map { _ in nodes[0] }, [-1] + nodes.dropFirst(),
            nodes.dropLast() + [Int32.max],
        ] {
            let spoilt = tensors.map {
                $0.name == "tree_set_nodes" ? Tensor.integers("tree_set_nodes", damage) : $0
            }
            #expect(throws: LearnerError(.badTensor, "")) {
                try Family.gradientBoosting.predictor(from: spoilt, outputs: 1)
            }
        }
        let short = tensors.filter { $0.name != "tree_sets" }
        #expect(throws: LearnerError(.badTensor, "")) {
            try Family.gradientBoosting.predictor(from: short, outputs: 1)
        }
    }

    @Test func `only ranks of categories are categories`() throws {
        let frame = try MixedTable.dataset(.number, rows: 100, seed: 1).features
        let encoder = try Encoder.fitted(frame, .ordinal)
        let names = encoder.columns.flatMap { column in
            Array(repeating: column.name, count: column.encoding.width)
        }
        let categories = zip(names, encoder.categories).filter(\.1).map(\.0)
        #expect(categories == ["colour", "town", "member"])
    }
}
