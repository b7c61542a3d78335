import Engine
import Foundation

/// Arrow tables, as a user hands them in; what begins like no Arrow table is read as CSV elsewhere.
extension Decoder {
    static let arrowTables: [Decoder] = [
        Decoder("arrow", seeds: { try Self.arrowFixtures.map(Self.arrowFixture) }) { bytes in
            try bytes.withUnsafeBytes { bytes in
                let reader = try ArrowReader(bytes)
                let names = reader.columnNames.map(\.revealed)
                // A name may stand in a message, a cell may not.
                guard !names.contains(where: Self.holdsCanary) else { throw NoCase() }
                try Self.mute {
                    for kind in [Schema.Kind.numeric(), .categorical(), .date, .text] {
                        let schema = try Schema(names.map { Schema.Column($0, kind) })
                        _ = try? reader.frame(schema)
                    }
                    let frame = try reader.frame(try reader.inferredSchema())
                    let aliases = names.indices.map { "c\($0)" }
                    guard let renamed = try? reader.bytes(naming: aliases) else { return }
                    try renamed.withUnsafeBytes {
                        let again = try ArrowReader($0)
                        let other = try again.frame(try again.inferredSchema())
                        try Self.demand(
                            other.columns.map(\.values.count)
                                == frame.columns.map(\.values.count)
                                && zip(other.columns, frame.columns).allSatisfy {
                                    Frame.Column($1.name, $0.values) == $1
                                },
                            "a table under other names is another")
                    }
                }
            }
        },
        // What is read whole is read the same in blocks, and what is refused is.
        Decoder(
            "table-blocks",
            seeds: {
                try Self.csvSeeds.map { Array($0.utf8) } + Self.arrowFixtures.map(Self.arrowFixture)
            }
        ) { bytes in
            let names = try bytes.withUnsafeBytes {
                try TableFormat.reader(of: $0).columnNames.map(\.revealed)
            }
            guard !names.contains(where: Self.holdsCanary) else { throw NoCase() }
            let schema = try Schema(names.map { Schema.Column($0, .categorical()) })
            try Self.mute {
                let whole = Result {
                    try bytes.withUnsafeBytes { try TableFormat.reader(of: $0).frame(schema).rows }
                }
                let parted = Result {
                    var blocks = try TableBlocks(
                        MemorySource(bytes), blockBytes: 1 + bytes.count % 97)
                    var rows = 0
                    while let more = try blocks.next({ try $0.frame(schema).rows }) { rows += more }
                    return rows
                }
                try Self.demand(
                    (try? whole.get()) == (try? parted.get()),
                    "blocks are another table than the whole")
                _ = try whole.get()
            }
        },
    ]

    /// Small ones; between them they have every type, both forms, lists, dictionaries and LZ4.
    private static let arrowFixtures = [
        "cells.arrow", "cells-polars.arrow", "pandas.feather", "deltas.arrow", "replaced.arrow",
        "data-00000-of-00002.arrow",
    ]

    private static func arrowFixture(_ name: String) throws -> [UInt8] {
        let tests = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent()
        return Array(
            try Data(contentsOf: tests.appending(path: "EngineTests/Tables/Fixtures/\(name)")))
    }
}
