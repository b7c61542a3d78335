import Testing

@testable import Engine

@Suite struct DateFeaturesTests {
    private func frame(_ dates: [Double]) -> Frame {
        Frame(rows: dates.count, columns: [.init("x", .dates(dates))])
    }

    private func fitted(
        _ dates: [Double], _ form: FeatureForm, rows: [Int]? = nil
    ) throws -> Encoder {
        try Encoder.fitted(self.frame(dates), form, rows: rows)
    }

    /// Days, each at midnight, from the given one of 1970 on.
    private func days(_ range: Range<Int>) -> [Double] { range.map { Double($0) * 86_400 } }

    /// Computed by Python's datetime: year, month, day, weekday, day of the year.
    @Test func `a date falls into its parts`() {
        let dates: [(seconds: Double, parts: [Double])] = [
            (1_709_231_400, [2024, 2, 29, 3, 59, 18.5]),
            (-1, [1969, 12, 31, 2, 364, 86_399.0 / 3600]),
            (1_672_531_200, [2023, 1, 1, 6, 0, 0]), (-62_135_596_800, [1, 1, 1, 0, 0, 0]),
        ]
        for date in dates {
            let values = DatePart.allCases.map(DateFeatures(date.seconds).value)
            #expect(values[0] == date.seconds)
            #expect(zip(values.dropFirst(), date.parts).allSatisfy { abs($0 - $1) < 1e-12 })
        }
    }

    @Test func `dates beyond all years are the last that an offset can reach, and finite`() {
        for seconds in [1e300, -1e300, .infinity, 253_402_387_200] {
            let features = DateFeatures(seconds)
            let values =
                DatePart.allCases.map(features.value) + DateCycle.allCases.map(features.share)
            #expect(values.allSatisfy { $0.isFinite })
        }
        #expect(DateFeatures(1e300).value(of: .year) == 10_000)
        #expect(DateFeatures(-1e300).value(of: .year) == -1)
    }

