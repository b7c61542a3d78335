import Engine

extension JobFile {
    /// The metrics that a file names, each one that suits the task.
    static func metrics(
        _ value: StrictYAML.Value, _ task: LearningTask, hasTarget: Bool
    ) throws(InputError) -> [Metric] {
        // Without a target there is nothing that the others could judge by.
        let suitable = Metric.allCases.filter {
            $0.supports(task) && ($0 == .stability) != hasTarget
        }
        let words = suitable.map(\.rawValue).joined(separator: ", ")
        var metrics: [Metric] = []
        for text in try value.texts() {
            guard let metric = Metric(rawValue: text), suitable.contains(metric) else {
                throw value.wrong("'\(text)' is no metric for \(task.rawValue); known are \(words)")
            }
            guard !metrics.contains(metric) else { throw value.wrong("names '\(text)' twice") }
            metrics.append(metric)
        }
        return metrics
    }

    /// The model families that a file names, each one that suits the task.
    static func families(
        _ value: StrictYAML.Value, _ task: LearningTask
    ) throws(InputError) -> [Family] {
        let suitable = Family.allCases.filter { $0.supports(task) }
        let words = suitable.map(\.rawValue).joined(separator: ", ")
        var families: [Family] = []
        for text in try value.texts() {
            guard let family = Family(rawValue: text), suitable.contains(family) else {
                throw value.wrong("'\(text)' is no model for \(task.rawValue); known are \(words)")
            }
            guard !families.contains(family) else { throw value.wrong("names '\(text)' twice") }
            families.append(family)
        }
        return families
    }
}
