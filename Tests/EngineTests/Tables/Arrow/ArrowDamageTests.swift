import Fuzzing
import Testing

@testable import Engine

@Suite struct ArrowDamageTests {
    /// Reads all that can be read of some bytes, by schemas that want all columns both ways.
    private static func read(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { bytes in
            let reader = try ArrowReader(bytes)
            _ = try? reader.frame(try reader.inferredSchema())
            let names = reader.columnNames.map(\.revealed)
            for kind in [Schema.Kind.numeric(), .categorical(), .date, .text] {
                _ = try? reader.frame(Schema(names.map { Schema.Column($0, kind) }))
            }
            _ = try? reader.bytes(naming: names.indices.map { "c\($0)" })
        }
    }

    @Test(arguments: ArrowFixtures.names) func `no mutant of a table makes the reader crash`(
        name: String
    ) throws {
        var mutants = Mutants(of: try ArrowFixtures.bytes(name), seed: 31)
        for _ in 0..<Mutants.rounds(1500) {
            do {
                try Self.read(mutants.next())
            } catch let error as TableError {
                #expect(!error.description.isEmpty)
            }
        }
    }

    /// Every number of the metadata is wrong once, in turn.
    @Test(arguments: ["types.arrow", "flowers-dictionary.arrow", "pandas.feather"])
    func `no number of a table is believed`(name: String) throws {
        let bytes = try ArrowFixtures.bytes(name)
        for place in stride(from: 0, to: bytes.count - 4, by: 4) {
            for word in [UInt32.max, 0x7FFF_FFFF, 0x8000_0000, 0, 1] {
                var damaged = bytes
                for index in 0..<4 {
                    damaged[place + index] = UInt8(truncatingIfNeeded: word >> (8 * index))
                }
                _ = try? Self.read(damaged)
            }
        }
    }

    @Test(arguments: ["flowers.arrow", "flowers.feather", "flowers-lz4.arrow"])
    func `a table that is cut off is refused`(name: String) throws {
        let bytes = try ArrowFixtures.bytes(name)
        for count in 8..<bytes.count {
            #expect(throws: TableError.self) { try Self.read(Array(bytes.prefix(count))) }
        }
    }

    @Test func `rows that no bytes account for are refused before they are made`() throws {
        // A column of nulls, whose length is all that there is of it.
        let batches = FlatNode.batch(rows: 2_000_000_000, nodes: 1)
        #expect(throws: TableError(.badArrow, "")) {
            try SmallTables.frame(FlatNode.stream(batches))
        }
        let frame = try SmallTables.frame(FlatNode.stream(FlatNode.batch(rows: 3, nodes: 1)))
        #expect(frame.numbers("a")?.allSatisfy(\.isNaN) == true)
    }
}

extension FlatNode {
    /// A message and its body.
    fileprivate static func message(_ kind: UInt8, _ header: FlatNode) -> [UInt8] {
        let message = FlatNode(fields: [
            .init(Int16(4)), .init(kind), .table(header), .init(Int64(0)),
        ]).encoded()
        return [0xFF, 0xFF, 0xFF, 0xFF]
            + withUnsafeBytes(of: UInt32(message.count).littleEndian, Array.init) + message
    }

    /// One column `a` of type null, then the batch.
    fileprivate static func stream(_ batch: [UInt8]) -> [UInt8] {
        let field = FlatNode(fields: [
            .text(Array("a".utf8)), .init(UInt8(1)), .init(UInt8(1)), .table(.init(fields: [])),
        ])
        return self.message(1, FlatNode(fields: [nil, .tables([field])])) + batch
            + [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 0]
    }

    /// Nodes are structs of two numbers, which lie in a vector as texts do in theirs.
    fileprivate static func batch(rows: Int64, nodes: UInt32) -> [UInt8] {
        let node =
            withUnsafeBytes(of: rows.littleEndian, Array.init) + [UInt8](repeating: 0, count: 8)
        var message = self.message(
            3, FlatNode(fields: [.init(rows), .text(node), .tables([])]))
        // The length of a text is its bytes; the vector's is its structs.
        let length = withUnsafeBytes(of: UInt32(node.count).littleEndian, Array.init)
        if let place = message.indices.dropLast(4).first(where: { place in
            Array(message[place..<place + 4]) == length
                && Array(message[(place + 4)...].prefix(node.count)) == node
        }) {
            message.replaceSubrange(
                place..<place + 4, with: withUnsafeBytes(of: nodes.littleEndian, Array.init))
        }
        return message
    }
}
