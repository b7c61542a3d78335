extension CSVReader {
    /// The schema that this table suggests: names and kinds, and nothing of what fields hold.
    ///
    /// A column is numeric if every field that is present is a number (so is one without any), and
    /// categorical otherwise. Missing values are allowed everywhere.
    package func inferredSchema() throws(TableError) -> Schema {
        var probe = KindProbe(width: self.columnNames.count)
        _ = try self.walk(&probe, naming: [])
        let columns = self.columnNames.indices.map { index in
            Schema.Column(
                self.columnNames[index].revealed,
                probe.isNumeric[index] ? .numeric() : .categorical())
        }
        do throws(SchemaError) {
            return try Schema(columns)
        } catch {
            preconditionFailure("the header was checked by the same rules: \(error)")
        }
    }
}

extension Schema {
    /// See `CSVReader.inferredSchema()`.
    package static func infer(from csv: UnsafeRawBufferPointer) throws(TableError) -> Schema {
        try CSVReader(csv).inferredSchema()
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
    ) throws(FieldScanner.Fault) {
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
