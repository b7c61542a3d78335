/// Class probabilities beside the right classes.
struct ClassScores {
    let labels: [Int32]
    let count: Int
    let probabilities: Matrix
    /// How much each row counts.
    private let weights: [Double]
    private let total: Double

    /// - Parameter weights: above 0; nil: each row counts once.
    init(labels: [Int32], count: Int, _ probabilities: Matrix, _ weights: [Double]? = nil) {
        self.labels = labels
        self.count = count
        self.probabilities = probabilities
        self.weights = weights ?? Array(repeating: 1, count: labels.count)
        self.total = weights?.reduce(0, +) ?? Double(labels.count)
    }

    /// Anomalies as the second class of two, likelier than the first where the score is above 0;
    /// rows of which nobody knows are left out.
    init(flags: [Answers.Flag], scores: [Double]) throws(Metric.Undefined) {
        let known = flags.indices.filter { flags[$0] != .unknown }
        guard !known.isEmpty else { throw .noFlags }
        self.init(
            labels: known.map { flags[$0] == .anomalous ? 1 : 0 }, count: 2,
            Matrix(rows: known.count, columns: 2, values: known.flatMap { [0, scores[$0]] }))
    }

    var accuracy: Double {
        let confusion = self.confusion
        var right = 0.0
        for k in 0..<self.count { right += confusion[k, k] }
        return right / self.total
    }

    /// Recall, averaged over the classes that occur among the answers.
    var balancedAccuracy: Double {
        let confusion = self.confusion
        var sum = 0.0
        var occurring = 0
        for k in 0..<self.count where confusion.answers(k) > 0 {
            sum += confusion[k, k] / confusion.answers(k)
            occurring += 1
        }
        return sum / Double(occurring)
    }

    /// A probability of 0 for what came true would cost infinitely much: it is taken as 2⁻⁵², as
    /// scikit-learn does.
    var logLoss: Double {
        var sum = 0.0
        for (row, label) in self.labels.enumerated() {
            let probability = self.probabilities[row, Int(label)]
            sum -= self.weights[row] * naturalLogarithm(max(.ulpOfOne, min(1, probability)))
        }
        return sum / self.total
    }

    /// Of the last class where there are two; else the mean over classes that occur among answers
    /// or predictions. 0 for a class that is never both predicted and right.
    var f1: Double {
        let confusion = self.confusion
        func f1(_ k: Int) -> Double? {
            let total = confusion.answers(k) + confusion.predictions(k)
            return total == 0 ? nil : 2 * confusion[k, k] / total
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
        var sorted: [(score: Double, weight: Double, isPositive: Bool)] = []
        sorted.reserveCapacity(self.labels.count)
        for (row, label) in self.labels.enumerated() {
            sorted.append((self.probabilities[row, k], self.weights[row], Int(label) == k))
        }
        sorted.sort { $0.score < $1.score }
        // Twice what the pairs won weigh, so that a tie of rows of weight 1 is a whole number and
        // their sum exact.
        var pairsWonTwice = 0.0
        var negativesBelow = 0.0
        var positives = 0.0
        var start = 0
        while start < sorted.count {
            var end = start
            var tied = (positive: 0.0, negative: 0.0)
            while end < sorted.count, sorted[end].score == sorted[start].score {
                let weight = sorted[end].weight
                if sorted[end].isPositive {
                    tied.positive += weight
                } else {
                    tied.negative += weight
                }
                end += 1
            }
            pairsWonTwice += tied.positive * (2 * negativesBelow + tied.negative)
            negativesBelow += tied.negative
            positives += tied.positive
            start = end
        }
        guard positives > 0, negativesBelow > 0 else { return nil }
        return pairsWonTwice / (2 * positives * negativesBelow)
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
        var (positives, passed) = (0.0, 0.0)
        var start = 0
        while start < sorted.count {
            var end = start
            var found = 0.0
            while end < sorted.count, sorted[end].0 == sorted[start].0 {
                let weight = self.weights[sorted[end].1]
                if Int(self.labels[sorted[end].1]) == k { found += weight }
                passed += weight
                end += 1
            }
            positives += found
            sum += found * positives / passed
            start = end
        }
        return positives == 0 ? nil : sum / positives
    }

    var confusion: Confusion {
        var confusion = Confusion(classes: self.count)
        for (row, label) in self.labels.enumerated() {
            let predicted = self.probabilities.likeliestColumn(ofRow: row)
            confusion.add(self.weights[row], answer: Int(label), prediction: predicted)
        }
        return confusion
    }

    /// What the rows weigh for which each class was predicted, by their own class.
    struct Confusion {
        private let classes: Int
        private var weights: [Double]

        init(classes: Int) {
            self.classes = classes
            self.weights = Array(repeating: 0, count: classes * classes)
        }

        mutating func add(_ weight: Double, answer: Int, prediction: Int) {
            self.weights[answer * self.classes + prediction] += weight
        }

        subscript(answer: Int, prediction: Int) -> Double {
            self.weights[answer * self.classes + prediction]
        }

        func answers(_ k: Int) -> Double { (0..<self.classes).reduce(0) { $0 + self[k, $1] } }

        func predictions(_ k: Int) -> Double { (0..<self.classes).reduce(0) { $0 + self[$1, k] } }
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
