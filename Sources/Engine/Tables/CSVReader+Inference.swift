extension CSVReader {
    /// The fields tell; see `KindProbe`.
    package func inferredSchema(
        ignoring ignored: Set<String>
    ) throws(TableError) -> Schema {
        var taker = KindTaker(width: self.columnNames.count)
        _ = try self.walk(&taker, naming: [])
        let columns = self.columnNames.indices.map { index in
            let name = self.columnNames[index].revealed
            return ignored.contains(name)
                ? Schema.Column(name, .ignored) : taker.columns[index].column(name)
        }
        return Schema(suggesting: columns)
    }
}

/// Tells the kinds of columns while a table is read.
private struct KindTaker: FieldTaker {
    private(set) var columns: [KindProbe]

    init(width: Int) {
        self.columns = Array(repeating: KindProbe(), count: width)
    }

    @inline(__always)
    mutating func take(
        column: Int, row: Int, from scanner: inout FieldScanner
    ) throws(FieldFault) {
        if self.columns[column].mayBeNumeric {
            switch scanner.number() {
            case .missing: return
            case .number:
                self.columns[column].lookAtNumber()
                return
            case .irregular: break
            }
        }
        let field = try scanner.field(upTo: TableLimits.textBytesMax)
        guard !field.bytes.isEmpty else { return }
        self.columns[column].look(at: field.bytes, isEscaped: field.isEscaped)
    }
}
