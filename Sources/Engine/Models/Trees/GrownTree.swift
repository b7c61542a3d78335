/// A tree as it grows: nodes in the order of their birth, the root first.
///
/// Not to be confused with `TreeEnsemble`, which holds many finished trees for prediction.
struct GrownTree: Equatable, Sendable {
    struct Node: Equatable, Sendable {
        /// What an inner node asks; nil for a leaf.
        var question: Question?
        /// Index of the left child; the right child follows it.
        var left = 0
    }

    struct Question: Equatable, Sendable {
        /// Position among the binned features.
        let feature: Int
        let boundary: Int
        let missing: Split.Side
        /// The code of missing values; above all codes where the feature has none.
        let missingCode: Int
        /// The same question to raw features: is the value in `column` at most `threshold`?
        let column: Int
        let threshold: Double
        /// What the split gained of the loss.
        let gain: Double
        /// Of categories, the codes that go left, and their ranks, instead of boundary and
        /// threshold.
        var set: (codes: CategorySet, ranks: CategorySet)?

        static func == (left: Self, right: Self) -> Bool {
            left.feature == right.feature && left.boundary == right.boundary
                && left.missing == right.missing && left.missingCode == right.missingCode
                && left.column == right.column && left.threshold == right.threshold
                && left.set?.codes == right.set?.codes && left.set?.ranks == right.set?.ranks
                && left.gain == right.gain
        }
    }

    private(set) var nodes: [Node] = [Node()]

    /// Turns a leaf into a question with two new leaves.
    ///
    /// - Returns: the index of the left one; the right one is the next.
    mutating func divide(_ node: Int, _ split: Split, _ feature: BinnedMatrix.Feature) -> Int {
        precondition(self.nodes[node].question == nil, "node \(node) was divided before")
        self.nodes[node].question = Question(
            feature: split.feature, boundary: split.boundary, missing: split.missing,
            missingCode: feature.hasMissing ? feature.ranges : Int(UInt8.max) + 1,
            column: feature.column,
            threshold: split.set == nil ? feature.threshold(split.boundary) : 0,
            gain: split.gain, set: split.set.map { ($0, feature.ranks(of: $0)) })
        self.nodes[node].left = self.nodes.count
        self.nodes.append(Node())
        self.nodes.append(Node())
        return self.nodes.count - 2
    }

    /// The leaf that a row of codes falls into.
    func leaf(_ codes: UnsafePointer<UInt8>) -> Int {
        var index = 0
        while let question = self.nodes[index].question {
            let code = Int(codes[question.feature])
            let isMissing = code == question.missingCode
            let goesLeft =
                isMissing
                ? question.missing == .left
                : question.set?.codes.contains(code) ?? (code <= question.boundary)
            index = self.nodes[index].left + (goesLeft ? 0 : 1)
        }
        return index
    }
}