    @Test func `trees get the parts that vary over the training rows, missing where there is none`()
        throws
    {
        let encoder = try self.fitted(
            self.days(0..<10) + [.nan, 5e9], .ordinal, rows: Array(0..<10))
        #expect(
            encoder.columns[0].encoding == .dateParts([.seconds, .day, .weekday, .dayOfYear]))
        let encoded = encoder.encode(self.frame([86_400 * 40.5, .nan]))
        #expect(Array(encoded.values[..<4]) == [86_400 * 40.5, 10, 1, 40])
        #expect(encoded.values[4...].allSatisfy { $0.isNaN })
    }

    @Test func `lines get the trend and the cycles that training rows see to their end`() throws {
        func cycles(_ dates: [Double]) throws -> [DateCycle]? {
            guard case .dateCycles(let dates) = try self.fitted(dates, .dense).columns[0].encoding
            else { return nil }
            return dates.cycles
        }
        #expect(try cycles(self.days(0..<7)) == [])
        #expect(try cycles(self.days(0..<8)) == [.week])
        #expect(try cycles(self.days(0..<400)) == [.year, .month, .week])
        #expect(try cycles((0..<50).map { Double($0) * 3600 }) == [.day])
        #expect(
            try cycles(stride(from: 0, to: 4000, by: 7).map { Double($0) * 86_400 }) == [
                .year, .month,
            ])
    }

    @Test func `what comes round is a point on a circle, and missing ones are in its middle`()
        throws
    {
        let dates = (0..<900).map { Double($0) * 86_400 * 0.5 } + [.nan]
        let encoder = try self.fitted(dates, .dense)
        #expect(encoder.width == 1 + 4 + 2 + 6 + 4 + 1)
        // Thursday, the first of January 1970, at six in the morning.
        let row = encoder.encode(self.frame([6 * 3600])).values
        let turns: [Double] = [3.0 / 7, 6.0 / 7, 9.0 / 7]
        let week = turns.flatMap { turn -> [Double] in
            let pair = cosineOfTurns(SIMD4(turn - 0.25, turn, 0, 0))
            return [pair[0], pair[1]]
        }
        let yearAndMonth: [Double] = [0, 1, 0, 1, 0, 1]
        let day: [Double] = [1, 0, 0, -1, 0]
        let expected = yearAndMonth + week + day
        #expect(row.count == expected.count + 1)
        #expect(zip(row.dropFirst(), expected).allSatisfy { abs($0 - $1) < 1e-12 })
        let missing = encoder.encode(self.frame([.nan])).values
        #expect(missing == Array(repeating: 0, count: 17) + [1])
        #expect(encoder.encode(self.frame(dates)).values.allSatisfy { $0.isFinite })
    }

    @Test(arguments: [FeatureForm.dense, .ordinal])
    func `a column of no date or of one says at most whether it is there`(form: FeatureForm) throws
    {
        for dates in [[Double.nan, .nan, .nan], [5, 5, 5], [.nan]] {
            #expect(throws: EncodingError(.nothingVaries, "")) { try self.fitted(dates, form) }
        }
        let encoder = try self.fitted([5, .nan, 5], form)
        let encoded = encoder.encode(self.frame([7, .nan]))
        #expect(encoded.values.contains { $0.isNaN || $0 == 1 })
        #expect(Array(encoded.values[..<encoder.width]).allSatisfy { abs($0) < 10 })
    }

    @Test(arguments: [FeatureForm.dense, .ordinal])
    func `an encoder of dates survives its JSON`(form: FeatureForm) throws {
        let dates = self.days(-300..<300) + [.nan]
        let encoder = try self.fitted(dates, form)
        let back = try Encoder(json: try JSON(decoding: encoder.json.encoded()))
        #expect(back == encoder)
    }

    @Test(arguments: [
        #"{"form":"ordinal","columns":[{"name":"x","as":"date_parts","parts":[]}]}"#,
        #"{"form":"ordinal","columns":[{"name":"x","as":"date_parts","parts":["day","year"]}]}"#,
        #"{"form":"ordinal","columns":[{"name":"x","as":"date_parts","parts":["era"]}]}"#,
        #"{"form":"dense","columns":[{"name":"x","as":"date_parts","parts":["day"]}]}"#,
        #"{"form":"dense","columns":[{"name":"x","as":"date_cycles","center":0,"scale":1,"#
            + #""cycles":["week","week"],"missing":"never"}]}"#,
        #"{"form":"dense","columns":[{"name":"x","as":"date_cycles","center":0,"scale":-1,"#
            + #""cycles":[],"missing":"never"}]}"#,
    ])
    func `parts that nothing writes are refused`(text: String) throws {
        let json = try JSON(decoding: Array(text.utf8))
        #expect(throws: ArtifactError.self) { try Encoder(json: json) }
    }

    /// Summer is warm, and Sunday is quiet: a line learns it from dates alone.
    @Test func `a model of dates predicts from their spelling, and is stored`() throws {
        var csv = "day,y\n"
        for day in 0..<800 {
            let civil = CivilTime(seconds: day * 86_400)
            let year = cosineOfTurns(SIMD4(repeating: Double(civil.dayOfYear) / 365))[0]
            csv += "\(civil.text),\(10 * year + (civil.weekday == 6 ? 5 : 0))\n"
        }
        let dataset = try SmallTables.dataset(csv, target: "y", .regression)
        #expect(dataset.schema.columns[0].kind == .date)
        for (family, error) in [(Family.ridge, 0.5), (.gradientBoosting, 1)] {
            let model = try FittedModel.fit(Recipe(family), dataset)
            let files = ModelBundle(.table(model), scores: [], lineage: [])
                .files(digest: ModelBundleTests.digest)
            let bundle = try ModelBundle(
                manifest: files.manifest, weights: files.weights, digest: ModelBundleTests.digest)
            let back = try #require(bundle.model.ofTable)
            let later = Array("day\n1971-07-04\n1971-07-05\n1971-01-01T00:00\n\n".utf8)
            let frame = try later.withUnsafeBytes { try back.frame(bytes: $0, for: .prediction) }
            let values = try back.predict(frame).values
            #expect(zip(values, [-5.0, -10, 10]).allSatisfy { abs($0 - $1) < error })
            #expect(values[3].isFinite)
            let numbers = Frame(rows: 1, columns: [.init("day", .numeric([5]))])
            #expect(throws: TableError.self) { try back.predict(numbers) }
        }
    }
}
