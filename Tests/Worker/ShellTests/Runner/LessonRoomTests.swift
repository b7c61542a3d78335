import Engine
import Host
import Testing
import Wire

@testable import WorkerShell

/// The last hop of a table: from bytes whose digest was checked to the rows that are learned from.
@Suite struct LessonRoomTests {
    private static let csv =
        "x,y\n" + (0..<40).map { "\($0),\($0 < 20 ? "no" : "yes")\n" }.joined() + "99,no\n"

    private static func schema(_ rules: [Rule]) throws -> Schema {
        try Schema([.init("x", .numeric()), .init("y", .categorical())], rules: rules)
    }

    private static let sane = Rule("sane", .require("x < 90"), .drop)

    /// A room whose lesson pins what `pinned` leaves, and whose worker reads by `rules`.
    private static func room(
        _ rules: [Rule], pinned: [Rule]
    ) throws -> (room: LessonRoom, cleaned: Digest) {
        let data = try SmallLesson.memory(Self.csv)
        let encoded = try Self.schema(rules).encoded()
        let schema = try SmallLesson.memory(String(decoding: encoded, as: UTF8.self))
        let left = try data.withBytes { bytes in
            try Dataset.table(
                bytes: bytes, schema: try Self.schema(pinned), target: "y", task: .classification
            ).table
        }
        let lesson = Lesson(
            task: .classification, data: data.blob, schema: schema.blob, target: "y",
            metrics: ["accuracy"], folds: 4, foldSeed: 1, cleaned: left.digest)
        return (try LessonRoom(lesson, SmallLesson.attached(data, schema), "class"), left.digest)
    }

    @Test func `rows are dropped where they are learned from, and the model says so`() throws {
        var (room, cleaned) = try Self.room([Self.sane], pinned: [Self.sane])
        let outputs = try room.refit(SmallLesson.recipe, scores: [], companions: []).files
        let weights = outputs[1].0.blob.digest.description
        let bundle = try ModelBundle(
            manifest: outputs[0].1.withBytes { Array($0) },
            weights: outputs[1].1.withBytes { Array($0) }
        ) { _ in weights }
        func entry(_ name: String) -> String? { bundle.lineage.first { $0.name == name }?.text }
        #expect(entry("rows_read") == "41" && entry("rows") == "40")
        #expect(entry("rows_dropped") == "1" && entry("rule sane") == "dropped 1")
        #expect(entry("cleaned") == cleaned.description)
    }

    @Test func `companions that help make the model too, and it says what they score`() throws {
        var (room, _) = try Self.room([Self.sane], pinned: [Self.sane])
        let weak = Wire.Recipe(family: "baseline", parameters: [], seed: 1)
        let unknown = Wire.Recipe(family: "of_tomorrow", parameters: [], seed: 1)
        let learned = try room.refit(weak, scores: [], companions: [unknown, SmallLesson.recipe])
        #expect(learned.members.map(\.recipe) == [0, 2])
        #expect(learned.members.reduce(0) { $0 + $1.weight } == 1)
        let alone = try room.evaluate(weak)
        #expect(learned.scores.map(\.metric) == ["accuracy"])
        #expect(learned.scores[0].value > alone[0].value)
        let again = try room.refit(weak, scores: [], companions: [unknown, SmallLesson.recipe])
        #expect(again.files.map(\.0) == learned.files.map(\.0))
        // One that is its own companion is calibrated where that helps, and stays one.
        let own = try room.refit(SmallLesson.recipe, scores: [], companions: [SmallLesson.recipe])
        #expect(own.members.isEmpty && own.scores.map(\.metric) == ["accuracy"])
    }

    @Test func `what was fitted alone before makes the same model with companions`() throws {
        let companions = [Wire.Recipe(family: "naive_bayes", parameters: [], seed: 1)]
        var (first, _) = try Self.room([], pinned: [])
        var (second, _) = try Self.room([], pinned: [])
        _ = try first.refit(SmallLesson.recipe, scores: [], companions: [])
        let after = try first.refit(SmallLesson.recipe, scores: [], companions: companions)
        let before = try second.refit(SmallLesson.recipe, scores: [], companions: companions)
        #expect(after.members == before.members && after.scores == before.scores)
        #expect(after.files.map(\.0) == before.files.map(\.0))
    }

