@testable import Engine

/// Tables small enough to stand in a test, and a made-up one whose truth is known.
enum SmallTables {
    /// Reads `csv` with `schema`, or with the one that it suggests.
    static func frame(_ csv: String, _ schema: Schema? = nil) throws -> Frame {
        try Self.frame(Array(csv.utf8), schema)
    }

    static func frame(_ table: [UInt8], _ schema: Schema? = nil) throws -> Frame {
        try table.withUnsafeBytes { bytes in
            try TableFormat.reader(of: bytes).frame(try schema ?? Schema.infer(from: bytes))
        }
    }

    static func schema(_ csv: String) throws -> Schema {
        try Array(csv.utf8).withUnsafeBytes { try Schema.infer(from: $0) }
    }

    static func dataset(
        _ csv: String, target: String?, _ task: LearningTask, _ schema: Schema? = nil
    ) throws -> Dataset {
        try Array(csv.utf8).withUnsafeBytes { bytes in
            try Dataset(
                bytes: bytes, schema: try schema ?? Schema.infer(from: bytes), target: target,
                task: task)
        }
    }

    /// Two classes: large flowers and red ones are of the second. Some sizes are missing.
    static func flowers(rows: Int, seed: UInt64 = 1) throws -> Dataset {
        var generator = SeededGenerator(seed: seed)
        var sizes: [Double] = []
        var heights: [Double] = []
        var colours: [Int32] = []
        var kinds: [Int32] = []
        for row in 0..<rows {
            let size = generator.unit()
            let colour = generator.below(3)
            sizes.append(row % 10 == 9 ? .nan : size)
            heights.append(5 + generator.unit())
            colours.append(Int32(colour))
            kinds.append(size + (colour == 2 ? 0.4 : 0) > 0.6 ? 1 : 0)
        }
        return try Dataset(
            Frame(
                rows: rows,
                columns: [
                    .init("size", .numeric(sizes)), .init("height", .numeric(heights)),
                    .init(
                        "colour",
                        .categorical(.init(codes: colours, levels: ["blue", "green", "red"]))),
                    .init("kind", .categorical(.init(codes: kinds, levels: ["iris", "rose"]))),
                ]),
            target: "kind", task: .classification)
    }
}

extension Frame {
    func numbers(_ name: String) -> [Double]? {
        guard case .numeric(let numbers) = self.column(named: name)?.values else { return nil }
        return numbers
    }

    /// The texts of a column, nil where they are missing.
    func texts(_ name: String) -> [String?]? {
        guard case .categorical(let column) = self.column(named: name)?.values else { return nil }
        return column.codes.map { $0 < 0 ? nil : column.levels[Int($0)].revealed }
    }
}

extension Encoder {
    /// On all rows unless some are given, where no column looks at answers.
    static func fitted(
        _ frame: Frame, _ form: FeatureForm, rows: [Int]? = nil
    ) throws -> Encoder {
        try .fit(
            frame, .numbers(Array(repeating: 0, count: frame.rows)),
            rows: rows ?? Array(0..<frame.rows), form: form
        ).encoder
    }
}
