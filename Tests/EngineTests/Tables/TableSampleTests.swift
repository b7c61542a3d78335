import Foundation
import Testing

@testable import Engine

@Suite struct TableSampleTests {
    private func sample(
        _ table: [UInt8], rows: Int, seed: UInt64 = 1, schema: Schema? = nil,
        columns: ColumnChoice = .all, blockBytes: Int = TableBlocks.blockBytes
    ) throws -> TableSample {
        try TableSample(
            MemorySource(table), rows: rows, seed: seed, schema: schema, columns: columns,
            bytesMax: 1 << 30, blockBytes: blockBytes)
    }

    private static let csv = Array(
        ("n,text\r\n"
            + (0..<200).map { "\($0),\"line \($0)\nand, \"\"more\"\"\"\r\n" }.joined()
            + "200,last").utf8)

    private static func lines(_ sample: TableSample) -> [String] {
        String(decoding: sample.table, as: UTF8.self).components(separatedBy: "\r\n")
    }

    @Test func `rows of a CSV are drawn as they stand, in their order`() throws {
        let sample = try self.sample(Self.csv, rows: 30)
        #expect(sample.rows == 30 && sample.rowsOfTable == 201)
        let frame = try sample.table.withUnsafeBytes { try CSVReader($0).frame(sample.schema) }
        #expect(frame.rows == 30)
        let numbers = try #require(frame.numbers("n"))
        #expect(numbers == numbers.sorted() && Set(numbers).count == 30)
        let whole = Set(String(decoding: Self.csv, as: UTF8.self).components(separatedBy: "\r\n"))
        #expect(Self.lines(sample).dropLast().allSatisfy(whole.contains))
    }

    @Test func `equal seeds draw equal rows, whatever the blocks, and others draw others`() throws {
        let sample = try self.sample(Self.csv, rows: 30, seed: 5)
        for blockBytes in [1, 100, 1000] {
            let again = try self.sample(Self.csv, rows: 30, seed: 5, blockBytes: blockBytes)
            #expect(again.table == sample.table)
        }
        #expect(try self.sample(Self.csv, rows: 30, seed: 6).table != sample.table)
    }

    @Test func `a table that has no more rows is taken whole`() throws {
        for rows in [201, 202, 1_000_000] {
            let sample = try self.sample(Self.csv, rows: rows)
            #expect(sample.table == Self.csv + [0x0A])
            #expect(sample.rows == 201 && sample.rowsOfTable == 201)
        }
    }

    @Test func `every row, and every pair of rows, is as likely as any other`() throws {
        let (rows, wanted, rounds) = (10, 3, 20_000)
        var singles = [Int](repeating: 0, count: rows)
        var pairs = [Int](repeating: 0, count: rows * rows)
        for seed in 0..<rounds {
            var draw = TableSample.Draw(rows: wanted, of: rows, seed: UInt64(seed))
            let drawn = draw.next(4) + draw.next(0) + draw.next(6).map { $0 + 4 }
            #expect(drawn.count == wanted && draw.isDone)
            for row in drawn {
                singles[row] += 1
                for other in drawn where other > row { pairs[row * rows + other] += 1 }
            }
        }
        // Five standard deviations of a binomial count.
        func isLikely(_ count: Int, _ chance: Double) -> Bool {
            let mean = Double(rounds) * chance
            return abs(Double(count) - mean) < 5 * (mean * (1 - chance)).squareRoot()
        }
        #expect(singles.allSatisfy { isLikely($0, 0.3) })
        for row in 0..<rows {
            for other in row + 1..<rows {
                #expect(isLikely(pairs[row * rows + other], 3.0 * 2 / (10 * 9)))
            }
        }
    }

    @Test(arguments: ArrowReaderTests.flowers)
    func `what is drawn of an Arrow table is what is drawn of the CSV of it`(
        name: String
    ) throws {
        let csv = try ArrowFixtures.bytes("flowers.csv")
        let arrow = try ArrowFixtures.bytes(name)
        for rows in [7, 25, 10_000] {
            for blockBytes in [1, 1 << 20] {
                let expected = try self.sample(csv, rows: rows, seed: 3)
                let sample = try self.sample(arrow, rows: rows, seed: 3, blockBytes: blockBytes)
                let schema = try csv.withUnsafeBytes { try Schema.infer(from: $0) }
                let frames = try [expected, sample].map { sample in
                    try sample.table.withUnsafeBytes { try CSVReader($0).frame(schema) }
                }
                #expect(frames[0].bits == frames[1].bits)
                #expect(frames[0].rows == min(rows, expected.rowsOfTable))
                guard rows == 10_000 else { continue }
                #expect(sample.schema == schema.expectingMissingValues())
            }
        }
    }

