/// Class probabilities beside the right classes.
struct ClassScores {
    let labels: [Int32]
    let count: Int
    let probabilities: Matrix

    init(labels: [Int32], count: Int, _ probabilities: Matrix) {
        self.labels = labels
        self.count = count
        self.probabilities = probabilities
    }

    /// Anomalies as the second class of two, likelier than the first where the score is above 0;
    /// rows of which nobody knows are left out.
    init(flags: [Answers.Flag], scores: [Double]) throws(Metric.Undefined) {
        let known = flags.indices.filter { flags[$0] != .unknown }
        guard !known.isEmpty else { throw .noFlags }
        self.labels = known.map { flags[$0] == .anomalous ? 1 : 0 }
        self.count = 2
        self.probabilities = Matrix(
            rows: known.count, columns: 2, values: known.flatMap { [0, scores[$0]] })
    }

    var accuracy: Double {
        let confusion = Confusion(self)
        var right = 0
        for k in 0..<self.count { right += confusion[k, k] }
        return Double(right) / Double(self.labels.count)
    }

    /// Recall, averaged over the classes that occur among the answers.
    var balancedAccuracy: Double {
        let confusion = Confusion(self)
        var sum = 0.0
        var occurring = 0
        for k in 0..<self.count where confusion.answers(k) > 0 {
            sum += Double(confusion[k, k]) / Double(confusion.answers(k))
            occurring += 1
        }
        return sum / Double(occurring)
    }

    /// A probability of 0 for what came true would cost infinitely much: it is taken as 10⁻¹⁵.
    var logLoss: Double {
        var sum = 0.0
        for (row, label) in self.labels.enumerated() {
            let probability = self.probabilities[row, Int(label)]
            sum -= naturalLogarithm(max(1e-15, min(1, probability)))
        }
        return sum / Double(self.labels.count)
    }

    /// Of the last class where there are two; else the mean over classes that occur among answers
    /// or predictions. 0 for a class that is never both predicted and right.
    var f1: Double {
        let confusion = Confusion(self)
        func f1(_ k: Int) -> Double? {
            let total = confusion.answers(k) + confusion.predictions(k)
            return total == 0 ? nil : 2 * Double(confusion[k, k]) / Double(total)
        }
        if self.count == 2 { return f1(1) ?? 0 }
        let scores = (0..<self.count).compactMap(f1)
        return scores.reduce(0, +) / Double(scores.count)
    }

    /// Of the last class where there are two; else the mean of each class against the rest, over
    /// the classes that some rows are of and some are not.
    func areaUnderCurve() throws(Metric.Undefined) -> Double {
        if self.count == 2 {
            guard let area = self.areaUnderCurve(of: 1) else { throw .oneClass }
            return area
        }
        let areas = (0..<self.count).compactMap(self.areaUnderCurve(of:))
        guard !areas.isEmpty else { throw .oneClass }
        return areas.reduce(0, +) / Double(areas.count)
    }

    /// The probability that a row of class `k` is given a higher probability of being of class `k`
    /// than a row of another class, a tie counting half (Mann and Whitney 1947).
    ///
    /// - Complexity: O(n log n).
    func areaUnderCurve(of k: Int) -> Double? {
        var sorted: [(score: Double, isPositive: Bool)] = []
        sorted.reserveCapacity(self.labels.count)
        for (row, label) in self.labels.enumerated() {
            sorted.append((self.probabilities[row, k], Int(label) == k))
        }
        sorted.sort { $0.score < $1.score }
        // Twice the number of pairs won, so that a tie is a whole number and the sum is exact.
        var pairsWonTwice = 0.0
        var negativesBelow = 0
        var positives = 0
        var start = 0
        while start < sorted.count {
            var end = start
            var tied = (positive: 0, negative: 0)
            while end < sorted.count, sorted[end].score == sorted[start].score {
                if sorted[end].isPositive { tied.positive += 1 } else { tied.negative += 1 }
                end += 1
            }
            pairsWonTwice += Double(tied.positive) * Double(2 * negativesBelow + tied.negative)
            negativesBelow += tied.negative
            positives += tied.positive
            start = end
        }
        guard positives > 0, negativesBelow > 0 else { return nil }
        return pairsWonTwice / (2 * Double(positives) * Double(negativesBelow))
    }

    /// Of the last class where there are two; else the mean over the classes that occur.
    func averagePrecision() throws(Metric.Undefined) -> Double {
        let classes = self.count == 2 ? 1..<2 : 0..<self.count
        let precisions = classes.compactMap(self.averagePrecision(of:))
        guard !precisions.isEmpty else { throw .oneClass }
        return precisions.reduce(0, +) / Double(precisions.count)
    }

    /// The sum, over the scores from the highest on, of the recall that a score adds times the
    /// precision down to it; equal scores come together. Nil for a class without rows.
    ///
    /// - Complexity: O(n log n).
    func averagePrecision(of k: Int) -> Double? {
        let sorted = self.labels.indices.map { (self.probabilities[$0, k], $0) }
            .sorted { $0.0 > $1.0 }
        var sum = 0.0
        var positives = 0
        var start = 0
        while start < sorted.count {
            var end = start
            var found = 0
            while end < sorted.count, sorted[end].0 == sorted[start].0 {
                if Int(self.labels[sorted[end].1]) == k { found += 1 }
                end += 1
            }
            positives += found
            sum += Double(found) * Double(positives) / Double(end)
            start = end
        }
        return positives == 0 ? nil : sum / Double(positives)
    }

    /// How often each class was predicted for each.
    struct Confusion {
        private let classes: Int
        private var counts: [Int]

        init(_ scores: ClassScores) {
            self.classes = scores.count
            self.counts = Array(repeating: 0, count: scores.count * scores.count)
            for (row, label) in scores.labels.enumerated() {
                let predicted = scores.probabilities.likeliestColumn(ofRow: row)
                self.counts[Int(label) * self.classes + predicted] += 1
            }
        }

        subscript(answer: Int, prediction: Int) -> Int {
            self.counts[answer * self.classes + prediction]
        }

        func answers(_ k: Int) -> Int { (0..<self.classes).reduce(0) { $0 + self[k, $1] } }

        func predictions(_ k: Int) -> Int { (0..<self.classes).reduce(0) { $0 + self[$1, k] } }
    }
}

extension Matrix {
    /// The column with the largest value, the first of equals.
    package func likeliestColumn(ofRow row: Int) -> Int {
        var best = 0
        for column in 1..<max(self.columns, 1) where self[row, column] > self[row, best] {
            best = column
        }
        return best
    }
}
