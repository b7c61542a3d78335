import Engine

@testable import assay

extension FittedModel {
    /// The answer to every row of a table in memory.
    func answers(
        to table: [UInt8], at path: String, for purpose: Purpose = .prediction
    ) throws -> [String] {
        var prediction = TablePrediction(self, at: path, for: purpose)
        var answers: [String] = []
        try prediction.run(MemorySource(table)) { rows in
            answers += (0..<rows.rows).map(rows.answer(row:))
        }
        return answers
    }

    /// What `assay predict` writes.
    func csv(
        to table: [UInt8], blockBytes: Int = TableBlocks.blockBytes,
        _ prediction: inout TablePrediction
    ) throws -> String {
        var text = ""
        try prediction.run(MemorySource(table), blockBytes: blockBytes) { rows in
            if text.isEmpty { text = rows.header(for: .programs) }
            text += rows.csv(for: .programs)
        }
        return text
    }

    func csv(to table: [UInt8]) throws -> String {
        var prediction = TablePrediction(self, at: "a.csv", for: .prediction)
        return try self.csv(to: table, &prediction)
    }
}
