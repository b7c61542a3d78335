import Engine
@preconcurrency import Glibc

/// `engine-bench score FAMILY CSV TARGET FOLDS [NAME=VALUE]... [seed=NUMBER]`: cross-validates as a
/// trial does, categories, missing values and all.
///
/// A target of texts is a classification, one of numbers a regression.
func runScore(_ arguments: [String]) throws {
    guard arguments.count >= 6, let count = Int(arguments[5]) else {
        fail("score FAMILY CSV TARGET FOLDS [NAME=VALUE]...")
    }
    let dataset = try dataset(contents(of: arguments[3]), target: arguments[4])
    let (parameters, seed) = parameters(arguments.dropFirst(6))
    guard let family = Family(rawValue: arguments[2]) else {
        fail("no family is called \(arguments[2])")
    }
    let recipe = Recipe(family, parameters.map { .init($0.name, $0.value) }, seed: seed)
    let metrics: [Metric] =
        dataset.task == .classification
        ? [.logLoss, .areaUnderCurve, .accuracy] : [.rootMeanSquaredError, .r2]
    var bench = Workbench(dataset, try Folds(dataset.answers, count: count, seed: 1))
    // Encoding is shared by all trials of a job, so that it is no cost of this one.
    let dense = dataset.task == .classification ? Family.naiveBayes : .ridge
    for family in [.baseline, dense] { _ = try bench.evaluate(Recipe(family), metrics: metrics) }
    let start = processSeconds()
    let evaluation = try bench.evaluate(recipe, metrics: metrics)
    let seconds = processSeconds() - start
    let scores = evaluation.scores.map { "\"\($0.metric.rawValue)\": \($0.mean)" }
    print("{\(scores.joined(separator: ", ")), \"seconds\": \(seconds)}")
}

private func dataset(_ bytes: [UInt8], target: String) throws -> Dataset {
    try bytes.withUnsafeBytes { bytes in
        let schema = try Schema.infer(from: bytes)
        let frame = try TableFormat.reader(of: bytes).frame(schema)
        let isText =
            if case .categorical = frame.column(named: target)?.values { true } else { false }
        return try Dataset(
            bytes: bytes, schema: schema, target: target,
            task: isText ? .classification : .regression)
    }
}
