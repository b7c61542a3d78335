import Testing

@testable import assay

@Suite struct ProgressLineTests {
    @Test func `the line says stage, share, best score, counts, rate and time left`() {
        let job = Reports.job(best: Reports.scored(4, "gradient_boosting", 0.5921))
        #expect(
            ProgressLine.text(job, style: .plain, width: 200)
                == "tuning  ━━━━━━━━━━────────  34/60  rmse 0.5921 gradient_boosting  2 running"
                + "  1 failed  3.4/s  8 s left")
    }

    @Test(arguments: [1, 2, 10, 20, 40, 80])
    func `the line never reaches the terminal's edge`(width: Int) {
        let job = Reports.job(best: Reports.scored(4, "gradient_boosting", 0.5921))
        #expect(ProgressLine.text(job, style: .plain, width: width).count < max(width, 1))
    }

    @Test func `colour takes no columns`() {
        let job = Reports.job()
        let plain = ProgressLine.text(job, style: .plain, width: 60)
        let coloured = ProgressLine.text(job, style: Style(colours: true), width: 60)
        #expect(coloured.replacing(#/\u{1B}\[[0-9]*m/#, with: "") == plain)
        #expect(coloured != plain)
    }

    @Test func `the share is of the budget that ends first`() {
        #expect(ProgressLine.share(Reports.job(trials: 100, scored: 9, failed: 1)) == 0.1)
        let timed = Reports.job(trials: 100, scored: 9, seconds: 30, time: .seconds(40))
        #expect(ProgressLine.share(timed) == 0.75)
        #expect(ProgressLine.share(Reports.job(trials: 0, seconds: 90, time: .seconds(40))) == 1)
        #expect(ProgressLine.share(Reports.job(trials: 0)) == nil)
    }
}

@Suite struct FiguresTests {
    @Test(arguments: [
        (0.0, "0 ms"), (0.0123, "12 ms"), (0.5, "0.5 s"), (59.9, "59.9 s"), (60, "1m 00s"),
        (185, "3m 05s"), (7800, "2h 10m"), (-1, "0 ms"),
    ]) func `lengths of time have two units at most`(seconds: Double, text: String) {
        #expect(Figures.seconds(seconds) == text)
    }

    @Test(
        arguments: [
            (0.92314, "0.9231"), (200, "200"), (1e-9, "1e-09"), (0.08, "0.08"),
            (123_456.7, "1.23e+05"),
            (0, "0"), (-3, "-3"), (Double.nan, "nan"), (1e300, "1e+300"),
        ] as [(Double, String)]) func `numbers are short`(value: Double, text: String)
    {
        #expect(Figures.number(value) == text)
    }

    @Test func `counts, bytes, rates and moments`() {
        #expect(Figures.count(20_000) == "20,000")
        #expect(Figures.count(-1_234_567) == "-1,234,567")
        #expect(Figures.count(999) == "999")
        #expect(Figures.bytes(999) == "999 B")
        #expect(Figures.bytes(3_514_344) == "3.5 MB")
        #expect(Figures.bytes(999_999) == "1.0 MB")
        #expect(Figures.rate(0.42) == "0.4/s")
        #expect(Figures.rate(10_400) == "10,400/s")
        #expect(Figures.moment(0) == "-")
        #expect(Figures.moment(1_772_373_909) == "2026-03-01 14:05:09")
    }
}
