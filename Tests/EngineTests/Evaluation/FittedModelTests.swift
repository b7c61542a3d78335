import Testing

@testable import Engine

@Suite struct FittedModelTests {
    private static let csv =
        "size,colour,note,price\n"
        + (0..<40).map { "\($0),\(["red", "blue"][$0 % 2]),n,\($0 * 3 + $0 % 2)\n" }.joined()

    private func model(_ family: Family = .ridge) throws -> FittedModel {
        let schema = try Schema([
            .init("size", .numeric(bounds: .init(low: 0, high: 100))),
            .init("colour", .categorical()), .init("note", .ignored), .init("price", .numeric()),
        ])
        return try FittedModel.fit(
            Recipe(family, [.init("alpha", 1e-8)]),
            try SmallTables.dataset(Self.csv, target: "price", .regression, schema))
    }

    private func frame(
        _ model: FittedModel, _ csv: String, for purpose: FittedModel.Purpose
    ) throws -> Frame {
        try Array(csv.utf8).withUnsafeBytes { try model.frame(bytes: $0, for: purpose) }
    }

    @Test func `a table in another order, with further columns, is read by name`() throws {
        let model = try self.model()
        let frame = try self.frame(
            model, "extra,colour,size\nx,red,10\ny,blue,21\nz,green,4\nz,,\n", for: .prediction)
        let prediction = try model.predict(frame)
        #expect(abs(prediction[0, 0] - 30) < 1e-3)
        #expect(abs(prediction[1, 0] - 64) < 1e-3)
        #expect(prediction.values.allSatisfy { $0.isFinite })
    }

    @Test func `scoring needs the target, prediction does not look at it`() throws {
        let model = try self.model()
        let csv = "size,colour,price\n1,red,3\n2,blue,\n"
        #expect(try self.frame(model, csv, for: .prediction).columns.count == 2)
        let missing = #expect(throws: TableError.self) {
            try self.frame(model, csv, for: .scoring)
        }
        #expect(missing?.code == .missingValue && missing?.line == 3)
        let absent = #expect(throws: TableError.self) {
            try self.frame(model, "size,colour\n1,red\n", for: .scoring)
        }
        #expect(absent?.code == .missingColumn)
        let good = try self.frame(model, "price,size,colour\n9,3,blue\n", for: .scoring)
        #expect(try model.answers(in: good) == .numbers([9]))
    }

    @Test func `a table that breaks the model's schema is refused`() throws {
        let model = try self.model()
        let cases: [(String, TableError.Code)] = [
            ("size\n1\n", .missingColumn), ("size,colour\nx,red\n", .badNumber),
            ("size,colour\n101,red\n", .outOfRange),
        ]
        for (csv, code) in cases {
            let error = #expect(throws: TableError.self) {
                try self.frame(model, csv, for: .prediction)
            }
            #expect(error?.code == code)
        }
        let texts = try SmallTables.frame("size,colour\na,red\n")
        #expect(throws: TableError.self) { try model.predict(texts) }
    }

    @Test func `what was fitted before is not fitted again`() throws {
        let recipe = Recipe(.gradientBoosting, [.init("trees", 3)])
        let ensemble = Ensemble(of: recipe)
        // Of other rows, so that it can be told apart.
        let former = try FittedModel.fit(recipe, try SmallTables.flowers(rows: 50, seed: 2))
        let data = try SmallTables.flowers(rows: 50)
        func tensors(_ former: FittedModel?) throws -> [Tensor] {
            try FittedModel.fit(ensemble, data, reusing: former).members[0].predictor.tensors
        }
        #expect(try tensors(former) == former.members[0].predictor.tensors)
        #expect(try tensors(nil) != former.members[0].predictor.tensors)
        let other = try FittedModel.fit(Recipe(.naiveBayes), data)
        #expect(try tensors(other) == tensors(nil))
    }

    @Test func `a prediction in blocks is a prediction row by row`() throws {
        let data = try SmallTables.flowers(rows: 100)
        let model = try FittedModel.fit(Recipe(.gradientBoosting, [.init("trees", 3)]), data)
        let many = try SmallTables.flowers(rows: 9000, seed: 2).features
        let prediction = try model.predict(many)
        #expect(prediction.rows == 9000)
        let expected = model.members[0].predictor.predict(model.encoders[0].encode(many))
        #expect(prediction == expected)
        #expect(["iris", "rose"].contains(model.label(prediction, row: 8999)?.revealed ?? ""))
    }

    @Test func `a class that the model does not know is refused by row, not by name`() throws {
        let model = try FittedModel.fit(Recipe(.baseline), try SmallTables.flowers(rows: 20))
        let frame = Frame(
            rows: 2,
            columns: [
                .init("kind", .categorical(.init(codes: [1, 0], levels: ["canary", "rose"])))
            ])
        let error = #expect(throws: TableError.self) { try model.answers(in: frame) }
        #expect(error?.code == .unknownClass)
        #expect(error?.description.contains("row 2") == true)
        #expect(error?.description.contains("canary") == false)
    }
}
