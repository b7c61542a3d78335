import Testing

@testable import Engine

@Suite struct LastStepTests {
    /// Rows of two or three classes, and what three candidates say of them: a good one that is too
    /// bold, a fair one, and one that says nothing.
    private static func world(
        rows: Int, classes: Int = 3, seed: UInt64 = 5
    ) -> (answers: Answers, candidates: [Matrix]) {
        var generator = SeededGenerator(seed: seed)
        var labels: [Int32] = []
        var candidates = Array(repeating: Matrix(rows: rows, columns: classes), count: 3)
        for row in 0..<rows {
            let label = generator.below(classes)
            labels.append(Int32(label))
            for (index, hint) in [0.9, 0.5, 0].enumerated() {
                for k in 0..<classes {
                    candidates[index][row, k] = 2 * generator.unit() + (k == label ? hint : 0)
                }
            }
        }
        for index in candidates.indices {
            candidates[index].values.withUnsafeMutableBufferPointer {
                applySoftmax($0, columns: classes)
            }
        }
        candidates[0].temper(0.25)
        return (.classes(labels, count: classes), candidates)
    }

    /// What `Stacking` minimises for classes, in the plainest words.
    private static func penalisedLoss(
        _ weights: [Double], _ offsets: [Double], _ candidates: [Matrix], _ labels: [Int32]
    ) -> Double {
        var loss = 0.0
        for weight in weights {
            loss += Stacking.penalty * (weight - 1 / 3.0) * (weight - 1 / 3.0) / 2
        }
        for offset in offsets { loss += Stacking.penalty * offset * offset / 2 }
        for (row, label) in labels.enumerated() {
            var scores = offsets
            for k in offsets.indices {
                for (weight, candidate) in zip(weights, candidates) {
                    scores[k] += weight * log(max(candidate[row, k], 1e-4 / 3))
                }
            }
            loss += log(scores.reduce(0) { $0 + exp($1) }) - scores[Int(label)]
        }
        return loss
    }

