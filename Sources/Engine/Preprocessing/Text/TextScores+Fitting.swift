import Privacy

extension TextScores {
    /// Learns from the texts of `rows`, and says how models shall see those very rows: scored by
    /// what the other parts of them say, so that no text is scored by its own answer.
    ///
    /// The texts are cut anew for each of four passes: what all of them hold in terms need not fit
    /// into memory, 2^16 × groups numbers must.
    ///
    /// - Returns: nil if no row has a term, or all have one text. The matrix has a row for each of
    ///   `rows`.
    static func fit(
        _ texts: Frame.Categories, _ rows: [Int], _ groups: AnswerGroups, _ form: FeatureForm
    ) -> (scores: TextScores, training: Matrix)? {
        guard rows.contains(where: { texts.codes[$0] != texts.codes[rows[0]] }) else { return nil }
        var counter = TermCounter(texts, rows)
        let (idf, present) = counter.documentFrequencies()
        guard present.contains(true) else { return nil }
        let outputs = Self.outputs(groups: groups.count)
        var whole = GroupSums(groups: groups.count)
        counter.forEach(0..<rows.count) { index, terms in
            whole.add(terms, idf, to: Int(groups.labels[index]))
        }
        var training = Matrix(rows: rows.count, columns: outputs)
        for part in 0..<groups.parts.count {
            let heldOut = groups.parts.heldOut(in: part)
            var others = whole
            counter.forEach(heldOut) { index, terms in
                others.add(terms, idf, to: Int(groups.labels[index]), sign: -1)
            }
            let shares = others.shares()
            training.values.withUnsafeMutableBufferPointer { values in
                counter.forEach(heldOut) { index, terms in
                    let start = index * outputs
                    Self.add(
                        terms, idf, shares,
                        to: UnsafeMutableBufferPointer(rebasing: values[start..<start + outputs]))
                }
            }
        }
        return Self.finished(
            training, present, idf, whole.shares(), form: form, outputs: outputs)
    }

    /// Centres and scales where the form wants it, and marks rows without a term.
    private static func finished(
        _ raw: Matrix, _ present: [Bool], _ idf: [Float], _ shares: [Float], form: FeatureForm,
        outputs: Int
    ) -> (scores: TextScores, training: Matrix) {
        let isIndicated = form == .dense && present.contains(false)
        let rows = present.indices.filter { present[$0] }
        var centers = [Double](repeating: 0, count: outputs)
        var scales = [Double](repeating: 1, count: outputs)
        if form == .dense {
            for output in 0..<outputs {
                let column = (0..<raw.rows).map { raw[$0, output] }
                guard
                    case .standardized(let center, let scale, _) = Encoder.Encoding.standardizing(
                        column, rows)
                else { continue }
                (centers[output], scales[output]) = (center, scale)
            }
        }
        let scores = TextScores(
            idf: idf, shares: shares, centers: centers, scales: scales,
            missing: isIndicated ? .indicated : .never)
        var training = Matrix(rows: raw.rows, columns: scores.width)
        for row in 0..<raw.rows {
            for output in 0..<outputs {
                training[row, output] =
                    present[row]
                    ? (raw[row, output] - centers[output]) / scales[output]
                    : form == .dense ? 0 : .nan
            }
            if isIndicated, !present[row] { training[row, outputs] = 1 }
        }
        return (scores, training)
    }
}

/// Cuts the texts of some rows, one after the other.
private struct TermCounter {
    private let texts: Frame.Categories
    private let rows: [Int]
    private var terms = TextTerms(bits: TextScores.bits)

    init(_ texts: Frame.Categories, _ rows: [Int]) {
        self.texts = texts
        self.rows = rows
    }

    /// - Parameter indices: of rows among those that this was made with.
    mutating func forEach(_ indices: some Sequence<Int>, _ body: (Int, TextTerms) -> Void) {
        for index in indices {
            let code = self.texts.codes[self.rows[index]]
            self.terms.count(code < 0 ? "" : self.texts.levels[Int(code)].revealed)
            body(index, self.terms)
        }
    }

    /// The rarity of each bucket, and for each row whether it has any term.
    mutating func documentFrequencies() -> (idf: [Float], present: [Bool]) {
        var rowsWith = [Int32](repeating: 0, count: TextScores.buckets)
        var present = [Bool](repeating: false, count: self.rows.count)
        self.forEach(self.rows.indices) { index, terms in
            present[index] = !terms.buckets.isEmpty
            for bucket in terms.buckets { rowsWith[bucket] += 1 }
        }
        let count = Double(present.count { $0 })
        let idf = rowsWith.map { Float(naturalLogarithm((1 + count) / (1 + Double($0))) + 1) }
        return (idf, present)
    }
}

/// What the texts of each group weigh together, bucket by bucket.
private struct GroupSums {
    private var sums: [Double]
    private let groups: Int

    /// Added to every sum, so that a term that a group does not have leaves the group possible.
    private static let smoothing = 0.01
    /// Below it a sum is what rounding left of one that was added and taken away again.
    private static let rounding = 1e-9

    init(groups: Int) {
        self.groups = groups
        self.sums = Array(repeating: 0, count: groups * TextScores.buckets)
    }

    mutating func add(
        _ terms: TextTerms, _ idf: [Float], to group: Int, sign: Double = 1
    ) {
        terms.forEachWeight(idf) { bucket, weight in
            self.sums[bucket * self.groups + group] += sign * weight
        }
    }

    /// Of each bucket what it says for each output: see `TextScores`.
    func shares() -> [Float] {
        let floor = Self.smoothing * Double(TextScores.buckets)
        var masses = [Double](repeating: floor, count: self.groups)
        for place in self.sums.indices { masses[place % self.groups] += max(0, self.sums[place]) }
        let all = masses.reduce(0) { $0 + $1 - floor }
        // Of each group what belongs to it, and what to all the others.
        let own = masses.map(naturalLogarithm)
        let others = masses.map { naturalLogarithm(max(0, all + floor - $0) + floor) }
        let outputs = TextScores.outputs(groups: self.groups)
        var shares = [Float](repeating: 0, count: TextScores.buckets * outputs)
        var row = [Double](repeating: 0, count: 2 * self.groups)
        let nothing = naturalLogarithm(Self.smoothing)
        for bucket in 0..<TextScores.buckets {
            let start = bucket * self.groups
            let sums = self.sums[start..<start + self.groups]
            let sum = sums.reduce(0) { $0 + ($1 > Self.rounding ? $1 : 0) }
            guard sum > 0 else { continue }
            let everything = naturalLogarithm(sum + Self.smoothing)
            // Most terms are in few groups, so that most logarithms are one of two.
            for group in 0..<self.groups {
                let part = sums[start + group]
                let isThere = part > Self.rounding
                let inside = isThere ? naturalLogarithm(part + Self.smoothing) : nothing
                let outside =
                    isThere ? naturalLogarithm(max(0, sum - part) + Self.smoothing) : everything
                row[group] = inside - own[group]
                row[self.groups + group] = others[group] - outside
            }
            if self.groups == 2 {
                shares[bucket] = Float(row[1] - row[0])
                continue
            }
            for half in [0, self.groups] {
                let mean = row[half..<half + self.groups].reduce(0, +) / Double(self.groups)
                for place in half..<half + self.groups {
                    shares[bucket * outputs + place] = Float(row[place] - mean)
                }
            }
        }
        return shares
    }
}
