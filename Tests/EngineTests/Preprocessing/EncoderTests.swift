import Privacy
import Testing

@testable import Engine

@Suite struct EncoderTests {
    private func frame(_ columns: [Frame.Column]) -> Frame {
        Frame(rows: columns[0].values.count, columns: columns)
    }

    private func numeric(_ numbers: [Double]) -> Frame {
        self.frame([.init("x", .numeric(numbers))])
    }

    private func texts(_ texts: [String?]) -> Frame {
        let levels = Set(texts.compactMap { $0.map { Private($0) } }).sorted()
        let codes = texts.map { text in
            text.flatMap { levels.firstIndex(of: Private($0)) }.map(Int32.init)
                ?? Frame.Categories.missing
        }
        return self.frame([.init("x", .categorical(.init(codes: codes, levels: levels)))])
    }

    private func fitted(
        _ frame: Frame, _ form: FeatureForm, rows: [Int]? = nil
    ) throws -> Encoder {
        try .fitted(frame, form, rows: rows)
    }

    @Test func `numbers are centred and scaled by the training rows alone`() throws {
        let frame = self.numeric([1, 3, 1, 3, 1000])
        let encoder = try self.fitted(frame, .dense, rows: [0, 1, 2, 3])
        #expect(encoder.encode(frame).values == [-1, 1, -1, 1, 998])
        #expect(encoder.encode(frame, rows: [4, 0]).values == [998, -1])
    }

    @Test func `a missing number is the mean, and indicated if training rows missed some`() throws {
        let frame = self.numeric([1, 3, .nan, 2])
        let plain = try self.fitted(frame, .dense, rows: [0, 1])
        #expect(plain.encode(frame).values == [-1, 1, 0, 0])
        let indicating = try self.fitted(frame, .dense, rows: [0, 1, 2])
        #expect(indicating.width == 2)
        #expect(indicating.encode(frame).values == [-1, 0, 1, 0, 0, 1, 0, 0])
    }

    @Test func `trees get numbers as they are`() throws {
        let encoded = try self.fitted(self.numeric([1, .nan, -5]), .ordinal)
            .encode(self.numeric([7, .nan]))
        #expect(encoded[0, 0] == 7 && encoded[1, 0].isNaN)
    }

    @Test func `huge, tiny and hostile numbers stay finite`() throws {
        let big = Double.greatestFiniteMagnitude
        let tables: [[Double]] = [
            [big, -big, 0], [.leastNonzeroMagnitude, 0, 0], [1e-300, 2e-300, 3e-300],
            [1e15, 1e15 + 1],
        ]
        for numbers in tables {
            let frame = self.numeric(numbers + [1])
            let rows = Array(numbers.indices)
            guard let encoder = try? self.fitted(frame, .dense, rows: rows) else { continue }
            let other = encoder.encode(self.numeric([big, -big, 0, 1e300, .nan]))
            #expect((encoder.encode(frame).values + other.values).allSatisfy { $0.isFinite })
        }
    }