    @Test func `no small change of a stack makes it better`() throws {
        let (answers, candidates) = Self.world(rows: 300)
        guard case .classes(let labels, _) = answers else { return }
        let found = try #require(Stacking.learn(candidates, answers))
        func loss(_ weights: [Double], _ offsets: [Double]) -> Double {
            Self.penalisedLoss(weights, offsets, candidates, labels)
        }
        let least = loss(found.weights, found.offsets)
        for index in 0..<3 {
            for step in [-1e-3, 1e-3] {
                var weights = found.weights
                weights[index] = max(0, weights[index] + step)
                // One that was left out was worth little, and others were learned without it.
                if found.weights[index] > 0 { #expect(loss(weights, found.offsets) > least) }
                var offsets = found.offsets
                offsets[index] += step
                #expect(loss(found.weights, offsets) > least)
            }
        }
        #expect(found.weights[0] > 0 && found.weights.allSatisfy { $0 >= 0 })
    }

    @Test func `a stack of one candidate is Platt's scaling`() throws {
        var generator = SeededGenerator(seed: 9)
        var honest = Matrix(rows: 3000, columns: 2)
        var labels: [Int32] = []
        for row in 0..<honest.rows {
            honest[row, 1] = 0.15 + 0.7 * generator.unit()
            honest[row, 0] = 1 - honest[row, 1]
            labels.append(generator.unit() < honest[row, 1] ? 1 : 0)
        }
        let answers = Answers.classes(labels, count: 2)
        var bold = honest
        bold.temper(0.25)
        let found = try #require(Stacking.learn([bold], answers))
        #expect(abs(found.weights[0] - 0.25) < 0.04)
        let calm = Pooling.stacked(offsets: found.offsets)
            .combine([bold], found.weights, areClasses: true)
        let best = try Metric.logLoss.value(answers, honest)
        #expect(try Metric.logLoss.value(answers, calm) < best + 0.01)
        #expect(try Metric.logLoss.value(answers, bold) > best + 0.05)
    }

    @Test func `nothing is learned of a row from its own answer`() throws {
        let (answers, candidates) = Self.world(rows: 200)
        guard case .classes(var labels, let count) = answers else { return }
        let folds = try Folds(answers, count: 4, seed: 2)
        let first = LastStep(candidates, answers, folds, by: .logLoss)
        let own = folds.heldOut(in: 1)
        for row in own { labels[row] = (labels[row] + 1) % 3 }
        let second = LastStep(candidates, .classes(labels, count: count), folds, by: .logLoss)
        for way in LastStep.Way.allCases {
            let one = first.predictions(of: try #require(first.crossFitted(way)))
            let other = second.predictions(of: try #require(second.crossFitted(way)))
            #expect(one.rows(at: own) == other.rows(at: own))
            #expect(one != other)
        }
    }

    @Test func `what is said of the last step holds for new rows`() throws {
        let (answers, candidates) = Self.world(rows: 1600)
        let folds = try Folds(answers, count: 5, seed: 2)
        let choice = try #require(
            LastStep(candidates, answers, folds, by: .logLoss).choose())
        let fresh = Self.world(rows: 4000, seed: 77)
        let members = choice.blend.weights.indices.filter { choice.blend.weights[$0] > 0 }
        let predictions = choice.blend.pooling.combine(
            members.map { fresh.candidates[$0] }, members.map { choice.blend.weights[$0] },
            areClasses: true)
        let said = try Metric.logLoss.value(answers, choice.predictions)
        let found = try Metric.logLoss.value(fresh.answers, predictions)
        let alone = try Metric.logLoss.value(fresh.answers, fresh.candidates[0])
        #expect(abs(said - found) < 0.05, "\(said), \(found)")
        #expect(found < alone)
    }

    // MARK: Thresholds

    /// One row in eight is of the second class, and its probability is told honestly.
    private static func rare(rows: Int) -> (Answers, Matrix) {
        var generator = SeededGenerator(seed: 21)
        var labels: [Int32] = []
        var probabilities = Matrix(rows: rows, columns: 2)
        for row in 0..<rows {
            let p = Self.pow4(generator.unit()) * 0.6
            probabilities[row, 1] = p
            probabilities[row, 0] = 1 - p
            labels.append(generator.unit() < p ? 1 : 0)
        }
        return (.classes(labels, count: 2), probabilities)
    }

    private static func pow4(_ x: Double) -> Double { x * x * x * x }

    @Test func `a rare class is chosen where the metric gains by it`() throws {
        let (answers, probabilities) = Self.rare(rows: 3000)
        let folds = try Folds(answers, count: 5, seed: 2)
        for metric in [Metric.f1, .balancedAccuracy] {
            let choice = try #require(
                LastStep([probabilities], answers, folds, by: metric).choose())
            let threshold = try #require(choice.thresholds.last)
            #expect(threshold < 0.4 && abs(choice.thresholds.reduce(0, +) - 1) < 1e-5)
            let plain = try metric.value(answers, choice.predictions)
            #expect(try metric.value(answers, choice.decisions) > plain + 0.1)
            // Every threshold of a fine grid, one after the other.
            let best = try (1..<200).map { step in
                let t = Double(step) / 200
                return try metric.value(answers, choice.predictions.decided(by: [1 - t, t]))
            }.max()
            let found = try metric.value(
                answers, choice.predictions.decided(by: choice.thresholds))
            #expect(found > (best ?? 1) - 0.01)
        }
    }

    @Test func `what cannot gain has no thresholds, and most metrics ask for none`() throws {
        let (answers, probabilities) = Self.rare(rows: 3000)
        let folds = try Folds(answers, count: 5, seed: 2)
        for metric in [Metric.areaUnderCurve, .accuracy, .logLoss] {
            let choice = try #require(
                LastStep([probabilities], answers, folds, by: metric).choose())
            #expect(choice.thresholds.isEmpty && choice.decisions == choice.predictions)
        }
        // Right in every row: there is nothing to gain.
        guard case .classes(let labels, _) = answers else { return }
        let right = Matrix(
            rows: labels.count, columns: 2,
            values: labels.flatMap { $0 == 0 ? [0.9, 0.1] : [0.1, 0.9] })
        let choice = try #require(
            LastStep([right], answers, folds, by: .balancedAccuracy).choose())
        #expect(choice.thresholds.isEmpty)
    }

    @Test func `of several classes the one beyond its threshold is chosen`() throws {
        let (answers, candidates) = Self.world(rows: 600)
        // The third class is told half as likely as it is.
        var shy = candidates[1]
        for row in 0..<shy.rows {
            shy[row, 2] *= 0.3
            let total = shy[row, 0] + shy[row, 1] + shy[row, 2]
            for k in 0..<3 { shy[row, k] /= total }
        }
        let parts = [Thresholds.Part(answers: answers, probabilities: shy, weights: nil)]
        let thresholds = try #require(Thresholds.best(for: parts, by: .accuracy))
        #expect(thresholds[2] < thresholds[0] && thresholds[2] < thresholds[1])
        let plain = try Metric.accuracy.value(answers, shy)
        #expect(try Metric.accuracy.value(answers, shy.decided(by: thresholds)) > plain)
    }

    @Test func `a model chooses by its thresholds, and its probabilities stay`() throws {
        let data = try SmallTables.flowers(rows: 120)
        let recipe = Recipe(.naiveBayes)
        let plain = try FittedModel.fit(recipe, data)
        let eager = try FittedModel.fit(
            Ensemble([.init(recipe, weight: 1)], .plain, thresholds: [0.999, 0.001]), data)
        let prediction = try plain.predict(data.features)
        #expect(try eager.predict(data.features) == prediction)
        var moved = 0
        for row in 0..<prediction.rows {
            let isSecond = prediction[row, 1] > 0.001
            let name = eager.label(prediction, row: row)
            #expect(name == data.classNames[isSecond ? 1 : 0])
            if name != plain.label(prediction, row: row) { moved += 1 }
        }
        #expect(moved > 0)
        let accuracy = try eager.value(of: .accuracy, data.answers, prediction)
        #expect(try accuracy != plain.value(of: .accuracy, data.answers, prediction))
        #expect(
            try eager.value(of: .logLoss, data.answers, prediction)
                == plain.value(of: .logLoss, data.answers, prediction))
    }
}
