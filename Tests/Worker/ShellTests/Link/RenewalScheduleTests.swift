import Foundation
import Testing
import Wire

@testable import WorkerShell

@Suite struct RenewalScheduleTests {
    private let noon = Date(timeIntervalSince1970: 1_795_435_200)

    /// The shortest and the longest wait that chance may give.
    private func waits(at now: Date, due: Date, end: Date) -> ClosedRange<Double> {
        let schedule = RenewalSchedule(due: due, end: end)
        let shortest = schedule.wait(now: now, spread: RenewalSchedule.spreads.lowerBound).seconds
        return
            shortest...schedule.wait(now: now, spread: RenewalSchedule.spreads.upperBound).seconds
    }

    @Test func `a fresh certificate is left alone until half of its life, and each a bit longer`() {
        let due = self.noon + 600
        let waits = self.waits(at: self.noon, due: due, end: self.noon + 1200)
        #expect(waits.lowerBound >= 600 && waits.upperBound <= 650)
        #expect(waits.upperBound - waits.lowerBound > 5)
        let day = self.waits(at: self.noon, due: self.noon + 43_200, end: self.noon + 86_400)
        #expect(day.upperBound == 3600, "a clock that is set must be noticed within an hour")
    }

    @Test(arguments: [(43_200.0, 300.0), (600, 30), (10, 1), (0.5, 1)])
    func `what fails is tried again, the sooner the nearer the end`(rest: Double, least: Double) {
        let waits = self.waits(at: self.noon, due: self.noon - 1, end: self.noon + rest)
        #expect(abs(waits.lowerBound - least) < 0.01)
        #expect(abs(waits.upperBound - 1.5 * least) < 0.01)
    }

    @Test func `what is over is not asked for every second`() {
        let waits = self.waits(at: self.noon, due: self.noon - 20, end: self.noon - 10)
        #expect(waits == 60...60)
    }
}
