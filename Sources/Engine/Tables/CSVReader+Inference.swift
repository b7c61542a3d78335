extension CSVReader {
    /// A column is numeric if every field that is present is a number (so is one without any). It
    /// is a date if every field that is present is one, and none is a bare year, which is a number
    /// as well. Else it is of texts if `TextProbe` says so, or categorical.
    package func inferredSchema() throws(TableError) -> Schema {
        var probe = KindProbe(width: self.columnNames.count)
        _ = try self.walk(&probe, naming: [])
        let columns = self.columnNames.indices.map { index in
            Schema.Column(self.columnNames[index].revealed, probe.kind(of: index))
        }
        return Schema(suggesting: columns)
    }
}

/// Tells the kinds of columns while a table is read.
private struct KindProbe: FieldTaker {
    private var columns: [Column]

    private struct Column {
        var mayBeNumeric = true
        var mayBeDate = true
        var texts = TextProbe()
    }

    init(width: Int) {
        self.columns = Array(repeating: Column(), count: width)
    }

    func kind(of column: Int) -> Schema.Kind {
        if self.columns[column].mayBeNumeric { return .numeric() }
        if self.columns[column].mayBeDate { return .date }
        return self.columns[column].texts.verdict == .texts ? .text : .categorical()
    }

    @inline(__always)
    mutating func take(
        column: Int, row: Int, from scanner: inout FieldScanner
    ) throws(FieldFault) {
        if self.columns[column].mayBeNumeric {
            switch scanner.number() {
            case .missing: return
            case .number:
                self.columns[column].mayBeDate = false
                return
            case .irregular: break
            }
        }
        let field = try scanner.field(upTo: TableLimits.textBytesMax)
        if !field.bytes.isEmpty { self.look(at: field, in: column) }
    }

    private mutating func look(at field: FieldScanner.Field, in column: Int) {
        if field.bytes.count > TableLimits.fieldBytesMax {
            // Only a text may be so long, whatever it spells.
            self.columns[column].mayBeNumeric = false
            self.columns[column].mayBeDate = false
        }
        if self.columns[column].mayBeNumeric {
            if !field.isEscaped, DecimalNumber.parse(field.bytes) != nil {
                self.columns[column].mayBeDate = false
            } else {
                self.columns[column].mayBeNumeric = false
            }
        }
        if self.columns[column].mayBeDate {
            self.columns[column].mayBeDate =
                CivilTime.moment(field.bytes) != nil && DecimalNumber.parse(field.bytes) == nil
        }
        self.columns[column].texts.look(at: field.bytes)
    }
}
