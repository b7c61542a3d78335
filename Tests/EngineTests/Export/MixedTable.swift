@testable import Engine

/// A made-up table of everything that an encoder treats in its own way: numbers that vary by little
/// or much, that miss values, that only miss values; texts of two levels, of rare ones, of many;
/// a column that says nothing.
enum MixedTable {
    /// What the rows shall be answered with.
    enum Target { case two, three, number }

    /// What training rows lack: levels that were never seen, values missing where none was.
    enum Surprises { case none, some }

    static func dataset(_ target: Target, rows: Int, seed: UInt64) throws -> Dataset {
        let frame = Self.frame(target, rows: rows, seed: seed, .none)
        return try Dataset(
            frame, target: "answer", task: target == .number ? .regression : .classification)
    }

    static func frame(
        _ target: Target, rows: Int, seed: UInt64, _ surprises: Surprises
    ) -> Frame {
        var generator = SeededGenerator(seed: seed)
        var numbers: [[Double]] = Array(repeating: [], count: 5)
        var texts: [[String?]] = Array(repeating: [], count: 3)
        var answers: [Double] = []
        for row in 0..<rows {
            let age = (generator.unit() * 800).rounded() / 10
            let income = exp(10 + 2 * generator.unit())
            let ratio = generator.unit() * 1e-3 + 7
            let colour = generator.below(3)
            let town = generator.below(12)
            let isMember = generator.unit() < 0.4
            let isOdd = surprises == .some && row % 7 == 3
            numbers[0].append(row % 9 == 4 ? .nan : age)
            numbers[1].append(isOdd ? (row % 2 == 0 ? .nan : 1e300) : income)
            numbers[2].append(ratio)
            numbers[3].append(row % 5 == 0 ? 3 : .nan)
            numbers[4].append(4)
            texts[0].append(isOdd ? "violet" : row % 11 == 5 ? nil : ["red", "blü", "a b"][colour])
            // Some of these are too rare for a column of their own.
            let name = "town \(town * town / 12)" + (row % 40 == 7 ? "x" : "")
            texts[1].append(isOdd ? "Atlantis" : name)
            texts[2].append(isOdd && row % 2 == 1 ? nil : isMember ? "yes" : "no")
            let noise = generator.unit() - 0.5
            answers.append(
                age / 20 + log(income) - 10 + (colour == 1 ? 1.5 : 0) + Double(town % 3) * 0.4
                    + (isMember ? 0.7 : 0) + noise)
        }
        let names = ["age", "income", "ratio", "note", "same"]
        var columns = zip(names, numbers).map { Frame.Column($0, .numeric($1)) }
        columns += zip(["colour", "town", "member"], texts).map {
            Frame.Column($0, .categorical(Self.categories($1)))
        }
        columns.append(.init("answer", Self.values(of: answers, target)))
        return Frame(rows: rows, columns: columns)
    }

    private static func values(of answers: [Double], _ target: Target) -> Frame.Values {
        switch target {
        case .number: .numeric(answers)
        case .two: .categorical(Self.categories(answers.map { $0 < 4 ? "low" : "high" }))
        case .three:
            .categorical(
                Self.categories(answers.map { $0 < 3.3 ? "low" : $0 < 4.6 ? "middling" : "high" }))
        }
    }

    static func categories(_ texts: [String?]) -> Frame.Categories {
        let levels = Set(texts.compactMap { $0 }).sorted()
        var codes: [String: Int32] = [:]
        for (index, level) in levels.enumerated() { codes[level] = Int32(index) }
        return Frame.Categories(
            codes: texts.map { text in text.flatMap { codes[$0] } ?? Frame.Categories.missing },
            levels: levels.map { .init($0) })
    }
}
