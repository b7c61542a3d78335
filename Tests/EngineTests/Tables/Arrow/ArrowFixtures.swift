import Foundation

@testable import Engine

/// Tables that pyarrow, pandas and polars wrote; Fixtures/fixtures.py is how.
enum ArrowFixtures {
    static func bytes(_ name: String) throws -> [UInt8] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Fixtures")
        return Array(try Data(contentsOf: folder.appending(path: name)))
    }

    /// All that a fuzzer or a test of damage may begin with.
    static let names = [
        "flowers.arrow", "flowers-batches.arrow", "flowers-slices.arrow", "flowers-lz4.arrow",
        "flowers-dictionary.arrow", "flowers.feather", "flowers-polars.arrow",
        "flowers-polars-stream.arrow", "pandas.feather", "deltas.arrow", "replaced.arrow",
        "data-00000-of-00002.arrow", "types.arrow", "types-lz4.arrow", "cells.arrow",
        "cells-polars.arrow", "moments.arrow", "far.arrow",
    ]

    /// Ignores what cannot be a column, and takes the rest as the types suggest.
    static let types = [
        ("spot.0", Schema.Kind.numeric()), ("spot.1", .numeric()), ("pair.0", .numeric()),
        ("pair.1", .numeric()), ("pair.2", .numeric()), ("s", .categorical()),
        ("ms", .categorical()), ("ns", .categorical()), ("d64", .categorical()),
        ("price", .numeric()), ("sum", .numeric()), ("large", .categorical()),
        ("view", .categorical()), ("tags", .ignored), ("box", .ignored), ("blob", .ignored),
        ("last", .numeric()),
    ]

    static func typesSchema(_ kinds: [String: Schema.Kind] = [:]) throws -> Schema {
        try Schema(Self.types.map { Schema.Column($0.0, kinds[$0.0] ?? $0.1) })
    }
}

extension Frame {
    /// What equal frames have in common, bit for bit.
    var bits: [UInt8] {
        var bits: [UInt8] = []
        self.forEachBlock { bits += $0 }
        return bits
    }
}
