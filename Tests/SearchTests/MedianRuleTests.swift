import Search
import Testing
import Wire

@Suite struct MedianRuleTests {
    private static func rule(
        _ curves: [[Double]], _ direction: Direction = .maximise
    ) -> MedianRule {
        var rule = MedianRule(direction: direction)
        for (trial, curve) in curves.enumerated() {
            for (step, score) in curve.enumerated() {
                rule.observe(UInt32(trial), step: UInt32(step), score)
            }
        }
        return rule
    }

    private static let five = (1...5).map { [Double($0) / 10, Double($0) / 5] }

    @Test func `the worse half is stopped, by its best and the others' averages`() {
        // At step 1 the others' averages are 0.15, 0.3, 0.45, 0.6 and 0.75.
        for (curve, stops) in [([0.1, 0.44], true), ([0.1, 0.45], false), ([0.9, 0.1], false)] {
            #expect(Self.rule(Self.five + [curve]).stops(5) == stops, "\(curve)")
        }
    }

    @Test func `the direction turns the rule around`() {
        for (score, stops) in [(0.46, true), (0.44, false)] {
            #expect(Self.rule(Self.five + [[0.9, score]], .minimise).stops(5) == stops)
        }
    }

    @Test func `too few others stop nobody`() {
        #expect(!Self.rule(Array(Self.five.dropLast()) + [[0, 0]]).stops(4))
        #expect(Self.rule(Self.five + [[0, 0]]).stops(5))
        // Others that were never as far say nothing of this step.
        #expect(!Self.rule(Self.five + [[0, 0, 0]]).stops(5))
    }

    @Test func `a trial that began anew is judged by its new attempt alone`() {
        var rule = Self.rule(Self.five + [[0.9, 0.9]])
        let before = Self.rule(Self.five)
        rule.forget(5)
        #expect(rule == before)
        rule.observe(5, step: 0, 0.01)
        #expect(rule.stops(5))
    }

    @Test func `what has finished still counts, and nothing is said of it any more`() {
        var rule = Self.rule(Self.five)
        for trial in 0..<UInt32(5) { rule.finish(trial) }
        rule.observe(5, step: 0, 0.2)
        #expect(rule.stops(5))
        #expect(!rule.stops(0))
        rule.forget(0)
        #expect(rule.stops(5))
    }

    @Test func `steps that do not go forward and scores that are none are passed over`() {
        var rule = Self.rule(Self.five)
        let before = rule
        rule.observe(0, step: 1, 9)
        rule.observe(0, step: 0, 9)
        rule.observe(0, step: 2, .nan)
        rule.observe(0, step: 2, .infinity)
        #expect(rule == before)
    }

    /// The rule as one would write it without care for its cost.
    private struct Twin {
        var curves: [[Double]]

        func stops(_ trial: Int) -> Bool {
            let step = self.curves[trial].count
            let averages = self.curves.enumerated()
                .filter { $0.offset != trial && $0.element.count >= step && step > 0 }
                .map { $0.element.prefix(step).reduce(0, +) / Double(step) }.sorted()
            guard averages.count >= MedianRule.othersMin else { return false }
            let middle = averages.count / 2
            let median =
                averages.count % 2 == 1
                ? averages[middle] : averages[middle - 1] / 2 + averages[middle] / 2
            return (self.curves[trial].max() ?? 0) < median
        }
    }

    @Test func `it says the same as its plain twin`() {
        var state: UInt64 = 3
        func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state >> 33
        }
        for _ in 0..<20 {
            var rule = MedianRule(direction: .maximise)
            var twin = Twin(curves: Array(repeating: [], count: 12))
            var stopped = 0
            for _ in 0..<120 {
                let trial = Int(next() % 12)
                if next() % 17 == 0 {
                    rule.forget(UInt32(trial))
                    twin.curves[trial] = []
                    continue
                }
                // Equal averages are frequent on purpose.
                let score = Double(next() % 4)
                rule.observe(UInt32(trial), step: UInt32(twin.curves[trial].count), score)
                twin.curves[trial].append(score)
                #expect(rule.stops(UInt32(trial)) == twin.stops(trial))
                if twin.stops(trial) { stopped += 1 }
            }
            #expect(stopped > 0)
        }
    }
}
