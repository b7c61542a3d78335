import Testing

@testable import Engine

@Suite struct CivilTimeTests {
    private func seconds(_ text: String) -> Int? { CivilTime.parse(text.utf8) }

    @Test func `days are counted from 1970 on, in both directions, through leap years`() {
        // Counted with Python's datetime, and by hand for the years it does not know.
        for (date, days) in [
            ((1970, 1, 1), 0), ((2000, 2, 29), 11_016), ((2024, 12, 31), 20_088),
            ((1900, 3, 1), -25_508), ((1, 1, 1), -719_162), ((0, 3, 1), -719_468),
        ] { #expect(CivilTime.days(date.0, date.1, date.2) == days) }
    }

    @Test func `every day of eight centuries comes back from its number`() {
        var (year, month, day) = (1600, 1, 1)
        for number in CivilTime.days(1600, 1, 1)..<CivilTime.days(2400, 1, 1) {
            let time = CivilTime(seconds: number * 86_400 + 5)
            guard time.year == year, time.month == month, time.day == day, time.secondOfDay == 5
            else {
                Issue.record("day \(number) became \(time)")
                return
            }
            day += 1
            if day > CivilTime.days(inMonth: month, of: year) {
                (month, day) = (month + 1, 1)
                if month > 12 { (year, month) = (year + 1, 1) }
            }
        }
    }

    @Test func `dates and times of ISO 8601 are read`() {
        #expect(self.seconds("1970") == 0)
        #expect(self.seconds("1970-02") == 31 * 86_400)
        #expect(self.seconds("1970-Q2") == 90 * 86_400)
        #expect(self.seconds("1970Q2") == 90 * 86_400)
        #expect(self.seconds("1969-12-31") == -86_400)
        #expect(self.seconds("1970-01-01T00:01") == 60)
        #expect(self.seconds("1970-01-01 01:00:01.000Z") == 3601)
        #expect(self.seconds("1970-01-01T02:00:00+02:00") == 0)
        #expect(self.seconds("1970-01-01T00:00:00-0130") == 5400)
        #expect(self.seconds("1970-01-01T03:00+03") == 0)
    }

    @Test func `fractions of a second are kept, and a leap second is the one after it`() {
        let moment = CivilTime.moment("1970-01-01T00:00:01.25Z".utf8)
        #expect(moment?.seconds == 1 && moment?.fraction == 0.25)
        #expect(
            CivilTime.moment("1970-01-01 00:00:00.12345678912345".utf8)?.fraction == 0.123456789)
        // 2016 ended with one; west of Greenwich it was still afternoon.
        for text in ["2016-12-31T23:59:60Z", "2016-12-31T15:59:60-08:00", "2016-12-31 23:59:60"] {
            #expect(self.seconds(text) == self.seconds("2017-01-01"))
        }
        #expect(self.seconds("2016-12-31T23:59:60+01:00") == nil)
        #expect(self.seconds("2016-12-31T23:59:61Z") == nil)
    }

    @Test func `a date is spelt as it is read`() {
        for text in ["2024-02-29", "0033-04-03T09:05:07", "1969-12-31T23:59:59"] {
            #expect(self.seconds(text).map { CivilTime(seconds: $0).text } == text)
        }
    }

    @Test(arguments: [
        "", "70", "1970-13", "1970-00", "1970-1-1", "1970-02-29", "1900-02-29", "1970-04-31",
        "1970-01-01T", "1970-01-01T24:00", "1970-01-01T12", "1970-01-01T12:60", "1970-Q5",
        "1970-01-01T12:00:00.5", "1970-01-01T12:00:60", "1970-01-01x", "01/02/1970", "1970-01-01Z",
        "1970-01-01T12:00:00.", "1970-01-01T12:00.5", "1970-01T12:00", "1970-Q1T12:00",
        "1970-01-01T12:00+", "1970-01-01T12:00+25:00", "１９７０",
    ])
    func `what is no date is none`(text: String) { #expect(self.seconds(text) == nil) }
}
