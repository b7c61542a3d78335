import Foundation
import Fuzzing
import Testing

@testable import Engine

@Suite struct TableBlocksTests {
    static let sizes = [1, 2, 3, 7, 20, 64, 500, 1 << 20]

    /// Every cell of a table as it is read whole, in the schema's order.
    private func whole(_ table: [UInt8], _ schema: Schema) throws -> [[String?]] {
        try table.withUnsafeBytes {
            try TableFormat.reader(of: $0).frame(schema, unknownColumns: .ignored).cells
        }
    }

    /// The same, block by block.
    private func parted(
        _ source: some TableSource, _ schema: Schema, blockBytes: Int, _ blockSizes: inout [Int]
    ) throws -> [[String?]] {
        var blocks = try TableBlocks(source, blockBytes: blockBytes)
        var rows: [[String?]] = []
        while let cells = try blocks.next({
            try $0.frame(schema, unknownColumns: .ignored).cells
        }) {
            rows += cells
            blockSizes.append(cells.count)
        }
        return rows
    }

    private func parted(
        _ source: some TableSource, _ schema: Schema, blockBytes: Int
    ) throws -> [[String?]] {
        var sizes: [Int] = []
        return try self.parted(source, schema, blockBytes: blockBytes, &sizes)
    }

    // MARK: CSV

    private static let csv = """
        a,"b ""q""\"\r
        1,x
        2,"y, z"\r
        ,"two
        lines, ""and
        three"" of them"
        -2.5e3,ä\u{20AC}\u{1F600}
        5,""
        6,"last"
        """

    private static let csvSchema = Result {
        try Schema([.init("a", .numeric()), .init("b \"q\"", .categorical())])
    }

