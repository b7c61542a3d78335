import Wire

/// Whether two runs of one trial say the same.
///
/// Within one environment class every bit must agree: the same program with the same kernels gives
/// the same sums. Across classes the last bits differ, a split of a tree may fall to its neighbour,
/// and a few predictions with it: scores agree within `acrossClasses`. Files that differ say
/// nothing across classes: a weight that is one bit off has another digest.
enum Agreement: Equatable {
    case same, different
    /// Nothing can be said across classes: of files, or of what one of them could not compute.
    case unknown

    /// How far two scores of different classes may lie apart, relative to the larger one. Under
    /// four of OpenBLAS's kernels no linear model's score moved by a thousandth, and trees call
    /// none of it; ten times that leaves room for other C libraries and compilers, and is as much
    /// as a liar gains by lying about its class.
    static let acrossClasses = 0.01

    init(_ left: TrialRecord.Finished, _ right: TrialRecord.Finished) {
        let isOneClass = !left.environment.isEmpty && left.environment == right.environment
        switch (left.outcome.result, right.outcome.result) {
        case (.failed(let left), .failed(let right)):
            self = left.code == right.code ? .same : .different
        case (.scored(let left, let made), .scored(let right, let remade)):
            if isOneClass {
                self = Self.areIdentical(left, right) && made == remade ? .same : .different
            } else if !Self.areClose(left, right) {
                self = .different
            } else {
                self = made == remade ? .same : .unknown
            }
        case (.scored, .failed), (.failed, .scored):
            // What cannot be computed here may be computable there, by a hair.
            self = isOneClass ? .different : .unknown
        }
    }

    private static func areIdentical(_ left: [Score], _ right: [Score]) -> Bool {
        left.count == right.count
            && zip(left, right).allSatisfy {
                $0.metric == $1.metric && $0.value.bitPattern == $1.value.bitPattern
            }
    }

    private static func areClose(_ left: [Score], _ right: [Score]) -> Bool {
        left.map(\.metric) == right.map(\.metric)
            && zip(left, right).allSatisfy { left, right in
                let larger = max(left.value.magnitude, right.value.magnitude)
                return (left.value - right.value).magnitude <= Self.acrossClasses * larger
            }
    }
}

extension Outcome {
    /// Whether a second run should end the same. What a clock, a lost worker or a user ended says
    /// nothing of the trial.
    var isRepeatable: Bool {
        switch self.result {
        case .scored: true
        case .failed(let failure): failure.code == .computation
        }
    }
}
