import Testing

@testable import Engine

/// What a split asks of a table, and what trials make of it.
@Suite struct RowSplitTableTests {
    private static let csv = """
        who,day,x,y
        a,3,1,no
        b,1,2,yes
        a,2,3,yes
        c,4,4,no
        b,5,5,yes
        c,6,6,no

        """

    private static func table(
        _ split: RowSplit?, _ schema: Schema? = nil, csv: String = Self.csv
    ) throws -> (table: CleanTable, schema: Schema) {
        try Array(csv.utf8).withUnsafeBytes { bytes in
            try Dataset.table(
                bytes: bytes, schema: try schema ?? Schema.infer(from: bytes), target: "y",
                task: .classification, split: split)
        }
    }

    @Test func `what rows are split by is no feature unless it is said to be one`() throws {
        for use in [RowSplit.Column.Use.splitting, .feature] {
            let split = RowSplit(.group(.init("who", use)), .folds(3))
            let (table, schema) = try Self.table(split)
            let dataset = try Dataset(
                table, target: "y", task: .classification, schema: schema)
            #expect(dataset.features.columns.map(\.name).contains("who") == (use == .feature))
            #expect(dataset.schema.columns.map(\.name).contains("who") == (use == .feature))
            let folds = try Folds(split, dataset.answers, table, seed: 1)
            #expect(folds.ids[0] == folds.ids[2] && folds.ids[1] == folds.ids[4])
            #expect(Set(folds.ids).count == 3)
        }
    }

    @Test func `a row that misses what rows are split by is refused with its line`() throws {
        let csv = Self.csv.replacing("\nc,4,", with: "\n,4,")
        let error = #expect(throws: TableError.self) {
            try Self.table(.init(.group(.init("who")), .folds(2)), csv: csv)
        }
        let place = TableError.Place(number: 1, name: "who")
        #expect(error == TableError(.missingValue, line: 5, column: place, ""))
        // Nothing of the kind is asked where chance decides.
        #expect(try Self.table(nil, csv: csv).table.frame.rows == 6)
    }

    @Test func `rows that are dropped are split no more`() throws {
        let schema = try Schema([
            .init("who", .categorical()),
            .init("day", .numeric(bounds: .init(low: 2, high: nil)), remedy: .drop),
            .init("x", .numeric()), .init("y", .categorical()),
        ])
        let split = RowSplit(.time(.init("day")), .folds(2))
        let (table, demanding) = try Self.table(split, schema)
        let dataset = try Dataset(table, target: "y", task: .classification, schema: demanding)
        let folds = try Folds(split, dataset.answers, table, seed: 1)
        // Days 3, 2, 4, 5, 6: windows of 2 and 3, of 4 and 5, and of 6.
        #expect(folds.ids == [Folds.none, Folds.none, 0, 0, 1])
        var bench = Workbench(dataset, folds)
        let evaluation = try bench.evaluate(Recipe(.baseline), metrics: [.accuracy])
        #expect(evaluation.scores[0].folds.count == 2)
    }

    @Test func `no column, the target or an ignored one splits no rows`() throws {
        let ignoring = try Schema([
            .init("who", .ignored), .init("day", .numeric()), .init("x", .numeric()),
            .init("y", .categorical()),
        ])
        for (name, code) in [
            ("nobody", TableError.Code.missingColumn), ("y", .wrongKind), ("who", .wrongKind),
        ] {
            let error = #expect(throws: TableError.self) {
                try Self.table(.init(.group(.init(name)), .folds(2)), ignoring)
            }
            #expect(error?.code == code)
        }
    }

    @Test func `dates part rows in their order, and texts in groups`() throws {
        let csv = "day,note,y\n2026-01-03,b c,no\n2026-01-01,a,yes\n2026-01-02,a,no\n"
        let schema = try Schema([
            .init("day", .date), .init("note", .text), .init("y", .categorical()),
        ])
        let split = RowSplit(.time(.init("day")), .folds(2))
        let (table, demanding) = try Self.table(split, schema, csv: csv)
        let dataset = try Dataset(table, target: "y", task: .classification, schema: demanding)
        #expect(dataset.features.columns.map(\.name) == ["note"])
        let folds = try Folds(split, dataset.answers, table, seed: 1)
        #expect(folds.ids == [1, Folds.none, 0])
        // Texts tell groups as well.
        let groups = RowSplit(.group(.init("note")), .folds(2))
        let byNote = try Self.table(groups, schema, csv: csv)
        let parts = try Folds(groups, dataset.answers, byNote.table, seed: 1).ids
        #expect(parts[1] == parts[2] && parts[0] != parts[1])
    }

    /// Calibration, stability and ensembles go by rows that were judged, and by no others.
    @Test func `an ensemble is chosen by the rows that are held out`() throws {
        let data = try SmallTables.flowers(rows: 200)
        let folds = try Folds(data.answers, share: 0.3, seed: 1)
        var bench = Workbench(data, folds)
        let recipes = [Recipe(.naiveBayes), Recipe(.logisticRegression), Recipe(.baseline)]
        let predictions = try recipes.map {
            try bench.evaluate($0, metrics: [.logLoss]).predictions
        }
        guard case .classes(let labels, let count) = data.answers else {
            throw EvaluationError(.badRecipe, "flowers are of classes")
        }
        // What is not judged may be anything.
        var others = predictions
        var flipped = labels
        for row in labels.indices where folds.ids[row] == Folds.none {
            flipped[row] = 1 - labels[row]
            for index in others.indices { others[index][row, 0] = 0.5 }
        }
        let choice = try #require(
            LastStep(predictions, data.answers, folds, by: .logLoss).choose())
        let same = try #require(
            LastStep(others, .classes(flipped, count: count), folds, by: .logLoss).choose())
        #expect(same.blend == choice.blend)
        let judged = folds.judged
        #expect(same.predictions.rows(at: judged) == choice.predictions.rows(at: judged))
        let (ensemble, evaluation) = try bench.ensemble(of: recipes, metrics: [.logLoss])
        #expect(ensemble.pooling == choice.blend.pooling)
        let score = try Metric.logLoss.value(
            data.answers.rows(at: judged), choice.predictions.rows(at: judged))
        #expect(evaluation.scores[0].folds == [score])
    }
}