    @Test(
        arguments: [
            "pandas.feather", "deltas.arrow", "cells.arrow", "moments.arrow", "missing.arrow",
        ])
    func `an Arrow table that is taken whole means the same as a CSV`(name: String) throws {
        let arrow = try ArrowFixtures.bytes(name)
        let names = try arrow.withUnsafeBytes {
            try ArrowReader($0).columnNames.map(\.revealed)
        }
        let suggested = try arrow.withUnsafeBytes { try ArrowReader($0).inferredSchema() }
        // A note may be longer than a category.
        let texts = try Schema(
            names.map { Schema.Column($0, $0 == "note" ? .text : .categorical()) })
        for schema in [nil, suggested, texts] {
            let sample = try self.sample(arrow, rows: 1_000_000, schema: schema)
            let expected = try arrow.withUnsafeBytes {
                try ArrowReader($0).frame(schema ?? suggested)
            }
            #expect(sample.schema == schema ?? suggested.expectingMissingValues())
            let frame = try sample.table.withUnsafeBytes {
                try CSVReader($0).frame(sample.schema)
            }
            #expect(frame.bits == expected.bits)
        }
    }

    @Test func `what is ignored is nothing that a sample could stumble over`() throws {
        let csv = try self.sample(Self.csv, rows: 30, columns: .allBut(["text"]))
        #expect(csv.schema.columns.map(\.kind) == [.numeric(), .ignored])
        let arrow = try ArrowFixtures.bytes("types.feather")
        #expect(throws: TableError.self) { try self.sample(arrow, rows: 3) }
        let strange = ["tags"]
        let names = try arrow.withUnsafeBytes {
            try ArrowReader($0).columnNames.map(\.revealed)
        }
        let given = try Schema(
            names.map { Schema.Column($0, strange.contains($0) ? .ignored : .categorical()) })
        for schema in [nil, given] {
            let sample = try self.sample(
                arrow, rows: 3, schema: schema, columns: .allBut(strange))
            let frame = try sample.table.withUnsafeBytes {
                try CSVReader($0).frame(sample.schema)
            }
            #expect(frame.columns.map(\.name) == names.filter { !strange.contains($0) })
        }
    }

    @Test func `a fault of form is found in rows that are not drawn, by its line`() throws {
        let rows = (0..<500).map { $0 == 333 ? "1,2,canary\n" : "\($0),x\n" }.joined()
        let error = #expect(throws: TableError.self) {
            try self.sample(Array(("a,b\n" + rows).utf8), rows: 3, blockBytes: 50)
        }
        #expect(error == TableError(.raggedRow, line: 335, ""))
        #expect(error?.description.contains("canary") == false)
    }

    @Test func `a sample has a bound, and a table must not change meanwhile`() throws {
        #expect(throws: TableError(.tooManyRows, "")) {
            try TableSample(
                MemorySource(Self.csv), rows: 200, seed: 1, schema: nil, bytesMax: 1000)
        }
        for part in [100, 190] {
            let source = ChangingSource(Self.csv, later: part)
            let error = #expect(throws: TableError.self) {
                try TableSample(source, rows: 3, seed: 1, schema: nil, bytesMax: 1 << 20)
            }
            #expect(error?.description.contains("changed") == true)
        }
    }
}

/// A table that has fewer rows when it is read again.
private final class ChangingSource: TableSource {
    private var bytes: [UInt8]
    private let later: Int
    private var reads = 0

    init(_ bytes: [UInt8], later rows: Int) {
        self.bytes = bytes
        self.later = rows
    }

    var size: Int? { self.bytes.count }

    func read(at offset: Int, into room: UnsafeMutableRawBufferPointer) -> Int {
        self.reads += offset == 0 ? 1 : 0
        if self.reads == 2, offset == 0 {
            let text = String(decoding: self.bytes, as: UTF8.self)
            self.bytes = Array(
                text.components(separatedBy: "\r\n").prefix(self.later)
                    .joined(separator: "\r\n").utf8)
        }
        let part = self.bytes.dropFirst(offset).prefix(room.count)
        room.copyBytes(from: part)
        return part.count
    }
}
