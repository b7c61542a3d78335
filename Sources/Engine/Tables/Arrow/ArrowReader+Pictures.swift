extension ArrowReader {
    /// The columns that may hold pictures: files as bytes, by themselves or, as Hugging Face has
    /// them, in a struct beside their paths.
    package var pictureColumns: [String] {
        self.fields.filter(\.holdsPictures).map(\.name)
    }

    /// Hands over what such a column holds, batch after batch; nil where it is missing.
    ///
    /// - Requires: `name` is one of `pictureColumns`.
    /// - Parameter body: may read the bytes until it returns, on any thread.
    package func eachBatch(
        of name: String, _ body: ([UnsafeRawBufferPointer?]) -> Void
    ) throws(TableError) {
        for message in self.framing.messages {
            guard case .batch(let table) = message.kind else { continue }
            var batch = try ArrowBatch(table, body: message.body)
            for field in self.fields {
                guard field.name == name else {
                    try batch.skip(field)
                    continue
                }
                try Self.give(field, of: &batch, to: body)
            }
            guard batch.isAtEnd else {
                throw TableError(arrow: "a batch has more buffers than its schema has fields")
            }
        }
    }

    private static func give(
        _ field: ArrowField, of batch: inout ArrowBatch,
        to body: ([UnsafeRawBufferPointer?]) -> Void
    ) throws(TableError) {
        precondition(field.holdsPictures, "\(field.type.word) holds no pictures")
        let array: ArrowArray
        var whole: ArrowArray?
        if field.isBinary {
            array = try batch.take(field)
        } else {
            let (binary, itself) = try batch.takeBinary(within: field)
            array = binary
            whole = itself
        }
        defer {
            array.keepValues()
            whole?.keepValues()
        }
        let cells = TextCells(array)
        body(
            (0..<batch.rows).map { row in
                let isThere = array.validity[row] && whole?.validity[row] ?? true
                return isThere ? UnsafeRawBufferPointer(cells.bytes(row)) : nil
            })
    }
}

extension ArrowField {
    /// Whether its values are bytes that are no text.
    var isBinary: Bool {
        if self.dictionary == nil, case .binary = self.type { true } else { false }
    }

    fileprivate var holdsPictures: Bool {
        self.isBinary
            || self.dictionary == nil && self.type == .structure
                && self.children.count(where: \.isBinary) == 1
    }
}