    @Test func `columns that do not vary over the training rows are dropped`() throws {
        let constant = Frame.Column("c", .numeric([2, 2, 2, 7]))
        let empty = Frame.Column("e", .numeric([.nan, .nan, .nan, 1]))
        let one = Frame.Column("o", .categorical(.init(codes: [0, 0, 0, 1], levels: ["a", "b"])))
        let noise = Frame.Column("n", .numeric([0.1 + 0.2, 0.3, 0.3, 5]))
        let good = Frame.Column("g", .numeric([1, 2, 3, 4]))
        for form in [FeatureForm.dense, .ordinal] {
            let columns = [constant, empty, one, good] + (form == .dense ? [noise] : [])
            let encoder = try self.fitted(self.frame(columns), form, rows: [0, 1, 2])
            #expect(encoder.width == 1)
            let nothing = self.frame([constant, empty, one])
            #expect(throws: EncodingError(.nothingVaries, "")) {
                try self.fitted(nothing, form, rows: [0, 1, 2])
            }
        }
    }

    @Test(arguments: [FeatureForm.dense, .ordinal])
    func `a column that repeats another is dropped, and told`(form: FeatureForm) throws {
        let numbers = (0..<20).map { $0 % 4 == 1 ? Double.nan : Double($0) }
        let codes = (0..<20).map { Int32($0 % 2) }
        let levels: [Private<String>] = ["a", "b"]
        let frame = self.frame([
            .init("x", .numeric(numbers)), .init("date", .dates(numbers)),
            .init("again", .numeric(Array(numbers.dropLast()) + [-1])),
            .init("other", .numeric((0..<20).map(Double.init))),
            .init("c", .categorical(.init(codes: codes, levels: levels))),
            .init("d", .categorical(.init(codes: codes, levels: ["a", "c"]))),
            .init("e", .categorical(.init(codes: Array(codes.dropLast()) + [-1], levels: levels))),
        ])
        let encoder = try self.fitted(frame, form, rows: Array(0..<19))
        let encodings = encoder.columns.map(\.encoding)
        #expect(encodings[2] == .duplicate(of: 0) && encodings[6] == .duplicate(of: 4))
        for index in [0, 1, 3] { #expect(encodings[index] != .dropped) }
        let others = encodings.enumerated().filter { ![2, 6].contains($0.offset) }
        for (_, encoding) in others {
            if case .duplicate = encoding { Issue.record("not a duplicate") }
        }
        #expect(try Encoder(json: try JSON(decoding: encoder.json.encoded())) == encoder)
        #expect(encoder.encode(frame).rows == 20)
        let all = try self.fitted(frame, form).columns.map(\.encoding)
        #expect(all[2] != .duplicate(of: 0))
    }

    @Test func `whether a constant is there may be all that a column tells`() throws {
        let frame = self.numeric([3, .nan, 3, .nan])
        #expect(try self.fitted(frame, .dense).encode(frame).values.map(abs).max() == 1)
        #expect(try self.fitted(frame, .ordinal).width == 1)
    }

    @Test func `frequent levels have a column each, rare and unseen ones share one`() throws {
        let frequent = ["b", "a", "c"].flatMap { Array(repeating: $0, count: 5) }
        let training = frequent + ["b", "r", "s"]
        let encoder = try self.fitted(self.texts(training), .dense)
        guard case .oneHot(let oneHot) = encoder.columns[0].encoding else {
            Issue.record("not one-hot")
            return
        }
        #expect(oneHot == OneHot(levels: ["b", "a", "c"], hasOther: true, hasMissing: false))
        let encoded = encoder.encode(self.texts(["a", "b", "s", "unseen", nil]))
        #expect(
            encoded.values == [0, 1, 0, 0] + [1, 0, 0, 0] + [0, 0, 0, 1] + [0, 0, 0, 1]
                + [0, 0, 0, 1])
    }

    @Test func `two levels need one column, and missing may be the second`() throws {
        let two = self.texts(Array(repeating: "a", count: 6) + Array(repeating: "b", count: 5))
        let encoder = try self.fitted(two, .dense)
        #expect(encoder.width == 1)
        #expect(encoder.encode(self.texts(["b", "a", "unseen", nil])).values == [1, 0, 0, 0])
        let missing = self.texts(Array(repeating: "a", count: 6) + [nil])
        #expect(try self.fitted(missing, .dense).encode(missing).values == [0, 0, 0, 0, 0, 0, 1])
    }

    @Test func `a column of names makes no column, and thousands of levels make few`() throws {
        let names = self.texts((0..<500).map { "name \($0)" })
        #expect(throws: EncodingError.self) { try self.fitted(names, .dense) }
        let many = self.texts((0..<5000).map { "level \($0 % 500)" })
        #expect(try self.fitted(many, .dense).width == EncoderLimits.oneHotLevelsMax + 1)
    }

    @Test func `trees get ranks by frequency, unseen and missing ones as missing`() throws {
        let encoder = try self.fitted(self.texts(["b", "c", "c", "a", "b", "c"]), .ordinal)
        let encoded = encoder.encode(self.texts(["a", "b", "c", "unseen", nil]))
        #expect(Array(encoded.values[..<3]) == [2, 1, 0])
        #expect(encoded.values[3...].allSatisfy { $0.isNaN })
    }

    @Test(arguments: [FeatureForm.dense, .ordinal])
    func `an encoder survives its JSON and encodes the same bits`(form: FeatureForm) throws {
        let features = try SmallTables.flowers(rows: 50).features
        let encoder = try self.fitted(features, form)
        let json = try JSON(decoding: encoder.json.encoded())
        let back = try Encoder(json: json)
        #expect(back == encoder)
        let bits = encoder.encode(features).values.map(\.bitPattern)
        #expect(back.encode(features).values.map(\.bitPattern) == bits)
    }

    @Test(arguments: [
        #"{"form":"dense","columns":[]}"#,
        #"{"form":"flat","columns":[{"name":"x","as":"number"}]}"#,
        #"{"form":"dense","columns":[{"name":"x","as":"number"}]}"#,
        #"{"form":"ordinal","columns":[{"name":"x","as":"dropped"}]}"#,
        #"{"form":"dense","columns":[{"name":"x","as":"one_hot_and_means","#
            + #""one_hot":{"as":"dropped"},"means":{"as":"dropped"}}]}"#,
        #"{"form":"ordinal","columns":[{"name":"x","as":"duplicate","of":0}]}"#,
        #"{"form":"ordinal","columns":[{"name":"y","as":"number"},"#
            + #"{"name":"x","as":"duplicate","of":1}]}"#,
        #"{"form":"ordinal","columns":[{"name":"x","as":"number"},{"name":"x","as":"number"}]}"#,
        #"{"form":"ordinal","columns":[{"name":"x","as":"rank","levels":["a","a"]}]}"#,
        #"{"form":"ordinal","columns":[{"name":"x","as":"rank","levels":[]}]}"#,
        #"{"form":"dense","columns":[{"name":"x","as":"standardized","center":0,"scale":0,"#
            + #""missing":"never"}]}"#,
        #"{"form":"dense","columns":[{"name":"x","as":"one_hot","levels":[],"other":true,"#
            + #""missing":false}]}"#,
    ]) func `a stored encoder that cannot encode is refused`(text: String) throws {
        let json = try JSON(decoding: Array(text.utf8))
        #expect(throws: ArtifactError(.badMember, "")) { try Encoder(json: json) }
    }
}
