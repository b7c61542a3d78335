import Testing

@testable import Engine

@Suite struct FrequencyTests {
    private func step(_ texts: [String]) throws -> Frequency? {
        let times = try texts.map { Double(try #require(CivilTime.parse($0.utf8))) }
        return TimeGrid.commonestStep([times], isCivil: true)
    }

    @Test func `durations, months, quarters and years are told apart`() throws {
        #expect(try self.step(["2024-01-31", "2024-02-29", "2024-03-31"]) == .months(1))
        #expect(try self.step(["2023-01", "2023-04", "2023-07"]) == .months(3))
        #expect(try self.step(["2023-01-30", "2023-02-28", "2023-03-30"]) == .months(1))
        #expect(try self.step(["2023-01-28", "2023-02-28", "2023-03-01"]) == .seconds(86_400))
        #expect(try self.step(["1999", "2000", "2001"]) == .months(12))
        #expect(try self.step(["2024-02-27", "2024-02-28", "2024-03-01"]) == .seconds(86_400))
        #expect(try self.step(["2024-01-01T23:45", "2024-01-02T00:00"]) == .seconds(900))
        #expect(try self.step(["2024-01-01"]) == nil)
        #expect(TimeGrid.commonestStep([[1, 2, 3, 7]], isCivil: false) == .number(1))
        let quarters = (0..<9).map { 1959 + Double($0) * 0.25 }
        #expect(TimeGrid.commonestStep([quarters], isCivil: false) == .number(0.25))
    }

    @Test func `month ends lie on a grid of months, whatever their days`() throws {
        let start = Double(try #require(CivilTime.parse("2023-11-30".utf8)))
        let grid = TimeGrid(frequency: .months(1), start: start)
        func place(_ text: String) throws -> Int? {
            grid.place(of: Double(try #require(CivilTime.parse(text.utf8))))
        }
        #expect(try place("2024-02-29") == 3)
        #expect(try place("2024-01-30") == 2)
        #expect(try place("2024-01-31") == 2)
        #expect(try place("2024-01-29") == nil)
        #expect(try place("2024-01-30T01:00") == nil)
    }

    @Test func `names and counts of units are understood, all else is not`() {
        #expect(Frequency(name: "monthly") == .months(1))
        #expect(Frequency(name: "15min") == .seconds(900))
        #expect(Frequency(name: "2w") == .seconds(14 * 86_400))
        #expect(Frequency(name: "3mo") == .months(3))
        for name in ["", "month", "0d", "min", "1.5h", "-1d", "9999999d"] {
            #expect(Frequency(name: name) == nil)
        }
        #expect(Frequency.seconds(900).description == "15 minutes")
        #expect(Frequency.months(24).description == "2 years")
    }

    @Test func `candidates of a season follow from the step`() {
        #expect(Frequency.months(1).seasonCandidates == [12])
        #expect(Frequency.months(3).seasonCandidates == [4])
        #expect(Frequency.months(12).seasonCandidates == [])
        #expect(Frequency.seconds(86_400).seasonCandidates == [7, 365])
        #expect(Frequency.seconds(3600).seasonCandidates == [24, 168])
        #expect(Frequency.seconds(7 * 86_400).seasonCandidates == [52])
        #expect(Frequency.number(0.25).seasonCandidates == [4])
    }

    @Test func `the season that explains most is found, and none in noise or a line`() {
        var generator = SeededGenerator(seed: 5)
        let noise = (0..<240).map { _ in generator.unit() }
        #expect(SeasonLength.detect(noise, candidates: [7, 12, 24]) == 1)
        var walk = 0.0
        let walked = noise.map { step in
            walk += step - 0.5
            return walk
        }
        #expect(SeasonLength.detect(walked, candidates: [7, 12, 24]) == 1)
        let line = (0..<240).map { Double($0) * 0.1 }
        #expect(SeasonLength.detect(line, candidates: [7, 12, 24]) == 1)
        let waves = (0..<240).map { t in
            noise[t] + Double(t) / 10 + 2 * cosineOfTurns(t % 12, of: 12)
        }
        #expect(SeasonLength.detect(waves, candidates: [7, 12, 24]) == 12)
        #expect(SeasonLength.detect(waves.map { $0 * 1e300 }, candidates: [7, 12, 24]) == 12)
    }

    @Test func `a moving average is that of its naive twin`() {
        let values = (0..<30).map { Double($0 * $0 % 11) }
        for length in [4, 5] {
            let averages = movingAverage(values, length)
            for (index, average) in averages.enumerated() {
                let t = index + length / 2
                var sum = 0.0
                for k in -2...2 {
                    sum += values[t + k] * (length == 4 && abs(k) == 2 ? 0.5 : 1)
                }
                #expect(abs(average - sum / Double(length)) < 1e-12)
            }
            #expect(averages.count == 30 - 2 * (length / 2))
        }
    }
}
