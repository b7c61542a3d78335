import Privacy
import Testing

@testable import Engine

@Suite struct TextScoresTests {
    static func column(_ texts: [String?]) -> Frame.Categories {
        let levels = Set(texts.compactMap { $0.map { Private($0) } }).sorted()
        let codes = Dictionary(uniqueKeysWithValues: levels.indices.map { (levels[$0], Int32($0)) })
        return .init(codes: texts.map { $0.flatMap { codes[Private($0)] } ?? -1 }, levels: levels)
    }

    private func frame(_ texts: [String?]) -> Frame {
        Frame(rows: texts.count, columns: [.init("x", .texts(Self.column(texts)))])
    }

    private func fit(
        _ texts: [String?], _ answers: Answers, _ form: FeatureForm = .ordinal, rows: [Int]? = nil
    ) throws -> (encoder: Encoder, training: Matrix) {
        try Encoder.fit(
            self.frame(texts), answers, rows: rows ?? Array(texts.indices), form: form)
    }

    private static let fruits = [
        "red apple pie", "green apple", "blue whale song", "whale whale watch", "red pie",
    ]

    /// Computed by numpy, from the formulas in the comment of `TextScores`.
    @Test func `scores are those of a naive Bayes classifier over tf-idf`() throws {
        let fitted = try self.fit(Self.fruits, .classes([0, 0, 1, 1, 0], count: 2))
        #expect(fitted.encoder.width == 1)
        let scores = fitted.encoder.encode(self.frame(["a red whale", "Pie, PIE!", "nothing"]))
        let expected = [3.1012216596895112, -9.426239817959356, 0.5165512859436421]
        #expect(zip(scores.values, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func `of three groups each has a score of its own and one of the others`() throws {
        let fitted = try self.fit(Self.fruits, .classes([0, 0, 1, 2, 0], count: 3))
        let scores = fitted.encoder.encode(self.frame(["a red whale"])).values
        let expected = [
            -1.0353241518971692, 0.07276766680426872, 0.9625564850928985, 2.224046302760872,
            -1.5414780811285684, -0.6825682216323037,
        ]
        #expect(scores.count == 6)
        #expect(zip(scores, expected).allSatisfy { abs($0 - $1) < 1e-5 })
    }

    @Test func `a training row is scored by what the others say`() throws {
        let answers = Answers.classes([0, 0, 1, 1, 0], count: 2)
        let parts = try #require(AnswerGroups(answers)).parts
        let fitted = try self.fit(Self.fruits, answers)
        for part in 0..<parts.count {
            let kept = parts.kept(in: part)
            guard let others = try? self.fit(Self.fruits, answers, rows: kept) else { continue }
            for row in parts.heldOut(in: part) {
                // The rarity of terms is counted over all rows, so that only signs can agree.
                let seen = others.encoder.encode(self.frame([Self.fruits[row]])).values[0]
                #expect(seen == 0 || (seen < 0) == (fitted.training[row, 0] < 0))
            }
        }
        // An answer that only the row itself could tell is not told.
        let noise = (0..<60).map { "word\($0) other\($0 * 7)" }
        let labels = (0..<60).map { Int32($0 * 5 % 7 % 2) }
        let training = try self.fit(noise, .classes(labels, count: 2)).training.values
        let right = labels.indices.count { (training[$0] > 0) == (labels[$0] == 1) }
        #expect(right < 45)
    }

