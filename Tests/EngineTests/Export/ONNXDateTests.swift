import Testing

@testable import Engine

/// Dates as onnxruntime takes them apart.
@Suite(.enabled(if: ClientCases.hasONNX)) struct ONNXDateTests {
    /// Over all years that a table can name: midnights about the ends of February and of years,
    /// any moments, fractions of a second, and what is missing.
    private static func moments() -> [Double] {
        var moments: [Double] = [.nan, 0, -1, -0.5, 86_399.75, -62_167_305_600, 253_402_387_200]
        for year in [0, 1, 4, 100, 400, 1600, 1899, 1900, 1970, 2000, 2023, 2024, 2100, 9999] {
            for (month, day) in [(1, 1), (2, 28), (3, 1), (12, 31)] {
                let midnight = Double(CivilTime.days(year, month, day) * 86_400)
                moments += [midnight, midnight + 86_400, midnight - 0.001]
            }
        }
        var generator = SeededGenerator(seed: 8)
        for _ in 0..<1500 {
            moments.append(-62_167_305_600 + generator.unit() * 315_569_000_000)
        }
        return moments
    }

    private static func model(
        _ encoding: Encoder.Encoding, _ form: FeatureForm, weights: [Double]
    ) throws -> FittedModel {
        FittedModel(
            task: .regression,
            schema: try Schema([.init("when", .date), .init("y", .numeric())]), target: "y",
            classNames: [],
            members: [
                .init(
                    Recipe(.ridge), weight: 1, encoder: 0,
                    RidgePredictor(weights: weights, intercept: 0))
            ],
            encoders: [Encoder(form: form, columns: [.init(name: "when", encoding: encoding)])],
            .plain, thresholds: [])
    }

    @Test func `every part of a date is the same, from year 0 to 9999`() throws {
        let rig = try ONNXRig()
        let moments = Self.moments().filter { !$0.isNaN }
        let frame = Frame(rows: moments.count, columns: [.init("when", .dates(moments))])
        for part in DatePart.allCases {
            let model = try Self.model(.dateParts([part]), .ordinal, weights: [1])
            try rig.add(part.rawValue, model, frame, floor: 0)
        }
        try rig.check()
    }

    @Test func `every cycle is the same, and nothing where the date is missing`() throws {
        let rig = try ONNXRig()
        let moments = Self.moments()
        let frame = Frame(rows: moments.count, columns: [.init("when", .dates(moments))])
        for cycle in DateCycle.allCases {
            let cycles = DateCycles(center: 0, scale: 1e12, cycles: [cycle], missing: .indicated)
            let weights = Array([1.0, 2, 3, 5, 7, 11, 13, 17].prefix(cycles.width))
            let model = try Self.model(.dateCycles(cycles), .dense, weights: weights)
            try rig.add(cycle.rawValue, model, frame, floor: 1e-12)
        }
        try rig.check()
    }

    @Test func `models of dates among other columns predict alike`() throws {
        let rig = try ONNXRig()
        for target in [MixedTable.Target.three, .number] {
            let data = try Self.dataset(target, rows: 300, seed: 1, .none)
            let test = try Self.dataset(target, rows: 200, seed: 2, .some)
            for family in [Family.gradientBoosting, .nearestNeighbors, .multilayerPerceptron] {
                let model = try FittedModel.fit(Recipe(family), data)
                try rig.add(
                    "\(family.rawValue)-\(target)", model, test.features,
                    floor: ONNXAgreementTests.floor)
            }
        }
        try rig.check()
    }

    /// A mixed table with days of two years between its columns, one of them with missing values.
    private static func dataset(
        _ target: MixedTable.Target, rows: Int, seed: UInt64, _ surprises: MixedTable.Surprises
    ) throws -> Dataset {
        let frame = MixedTable.frame(target, rows: rows, seed: seed, surprises)
        var generator = SeededGenerator(seed: seed + 7)
        let days = (0..<rows).map { _ in Double(19_000 + generator.below(730)) * 86_400 }
        let times = (0..<rows).map { row in
            row % 6 == 1 ? Double.nan : (generator.unit() * 1e8).rounded()
        }
        var columns = frame.columns
        columns.insert(.init("day", .dates(days)), at: 2)
        columns.insert(.init("time", .dates(times)), at: 6)
        return try Dataset(
            Frame(rows: rows, columns: columns), target: "answer",
            task: target == .number ? .regression : .classification)
    }
}
