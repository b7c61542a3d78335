extension CSVReader {
    /// A column is numeric if every field that is present is a number (so is one without any), and
    /// categorical otherwise.
    package func inferredSchema() throws(TableError) -> Schema {
        var probe = KindProbe(width: self.columnNames.count)
        _ = try self.walk(&probe, naming: [])
        let columns = self.columnNames.indices.map { index in
            Schema.Column(
                self.columnNames[index].revealed,
                probe.isNumeric[index] ? .numeric() : .categorical())
        }
        return Schema(suggesting: columns)
    }
}

/// Tells numeric columns from others while a table is read.
private struct KindProbe: FieldTaker {
    private(set) var isNumeric: [Bool]

    init(width: Int) {
        self.isNumeric = Array(repeating: true, count: width)
    }

    @inline(__always)
    mutating func take(
        column: Int, row: Int, from scanner: inout FieldScanner
    ) throws(FieldFault) {
        guard self.isNumeric[column] else {
            _ = try scanner.field()
            return
        }
        guard case .irregular = scanner.number() else { return }
        let field = try scanner.field()
        if field.bytes.isEmpty { return }
        if field.isEscaped || DecimalNumber.parse(field.bytes) == nil {
            self.isNumeric[column] = false
        }
    }
}