    @Test func `groups of many classes are bounded, and numbers make groups`() throws {
        let many = try #require(
            AnswerGroups(.classes((0..<600).map { Int32($0 % 200) } + [150, 150], count: 200)))
        #expect(many.count == AnswerGroups.countMax)
        #expect(many.labels[150] != many.labels[199] && many.labels[198] == many.labels[199])
        let numbers = try #require(AnswerGroups(.numbers((0..<80).map(Double.init))))
        #expect(numbers.count == 8 && numbers.labels.count { $0 == 3 } == 10)
        let skewed = try #require(AnswerGroups(.numbers(Array(repeating: 0, count: 90) + [5])))
        #expect(skewed.count == 2)
        #expect(AnswerGroups(.numbers([1, 1, 1])) == nil)
        #expect(AnswerGroups(.flags([.normal, .anomalous])) == nil)
        #expect(AnswerGroups(.classes([0], count: 2)) == nil)
    }

    @Test(arguments: [FeatureForm.dense, .ordinal])
    func `a text without a term is missing, whatever it is`(form: FeatureForm) throws {
        let texts: [String?] = Self.fruits + [nil, "", "…"]
        let fitted = try self.fit(texts, .classes([0, 0, 1, 1, 0, 1, 0, 1], count: 2), form)
        let encoded = fitted.encoder.encode(self.frame(["", nil, "!", "apple"]))
        #expect(encoded.columns == (form == .dense ? 2 : 1))
        for matrix in [encoded.rows(at: [0, 1, 2]), fitted.training.rows(at: [5, 6, 7])] {
            for row in 0..<3 {
                if form == .dense { #expect(matrix[row, 0] == 0 && matrix[row, 1] == 1) }
                if form == .ordinal { #expect(matrix[row, 0].isNaN) }
            }
        }
        #expect(encoded[3, 0] < 0 && (form == .ordinal || encoded[3, 1] == 0))
        for texts in [[nil, nil], ["", "-"], ["one text", "one text"]] as [[String?]] {
            #expect(throws: EncodingError.self) {
                try self.fit(texts, .classes([0, 1], count: 2), form)
            }
        }
    }

    @Test func `lines get columns of mean 0 and deviation 1`() throws {
        let texts = (0..<90).map { "\(["alpha", "beta", "gamma"][$0 % 3]) some \($0 * 37 % 11)" }
        let labels = (0..<90).map { Int32($0 % 3) }
        let training = try self.fit(texts, .classes(labels, count: 3), .dense).training
        #expect(training.columns == 6)
        for column in 0..<6 {
            let values = (0..<90).map { training[$0, column] }
            #expect(abs(values.reduce(0, +)) < 1e-9)
            #expect(abs(values.reduce(0) { $0 + $1 * $1 } - 90) < 1e-6)
        }
    }

    @Test func `texts among flags are left out, for nobody says what they speak for`() throws {
        let frame = Frame(
            rows: 3,
            columns: [
                .init("x", .texts(Self.column(["a b", "c d", "e f"]))),
                .init("n", .numeric([1, 2, 3])),
            ])
        let flags = Answers.flags([.normal, .unknown, .normal])
        let encoder = try Encoder.fit(frame, flags, rows: [0, 1, 2], form: .dense).encoder
        #expect(encoder.columns[0].encoding == .dropped && encoder.width == 1)
    }

    @Test(arguments: [Family.logisticRegression, .gradientBoosting])
    func `texts are classified from a table, and the model is stored`(family: Family) throws {
        let words = [["goal", "match", "referee"], ["bond", "shares", "profit"]]
        var generator = SeededGenerator(seed: 3)
        var csv = "note,kind\n"
        for row in 0..<200 {
            let kind = row % 2
            let word = words[kind][generator.below(3)]
            let filler = (0..<4).map { _ in
                "w\(Character(UnicodeScalar(UInt8(97 + generator.below(26)))))"
            }
            csv += "the \(word) of \(filler.joined(separator: " ")) \(row),k\(kind)\n"
        }
        let dataset = try SmallTables.dataset(csv, target: "kind", .classification)
        #expect(dataset.schema.columns[0].kind == .text)
        let model = try FittedModel.fit(Recipe(family), dataset)
        let files = ModelBundle(.table(model), scores: [], lineage: []).files(
            digest: ModelBundleTests.digest)
        let back = try ModelBundle(
            manifest: files.manifest, weights: files.weights, digest: ModelBundleTests.digest)
        #expect(back.files(digest: ModelBundleTests.digest) == files)
        let table = Array("note\nA REFEREE!\nmore profit\n\n".utf8)
        let stored = try #require(back.model.ofTable)
        let frame = try table.withUnsafeBytes { try stored.frame(bytes: $0, for: .prediction) }
        let predicted = try stored.predict(frame)
        #expect(predicted[0, 0] > 0.9 && predicted[1, 1] > 0.9 && predicted[2, 0].isFinite)
        #expect(try model.predict(frame) == predicted)
    }

    @Test func `numbers are predicted from words`() throws {
        let texts = (0..<120).map {
            "size \(["tiny", "small", "large", "huge"][$0 % 4]) item \($0)"
        }
        let frame = Frame(
            rows: 120,
            columns: [
                .init("x", .texts(Self.column(texts))),
                .init("y", .numeric((0..<120).map { Double($0 % 4) * 10 })),
            ])
        let dataset = try Dataset(frame, target: "y", task: .regression)
        var bench = Workbench(dataset, try Folds(dataset.answers, count: 4, seed: 1))
        for family in [Family.ridge, .gradientBoosting] {
            #expect(try bench.evaluate(Recipe(family), metrics: [.r2]).scores[0].mean > 0.9)
        }
    }

    @Test func `stored scores of another shape are refused`() throws {
        let fitted = try self.fit(Self.fruits, .classes([0, 0, 1, 1, 0], count: 2)).encoder
        let tensors = fitted.tensors
        #expect(try Encoder(json: fitted.json, tensors: tensors) == fitted)
        let wrong: [[Tensor]] = [
            [], [tensors[0]], tensors + [.floats("0.more", [1])],
            tensors + [.floats("1.idf", [1])],
            [tensors[0], .floats("0.shares", [1, 2], shape: [2, 1])],
            [.floats("0.idf", Array(repeating: .nan, count: TextScores.buckets)), tensors[1]],
            [.floats("0.idf", Array(repeating: -1, count: TextScores.buckets)), tensors[1]],
        ]
        for tensors in wrong {
            #expect(throws: ArtifactError.self) { try Encoder(json: fitted.json, tensors: tensors) }
        }
        for members in [
            #""centers":[],"scales":[]"#, #""centers":[0],"scales":[0]"#,
            #""centers":[0,0],"scales":[1]"#,
        ] {
            let text =
                #"{"form":"dense","columns":[{"name":"x","as":"text","missing":"never","#
                + "\(members)}]}"
            let json = try JSON(decoding: Array(text.utf8))
            #expect(throws: ArtifactError.self) { try Encoder(json: json, tensors: tensors) }
        }
    }
}
