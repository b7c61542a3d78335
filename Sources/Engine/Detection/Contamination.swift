/// Which of the training rows' scores are an anomaly's.
enum Contamination: Equatable, Sendable {
    /// A modified z-score beyond 3.5 (Iglewicz and Hoaglin, How to detect and handle outliers,
    /// 1993), its deviation taken from the scores above the median only, because scores lean to
    /// that side. A fifth of anomalies among the rows does not move it out of reach; of usual
    /// rows it flags none to three in a hundred, the more the longer the tail of their scores.
    case fence
    /// This share of the training rows, in 0...0.5: never more, fewer where scores are equal.
    case share(Double)

    private static let reach = 3.5

    /// As the hyperparameter is written: 0 is the fence.
    init(_ parameter: Double) {
        self = parameter == 0 ? .fence : .share(parameter)
    }

    static let parameter = ParameterRange.real("contamination", 0...0.5, standard: 0)

    /// The score that an anomaly's exceeds.
    ///
    /// - Requires: `sorted` is ascending, finite and not empty.
    func threshold(_ sorted: [Double]) -> Double {
        switch self {
        case .share(let share):
            let flagged = Int(share * Double(sorted.count))
            return sorted[max(0, sorted.count - 1 - flagged)]
        case .fence: return RobustScale(sorted).upperFence(reach: Self.reach)
        }
    }
}
