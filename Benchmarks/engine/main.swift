// engine-bench: fits one family on a table and tells what it cost, in CPU time of the process.
//
//     engine-bench fit FAMILY TRAIN TEST OUT [NAME=VALUE]... [seed=NUMBER]
//     engine-bench folds FAMILY TRAIN COUNT [NAME=VALUE]... [seed=NUMBER]
//     engine-bench score FAMILY CSV TARGET FOLDS [NAME=VALUE]... [seed=NUMBER]
//     engine-bench forecast FILE HORIZON SEASON FOLDS
//     engine-bench table FILE [ROUNDS]
//     engine-bench product KIND PRECISION M N K
//
// `fit` writes the predictions for TEST to OUT as 64-bit floats and prints one JSON object with the
// seconds that preparing (binning), fitting and predicting took. `folds` runs COUNT trials of three
// folds each, as a cross validation does, and prints the seconds they took together. `score`
// cross-validates a family on a CSV table, and prints its scores and the seconds of the trial.
//
// `forecast` reads numbers, one a line, the oldest first, of a season of SEASON steps (1: none); it
// chooses a forecaster by rolling origins and prints one JSON object with what was chosen and what
// each candidate forecasts. forecasting.py reads it.
//
// `table` reads a table, CSV or Arrow, and prints at which speed. `product` prints the seconds of a
// bare product of OpenBLAS's.
//
// Any other table is a file of little-endian numbers: rows, columns, classes (0: regression; -1:
// anomalies, which are 1) as 64-bit integers, then the features row by row and the answers as
// 64-bit floats. performance.py and detection.py write them.

import Engine
@preconcurrency import Glibc

struct Table {
    let data: TrainingData

    init(path: String) {
        guard let file = fopen(path, "rb") else { fail("cannot open \(path)") }
        defer { fclose(file) }
        let header = Self.read(file, path, count: 3, of: Int64(0)).map { Int($0) }
        let (rows, columns, classes) = (header[0], header[1], header[2])
        let values = Self.read(file, path, count: rows * columns, of: 0.0)
        let answers = Self.read(file, path, count: rows, of: 0.0)
        self.data = TrainingData(
            features: Matrix(rows: rows, columns: columns, values: values),
            answers: Self.answers(answers, classes: classes))
    }

    private static func answers(_ numbers: [Double], classes: Int) -> Answers {
        switch classes {
        case 0: .numbers(numbers)
        case -1: .flags(numbers.map { $0 == 1 ? .anomalous : .normal })
        default: .classes(numbers.map { Int32($0) }, count: classes)
        }
    }

    private static func read<Number>(
        _ file: UnsafeMutablePointer<FILE>, _ path: String, count: Int, of zero: Number
    ) -> [Number] where Number: BitwiseCopyable {
        var numbers = Array(repeating: zero, count: count)
        guard fread(&numbers, MemoryLayout<Number>.stride, count, file) == count else {
            fail("\(path) ends too early")
        }
        return numbers
    }
}

func fail(_ sentence: String) -> Never {
    fputs("engine-bench: \(sentence)\n", stderr)
    exit(2)
}

func processSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

func learner(_ name: String, _ arguments: ArraySlice<String>) throws -> (any Learner, UInt64) {
    guard let family = Family(rawValue: name) else { fail("no family is called \(name)") }
    let (parameters, seed) = parameters(arguments)
    return (try family.learner(parameters: parameters), seed)
}

func parameters(
    _ arguments: ArraySlice<String>
) -> (parameters: [(name: String, value: Double)], seed: UInt64) {
    var parameters = arguments.map { argument in
        let parts = argument.split(separator: "=")
        guard parts.count == 2, let value = Double(parts[1]) else {
            fail("\(argument) is not NAME=VALUE")
        }
        return (name: String(parts[0]), value: value)
    }
    let seed = parameters.last { $0.name == "seed" }?.value ?? 1
    parameters.removeAll { $0.name == "seed" }
    return (parameters, UInt64(seed))
}

func runFit(_ arguments: [String]) throws {
    guard arguments.count >= 6 else { fail("fit FAMILY TRAIN TEST OUT [NAME=VALUE]...") }
    let (learner, seed) = try learner(arguments[2], arguments.dropFirst(6))
    let train = Table(path: arguments[3]).data
    let test = Table(path: arguments[4]).data
    let start = processSeconds()
    if learner.form == .ordinal { _ = train.binned() }
    let prepared = processSeconds()
    let predictor = try learner.fit(train, seed: seed)
    let fitted = processSeconds()
    let prediction = predictor.predict(test.features)
    let end = processSeconds()
    guard let file = fopen(arguments[5], "wb") else { fail("cannot write \(arguments[5])") }
    fwrite(prediction.values, 8, prediction.values.count, file)
    fclose(file)
    print(
        "{\"prepare\": \(prepared - start), \"fit\": \(fitted - prepared), "
            + "\"predict\": \(end - fitted)}")
}

func runFolds(_ arguments: [String]) throws {
    guard arguments.count >= 5, let count = Int(arguments[4]) else {
        fail("folds FAMILY TRAIN COUNT [NAME=VALUE]...")
    }
    let (learner, seed) = try learner(arguments[2], arguments.dropFirst(5))
    let table = Table(path: arguments[3]).data
    guard case .classes(let labels, let classes) = table.answers else { fail("no classes") }
    let folds = (0..<3).map { fold in
        let rows = Array(0..<table.features.rows)
        let kept = rows.filter { $0 % 3 != fold }
        return (
            TrainingData(
                features: table.features.rows(at: kept),
                answers: .classes(kept.map { labels[$0] }, count: classes)),
            table.features.rows(at: rows.filter { $0 % 3 == fold })
        )
    }
    let start = processSeconds()
    var sum = 0.0
    for _ in 0..<count {
        for (train, rest) in folds {
            sum += try learner.fit(train, seed: seed).predict(rest).values[0]
        }
    }
    let seconds = processSeconds() - start
    guard sum.isFinite else { fail("a prediction is not a number") }
    print("{\"trials\": \(count), \"seconds\": \(seconds)}")
}

do {
    switch CommandLine.arguments.dropFirst().first {
    case "fit": try runFit(CommandLine.arguments)
    case "folds": try runFolds(CommandLine.arguments)
    case "score": try runScore(CommandLine.arguments)
    case "forecast": try runForecast(CommandLine.arguments)
    case "table": try runTable(CommandLine.arguments)
    case "product": runProduct(CommandLine.arguments)
    default: fail("say fit, folds, score, forecast, table or product")
    }
} catch {
    fail("\(error)")
}
