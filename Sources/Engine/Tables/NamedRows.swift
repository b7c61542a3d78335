package import Privacy

/// Rows that somebody hands over as values, where a table is a file: what a service is asked.
///
/// A value means what it means in a table: a number where the schema has categories is the text of
/// its digits, a text where it has numbers is the number that it spells, an empty text is missing.
/// Rows count as lines from 1, in messages too.
package struct NamedRows: TableRows {
    package let columnNames: [Private<String>]
    private let rows: [[Value]]

    package enum Value: Sendable {
        case missing
        case number(Double)
        case text(Private<String>)
    }

    /// - Throws: `TableError` for a name that is there twice, for a row of another length than
    ///   there are names, and where there are no rows.
    package init(columns: [Private<String>], rows: [[Value]]) throws(TableError) {
        var known: Set<Private<String>> = []
        for (index, name) in columns.enumerated() where !known.insert(name).inserted {
            throw TableError(
                .duplicateColumn, column: .init(number: index + 1, name: nil),
                "an earlier column has the same name")
        }
        guard !rows.isEmpty else { throw TableError(.noRows, "there are no rows") }
        for (row, values) in rows.enumerated() where values.count != columns.count {
            throw TableError(
                .raggedRow, line: row + 1,
                "the row has \(values.count) values, and there are \(columns.count) columns")
        }
        self.columnNames = columns
        self.rows = rows
    }

    package func fields(
        _ schema: Schema, unknownColumns: UnknownColumns
    ) throws(TableError) -> TableFields {
        var builder = try FrameBuilder(
            schema, among: self.columnNames, rows: .exactly(self.rows.count),
            unknownColumns: unknownColumns, doubt: "")
        for (index, name) in self.columnNames.enumerated()
        where builder.sink(of: index).kind != .skip {
            try builder.fill(index, rows: self.rows.count) { builder throws(TableError) in
                let sink = builder.sink(of: index)
                for (row, values) in self.rows.enumerated() {
                    do throws(FieldFault) {
                        try Self.put(values[index], in: sink, row: row, &builder)
                    } catch {
                        // The schema has a column of this name, so that it is no secret.
                        throw error.error(
                            line: row + 1,
                            column: .init(number: index + 1, name: name.revealed))
                    }
                }
            }
        }
        return builder.finish(rows: self.rows.count)
    }

    package func lines(ofRows rows: Set<Int>) -> [Int: Int] {
        Dictionary(uniqueKeysWithValues: rows.map { ($0, $0 + 1) })
    }

    private static func put(
        _ value: Value, in sink: FrameBuilder.Sink, row: Int, _ builder: inout FrameBuilder
    ) throws(FieldFault) {
        switch (sink.kind, value) {
        case (.skip, _): break
        case (.numbers, .missing), (.dates, .missing):
            try builder.put(.nan, in: sink, row: row)
        case (.numbers, .number(let number)):
            guard !number.isInfinite else { throw .badNumber }
            try builder.put(number, in: sink, row: row)
        case (.numbers, .text(let text)):
            try builder.put(try Self.number(text, sink, builder), in: sink, row: row)
        case (.dates, .number(let number)):
            let text = try Self.digits(number)
            try builder.put(try Self.seconds(text, sink, builder), in: sink, row: row)
        case (.dates, .text(let text)):
            try builder.put(try Self.seconds(text, sink, builder), in: sink, row: row)
        case (.levels, _), (.texts, _):
            let text =
                switch value {
                case .missing: Private<String>("")
                case .number(let number): try Self.digits(number)
                case .text(let text): text
                }
            try builder.put(
                level: try Self.level(text, sink, &builder), in: sink, row: row)
        }
    }

    private static func digits(_ number: Double) throws(FieldFault) -> Private<String> {
        if number.isNaN { return Private("") }
        guard number.isFinite else { throw .badNumber }
        return Target.text(of: number)
    }

    private static func number(
        _ text: Private<String>, _ sink: FrameBuilder.Sink, _ builder: FrameBuilder
    ) throws(FieldFault) -> Double {
        let bytes = Array(text.revealed.utf8)
        if bytes.withUnsafeBufferPointer({ builder.isMissing($0, in: sink) }) { return .nan }
        guard bytes.count <= TableLimits.fieldBytesMax else { throw .tooLong }
        guard let number = bytes.withUnsafeBufferPointer({ DecimalNumber.parse($0) }) else {
            throw .badNumber
        }
        return number
    }

    private static func seconds(
        _ text: Private<String>, _ sink: FrameBuilder.Sink, _ builder: FrameBuilder
    ) throws(FieldFault) -> Double {
        let bytes = Array(text.revealed.utf8)
        if bytes.withUnsafeBufferPointer({ builder.isMissing($0, in: sink) }) { return .nan }
        guard bytes.count <= TableLimits.fieldBytesMax else { throw .tooLong }
        guard let seconds = bytes.withUnsafeBufferPointer({ CivilTime.seconds(of: $0) }) else {
            throw .badDate
        }
        return seconds
    }

    private static func level(
        _ text: Private<String>, _ sink: FrameBuilder.Sink, _ builder: inout FrameBuilder
    ) throws(FieldFault) -> Int32 {
        let bytes = Array(text.revealed.utf8)
        guard bytes.count <= sink.bytesMax else { throw .tooLong }
        guard !bytes.contains(0) else { throw .nul }
        return bytes.withUnsafeBufferPointer { builder.level(of: $0, in: sink) }
    }
}
