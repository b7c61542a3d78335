import Privacy

extension CSVReader {
    package func fields(
        _ schema: Schema, unknownColumns: UnknownColumns
    ) throws(TableError) -> TableFields {
        var taker = FrameTaker(
            builder: try FrameBuilder(
                schema, among: self.columnNames, rows: .atMost(self.rowsMax),
                unknownColumns: unknownColumns, doubt: self.headerDoubt))
        let rows = try self.walk(&taker, naming: Set(schema.columns.map(\.name)))
        return taker.builder.finish(rows: rows)
    }
}

/// Takes what stands in a field for a number or a text, as its column wants it.
private struct FrameTaker: FieldTaker {
    var builder: FrameBuilder

    @inline(__always)
    mutating func take(
        column: Int, row: Int, from scanner: inout FieldScanner
    ) throws(FieldFault) {
        let sink = self.builder.sink(of: column)
        switch sink.kind {
        case .skip: _ = try scanner.field(upTo: TableLimits.textBytesMax)
        case .numbers:
            let number: Double
            switch scanner.number() {
            case .number(let value): number = value
            case .missing: number = .nan
            case .irregular: number = try self.irregularNumber(from: &scanner, in: sink)
            }
            try self.builder.put(number, in: sink, row: row)
        case .levels, .texts:
            let field = try scanner.field(upTo: sink.bytesMax)
            let level =
                field.isEscaped
                ? field.unescaped.revealed.withUnsafeBufferPointer {
                    self.builder.level(of: $0, in: sink)
                }
                : self.builder.level(of: field.bytes, in: sink)
            try self.builder.put(level: level, in: sink, row: row)
        case .dates:
            let field = try scanner.field()
            if self.builder.isMissing(field.bytes, in: sink) {
                try self.builder.put(.nan, in: sink, row: row)
                return
            }
            guard let seconds = CivilTime.seconds(of: field.bytes) else { throw .badDate }
            try self.builder.put(seconds, in: sink, row: row)
        }
    }

    /// Quoted, spaced, very long or very large or small; NaN for what stands for a missing value.
    @inline(never)
    private func irregularNumber(
        from scanner: inout FieldScanner, in sink: FrameBuilder.Sink
    ) throws(FieldFault) -> Double {
        let field = try scanner.field()
        if self.builder.isMissing(field.bytes, in: sink) { return .nan }
        guard !field.isEscaped, let number = DecimalNumber.parse(field.bytes) else {
            throw .badNumber
        }
        return number
    }
}