    @Test(arguments: sizes, [true, false])
    func `a CSV is the same in blocks of any size, from a file and from a pipe`(
        blockBytes: Int, hasSize: Bool
    ) throws {
        let schema = try Self.csvSchema.get()
        for text in [Self.csv, Self.csv + "\n", "\u{FEFF}" + Self.csv + "\r\n"] {
            let table = Array(text.utf8)
            var blocks: [Int] = []
            let rows = try self.parted(
                TricklingSource(table, hasSize: hasSize), schema, blockBytes: blockBytes, &blocks)
            #expect(try rows == self.whole(table, schema))
            #expect(rows.count == 6)
            if blockBytes == 1 { #expect(blocks.count > 1) }
        }
    }

    @Test(arguments: sizes) func `a fault has the place in the file that it has in the whole`(
        blockBytes: Int
    ) throws {
        let schema = try Schema([.init("a", .numeric()), .init("b", .categorical())])
        let good = (0..<40).map { "\($0),\"v\n\($0)\"\n" }.joined()
        for fault in TableErrorTests.cases where fault.csv.count < 100_000 {
            // The fault at its place, and behind many rows that have none.
            let text = String(decoding: fault.csv, as: UTF8.self)
            let header = "a,b\n"
            let later: [UInt8] =
                text.hasPrefix(header)
                ? Array((header + good).utf8) + fault.csv.dropFirst(header.utf8.count) : fault.csv
            // Rows that are good are no fault of a header that none follow.
            for table in fault.code == .noRows ? [fault.csv] : [fault.csv, later] {
                let expected = #expect(throws: TableError.self) {
                    try table.withUnsafeBytes { try TableFormat.reader(of: $0).frame(schema) }
                }
                let error = #expect(throws: TableError.self) {
                    var blocks = try TableBlocks(MemorySource(table), blockBytes: blockBytes)
                    while try blocks.next({ _ = try $0.frame(schema) }) != nil {}
                }
                #expect(error == expected)
                #expect(error?.description == expected?.description)
            }
        }
    }

    @Test func `lines of repaired and broken rows are those of the file`() throws {
        let schema = try Schema(
            [.init("a", .numeric(bounds: .init(low: 0, high: 50)), remedy: .repair)],
            rules: [Rule("even", .require("a != 7"), .refuse)])
        var rows = (0..<30).map { "\($0 == 20 ? 99 : $0 == 7 ? 8 : $0)" }
        var blocks = try TableBlocks(
            MemorySource(Array(("a\n" + rows.joined(separator: "\n")).utf8)), blockBytes: 10)
        var lines: [Int] = []
        while let found = try blocks.next({
            try $0.table(schema).repairs.amendments.flatMap(\.lines)
        }) { lines += found }
        #expect(lines == [22])

        rows[25] = "7"
        let error = #expect(throws: TableError.self) {
            var blocks = try TableBlocks(
                MemorySource(Array(("a\n" + rows.joined(separator: "\n")).utf8)), blockBytes: 10)
            while try blocks.next({ _ = try $0.table(schema) }) != nil {}
        }
        #expect(error?.description == "line 27: the row breaks rule even")
    }

    @Test func `whatever a table is, blocks take it and refuse it as the whole does`() throws {
        let schema = try Schema([
            .init("a", .numeric()), .init("b", .categorical()), .init("c", .categorical()),
        ])
        let csv = Array("a,b,c\n1,x,\"q\"\"q\"\r\n-2.5e3,ä,\n,\"l\nm\",y\n12345678901,z,w\n".utf8)
        let bytes = Array("\",\n\r\0e.-+1x ".utf8) + [0xC3, 0xFF]
        var generator = SeededGenerator(seed: 3)
        var accepted = 0
        for _ in 0..<3_000 {
            var mutated = csv
            for _ in 0...generator.below(3) {
                mutated[generator.below(mutated.count)] = bytes[generator.below(bytes.count)]
            }
            mutated.removeLast(generator.below(mutated.count))
            let expected = try? self.whole(mutated, schema)
            let size = 1 + generator.below(30)
            let rows = try? self.parted(MemorySource(mutated), schema, blockBytes: size)
            #expect(rows == expected)
            accepted += expected == nil ? 0 : 1
        }
        #expect(accepted > 200)
    }

    // MARK: Arrow

    static let joined = "data-00000-of-00002.arrow and data-00001-of-00002.arrow"

    @Test(arguments: ArrowFixtures.names.filter { !$0.hasPrefix("types") } + [joined])
    func `an Arrow table is the same in blocks of any size`(name: String) throws {
        let names = name == Self.joined ? name.components(separatedBy: " and ") : [name]
        let table = try names.flatMap(ArrowFixtures.bytes)
        let columns = try table.withUnsafeBytes {
            try TableFormat.reader(of: $0).columnNames.map(\.revealed)
        }
        for kind in [Schema.Kind.numeric(), .categorical(), .date] {
            let schema = try Schema(columns.map { Schema.Column($0, kind) })
            let expected = Result { try self.whole(table, schema) }
            for blockBytes in Self.sizes {
                let found = Result {
                    try self.parted(MemorySource(table), schema, blockBytes: blockBytes)
                }
                switch (found, expected) {
                case (.success(let found), .success(let expected)): #expect(found == expected)
                case (.failure(let found), .failure(let expected)):
                    #expect(found as? TableError == expected as? TableError)
                default: Issue.record("\(found), and the whole is \(expected)")
                }
            }
        }
    }

    @Test func `batches come one after the other`() throws {
        for name in ["flowers-batches.arrow", "deltas.arrow", "flowers.feather"] {
            let table = try ArrowFixtures.bytes(name)
            let schema = try table.withUnsafeBytes { try Schema.infer(from: $0) }
            var blocks: [Int] = []
            _ = try self.parted(MemorySource(table), schema, blockBytes: 1, &blocks)
            #expect(blocks.count > 1 || name == "flowers.feather")
        }
    }

    @Test func `parts of a stream that differ, or are cut off, are refused`() throws {
        let part = try ArrowFixtures.bytes("data-00000-of-00002.arrow")
        let other = try ArrowFixtures.bytes("deltas.arrow")
        for table in [part + other, part.dropLast(8) + part, Array(part.dropLast(8))] {
            #expect(throws: TableError(.badArrow, "")) {
                var blocks = try TableBlocks(MemorySource(table), blockBytes: 1)
                while try blocks.next({ _ in }) != nil {}
            }
        }
    }

    @Test func `an Arrow file is no stream, which is said`() throws {
        let table = try ArrowFixtures.bytes("flowers.feather")
        let error = #expect(throws: TableError.self) {
            _ = try TableBlocks(TricklingSource(table, hasSize: false))
        }
        #expect(error?.description.contains("pipe an Arrow stream") == true)
    }

    @Test(arguments: ["deltas.arrow", "flowers.feather", "flowers-batches.arrow"])
    func `whatever an Arrow table is, blocks take what the whole takes`(name: String) throws {
        let bytes = try ArrowFixtures.bytes(name)
        let schema = try bytes.withUnsafeBytes { try Schema.infer(from: $0) }
        var mutants = Mutants(of: bytes, seed: 13)
        for _ in 0..<Mutants.rounds(300) {
            let mutant = mutants.next()
            guard let expected = try? self.whole(mutant, schema) else {
                _ = try? self.parted(MemorySource(mutant), schema, blockBytes: 300)
                continue
            }
            #expect(
                try self.parted(MemorySource(mutant), schema, blockBytes: 300) == expected)
        }
    }
}

extension Frame {
    /// Row by row, nil where a value is missing; numbers by their bits.
    fileprivate var cells: [[String?]] {
        (0..<self.rows).map { row in
            self.columns.map { column in
                switch column.values {
                case .numeric(let numbers), .dates(let numbers):
                    numbers[row].isNaN ? nil : "\(numbers[row].bitPattern)"
                case .categorical(let texts), .texts(let texts):
                    texts.codes[row] < 0 ? nil : texts.levels[Int(texts.codes[row])].revealed
                }
            }
        }
    }
}

/// A table that comes five bytes at a time: as from a file or, without a size, as from a pipe.
private struct TricklingSource: TableSource {
    private let source: MemorySource
    let size: Int?

    init(_ bytes: [UInt8], hasSize: Bool) {
        self.source = MemorySource(bytes)
        self.size = hasSize ? bytes.count : nil
    }

    func read(at offset: Int, into room: UnsafeMutableRawBufferPointer) -> Int {
        self.source.read(at: offset, into: .init(rebasing: room.prefix(5)))
    }
}