    @Test func `what another room remembers is recalled, and the model is the same`() throws {
        let weak = Wire.Recipe(family: "baseline", parameters: [], seed: 1)
        let recipes = [weak, SmallLesson.recipe]
        var (first, _) = try Self.room([], pinned: [])
        #expect(first.remembered(of: weak) == nil)
        for recipe in recipes { _ = try first.evaluate(recipe) }
        let model = try first.refit(weak, scores: [], companions: [SmallLesson.recipe])
        var (second, _) = try Self.room([], pinned: [])
        for recipe in recipes {
            second.recall(try #require(first.remembered(of: recipe)), of: recipe)
        }
        let again = try second.refit(weak, scores: [], companions: [SmallLesson.recipe])
        #expect(again.members == model.members && again.scores == model.scores)
        #expect(again.files.map(\.0) == model.files.map(\.0))
    }

    /// Nothing but what was recalled can say that the baseline is right of every row.
    @Test func `what is recalled stands for a cross validation, if it fits the rows`() throws {
        let weak = Wire.Recipe(family: "baseline", parameters: [], seed: 1)
        let right = (0..<41).flatMap { (row) -> [Double] in
            row < 20 || row == 40 ? [1, 0] : [0, 1]
        }
        for (values, isRight) in [(right, true), (Array(right.dropLast()), false)] {
            var (room, _) = try Self.room([], pinned: [])
            var draft = try SealedMemory.Draft(named: "test")
            try values.withUnsafeBytes { try draft.append($0) }
            room.recall(try draft.sealed(), of: weak)
            let learned = try room.refit(weak, scores: [], companions: [SmallLesson.recipe])
            #expect((learned.scores[0].value == 1) == isRight)
        }
    }

    /// Groups whose number tells the class, which helps with no group that was not seen.
    private static func grouped(
        _ split: SplitTerms?, groups: Int
    ) throws -> LessonRoom {
        let rows = (0..<120).map { row in
            "\(row % groups),\((row % groups * 7) % 11 < 5 ? "no" : "yes")\n"
        }
        let data = try SmallLesson.memory("g,y\n" + rows.joined())
        let columns = try Schema([.init("g", .numeric()), .init("y", .categorical())])
        let schema = try SmallLesson.memory(String(decoding: columns.encoded(), as: UTF8.self))
        let lesson = Lesson(
            task: .classification, data: data.blob, schema: schema.blob, target: "y",
            metrics: ["accuracy"], folds: 4, foldSeed: 1, split: split)
        return try LessonRoom(lesson, SmallLesson.attached(data, schema), "class")
    }

    @Test func `rows of one group are never on both sides, and the model says so`() throws {
        let split = SplitTerms(by: .group, column: "g", isFeature: true, holdout: nil)
        let recipe = Wire.Recipe(family: "decision_tree", parameters: [], seed: 1)
        var known = try Self.grouped(nil, groups: 12)
        #expect(try known.evaluate(recipe)[0].value == 1)
        var room = try Self.grouped(split, groups: 12)
        #expect(try room.evaluate(recipe)[0].value < 0.9)
        let outputs = try room.refit(recipe, scores: [], companions: []).files
        let manifest = outputs[0].1.withBytes { String(decoding: $0, as: UTF8.self) }
        #expect(manifest.contains("\"split_by\": \"group\""))
        #expect(manifest.contains("\"split_column\": \"g\""))
        #expect(throws: ComputationError.self) { try Self.grouped(split, groups: 3) }
    }

    /// The tables of x and of what is twice as much, but for a constant that only one has.
    private static func judged(
        by rows: Range<Int>, plus constant: Int
    ) throws -> (room: LessonRoom, validation: Digest) {
        let train = (0..<40).map { "\($0),\(2 * $0),t\($0 % 3)\n" }.joined()
        let more = rows.map { "\($0),\(2 * $0 + constant),v\($0 % 3)\n" }.joined()
        let data = try SmallLesson.memory("x,y,k\n" + train)
        let validation = try SmallLesson.memory("x,y,k\n" + more)
        let columns = try Schema([
            .init("x", .numeric()), .init("y", .numeric()), .init("k", .categorical()),
        ])
        let schema = try SmallLesson.memory(String(decoding: columns.encoded(), as: UTF8.self))
        let lesson = Lesson(
            task: .regression, data: data.blob, schema: schema.blob, target: "y",
            metrics: ["mae"], folds: 2, foldSeed: 1, validation: validation.blob)
        let room = try LessonRoom(
            lesson, SmallLesson.attached(data, schema, validation), "class")
        return (room, validation.blob.digest)
    }

    @Test func `a table of its own judges, and the model learns from both`() throws {
        let recipe = Wire.Recipe(
            family: "ridge", parameters: [Parameter("alpha", 1e-6)], seed: 1)
        // What was learned from the first table is wrong by the constant, in every row.
        var (room, digest) = try Self.judged(by: 100..<110, plus: 1000)
        let error = try room.evaluate(recipe)[0].value
        #expect(abs(error - 1000) < 0.1)
        let outputs = try room.refit(recipe, scores: [Score("mae", error)], companions: []).files
        let weights = outputs[1].0.blob.digest.description
        let bundle = try ModelBundle(
            manifest: outputs[0].1.withBytes { Array($0) },
            weights: outputs[1].1.withBytes { Array($0) }
        ) { _ in weights }
        func entry(_ name: String) -> String? { bundle.lineage.first { $0.name == name }?.text }
        #expect(entry("validation") == digest.description && entry("validation_rows") == "10")
        #expect(entry("rows") == "50")
        let model = try #require(bundle.model.ofTable)
        let frame = try Array("x,k\n105,v1\n".utf8).withUnsafeBytes {
            try model.frame(bytes: $0, for: .prediction)
        }
        // The judge's rows are among those that it learned from.
        #expect(try model.predict(frame)[0, 0] > 600)
    }

    /// Every second row of either table is far off, and counts for nothing.
    @Test func `rows that judge count by their weights too`() throws {
        func table(_ rows: Range<Int>) throws -> SealedMemory {
            try SmallLesson.memory(
                "x,y,w\n"
                    + rows.map { "\($0),\(2 * $0 + $0 % 2 * 1000),\(1 - $0 % 2)\n" }.joined())
        }
        let (data, validation) = (try table(0..<40), try table(40..<50))
        let columns = try Schema([
            .init("x", .numeric()), .init("y", .numeric()), .init("w", .numeric(), use: .checks),
        ])
        let schema = try SmallLesson.memory(String(decoding: columns.encoded(), as: UTF8.self))
        let recipe = Wire.Recipe(
            family: "ridge", parameters: [Parameter("alpha", 1e-6)], seed: 1)
        func error(_ weight: String?) throws -> Double {
            let lesson = Lesson(
                task: .regression, data: data.blob, schema: schema.blob, target: "y",
                metrics: ["mae"], folds: 2, foldSeed: 1, weight: weight,
                validation: validation.blob)
            var room = try LessonRoom(
                lesson, SmallLesson.attached(data, schema, validation), "class")
            return try room.evaluate(recipe)[0].value
        }
        #expect(try error("w") < 0.1)
        #expect(try error(nil) > 1)
    }

    /// Half of the rows say the opposite of the others, and count for next to nothing.
    @Test func `rows count by their weights, classes by theirs, and the model says so`() throws {
        let rows = (0..<80).map { row in
            let isLarge = row / 2 % 20 < 10
            return "\(row / 2 % 20),\(row % 2 == 0 ? "1" : "0.001"),"
                + "\(isLarge == (row % 2 == 0) ? "no" : "yes")\n"
        }
        let data = try SmallLesson.memory("x,w,y\n" + rows.joined())
        let columns = try Schema([
            .init("x", .numeric()), .init("w", .numeric()), .init("y", .categorical()),
        ])
        let schema = try SmallLesson.memory(String(decoding: columns.encoded(), as: UTF8.self))
        func room(_ weight: String?, _ classes: Wire.ClassWeights?) throws -> LessonRoom {
            let lesson = Lesson(
                task: .classification, data: data.blob, schema: schema.blob, target: "y",
                metrics: ["accuracy"], folds: 4, foldSeed: 1, weight: weight,
                classWeights: classes)
            return try LessonRoom(lesson, SmallLesson.attached(data, schema), "class")
        }
        let recipe = Wire.Recipe(family: "logistic_regression", parameters: [], seed: 1)
        var plain = try room(nil, nil)
        #expect(try plain.evaluate(recipe)[0].value < 0.7)
        var weighed = try room("w", .given([1, 2]))
        #expect(try weighed.evaluate(recipe)[0].value > 0.8)
        let outputs = try weighed.refit(recipe, scores: [], companions: []).files
        let manifest = outputs[0].1.withBytes { String(decoding: $0, as: UTF8.self) }
        #expect(manifest.contains("\"weight\": \"w\""))
        #expect(manifest.contains("\"class_weight\": \"1.0,2.0\""))
        #expect(throws: ComputationError.self) { try room(nil, .given([1, 2, 3])) }
    }

    @Test func `the positive class may be the first of two`() throws {
        // A quarter of the rows is of `a`, and half of those cannot be told from the others.
        let rows = (0..<120).map { row in
            "\(row % 8 == 0 ? 1 : 0),\(row % 4 == 0 ? "a" : "b")\n"
        }
        let data = try SmallLesson.memory("x,y\n" + rows.joined())
        let schema = try SmallLesson.memory(
            String(
                decoding: try Schema([.init("x", .numeric()), .init("y", .categorical())])
                    .encoded(), as: UTF8.self))
        func room(positiveFirst: Bool) throws -> LessonRoom {
            let lesson = Lesson(
                task: .classification, data: data.blob, schema: schema.blob, target: "y",
                metrics: ["f1", "accuracy"], folds: 3, foldSeed: 1, positiveFirst: positiveFirst)
            return try LessonRoom(lesson, SmallLesson.attached(data, schema), "class")
        }
        let recipe = Wire.Recipe(family: "logistic_regression", parameters: [], seed: 1)
        var (usual, turned) = (try room(positiveFirst: false), try room(positiveFirst: true))
        let (second, first) = (try usual.evaluate(recipe), try turned.evaluate(recipe))
        #expect(second[1].value == first[1].value)
        // Of `b` 90 rows are found among 105; of `a` 15 among 15 of 30.
        #expect(abs(second[0].value - 180.0 / 195) < 0.02)
        #expect(abs(first[0].value - 30.0 / 45) < 0.1)
        let outputs = try turned.refit(recipe, scores: [], companions: []).files
        let manifest = outputs[0].1.withBytes { String(decoding: $0, as: UTF8.self) }
        #expect(manifest.contains("\"positive_first\": \"true\""))
        #expect(manifest.contains(#""classes": ["b", "a"]"#))
    }

    @Test func `a model keeps to its ways, says so, and others do not compute`() throws {
        let rows = (0..<120).map { row in "\(row),\(row % 40)\n" }
        let data = try SmallLesson.memory("x,y\n" + rows.joined())
        let columns = try Schema([.init("x", .numeric()), .init("y", .numeric())])
        let schema = try SmallLesson.memory(String(decoding: columns.encoded(), as: UTF8.self))
        func room(_ column: String) throws -> LessonRoom {
            let lesson = Lesson(
                task: .regression, data: data.blob, schema: schema.blob, target: "y",
                metrics: ["rmse"], folds: 4, foldSeed: 1, monotone: [.init(column, .decreasing)])
            return try LessonRoom(lesson, SmallLesson.attached(data, schema), "class")
        }
        var bound = try room("x")
        let tree = Wire.Recipe(family: "decision_tree", parameters: [], seed: 1)
        // A saw of which only the falls can be followed.
        #expect(try bound.evaluate(tree)[0].value > 8)
        let outputs = try bound.refit(tree, scores: [], companions: []).files
        let manifest = outputs[0].1.withBytes { String(decoding: $0, as: UTF8.self) }
        #expect(manifest.contains("\"monotone x\": \"decreasing\""))
        let line = Wire.Recipe(family: "ridge", parameters: [], seed: 1)
        #expect(throws: ComputationError.self) { try bound.evaluate(line) }
        #expect(throws: ComputationError.self) { try room("y") }
    }

    @Test func `a quantile is learned, and the model says of which share`() throws {
        let rows = (0..<200).map { row in "\(row % 2),\(row / 2)\n" }
        let data = try SmallLesson.memory("x,y\n" + rows.joined())
        let columns = try Schema([.init("x", .numeric()), .init("y", .numeric())])
        let schema = try SmallLesson.memory(String(decoding: columns.encoded(), as: UTF8.self))
        let lesson = Lesson(
            task: .regression, data: data.blob, schema: schema.blob, target: "y",
            metrics: ["quantile_loss", "mae"], folds: 4, foldSeed: 1, quantile: 0.9)
        var room = try LessonRoom(lesson, SmallLesson.attached(data, schema), "class")
        let recipe = Wire.Recipe(family: "baseline", parameters: [], seed: 1)
        // What 90 of 0…99 lie below costs 4.5 a row; their middle would cost 25.
        #expect(abs(try room.evaluate(recipe)[0].value - 4.5) < 0.5)
        let outputs = try room.refit(recipe, scores: [], companions: []).files
        let manifest = outputs[0].1.withBytes { String(decoding: $0, as: UTF8.self) }
        #expect(manifest.contains("\"quantile\": \"0.9\""))
    }

    /// As a worker of another version would, to which the rule means something else.
    @Test func `who is left with another table does not compute`() throws {
        let other = Rule("sane", .require("x < 30"), .drop)
        let error = #expect(throws: ComputationError.self) {
            try Self.room([other], pinned: [Self.sane])
        }
        #expect(error?.description.contains("leaves another table here") == true)
    }
}
