package import Privacy

/// Reads tables of Arrow's columnar format (version 1.5), as pandas, polars and Hugging Face write
/// them: streams, several of them in a row, and files (Feather version 2).
///
/// Columns are numbers and texts; a list of a fixed size is a column for each place of it, called
/// `name.0` and so on. A column of another type is refused unless the schema ignores it. Texts,
/// numbers and moments are what the schema says: a number is a text of its digits where the schema
/// has categories, a text is a number or a date where it spells one, a moment is a date, a text as
/// in ISO 8601 or seconds since 1970, a Boolean is `true` and `false` or 1 and 0. What is null, NaN
/// or an empty text is missing.
///
/// An Arrow table has no lines. Its rows are counted as the lines of a CSV would be that has each
/// in one line, below a header: so one report speaks of both.
package struct ArrowReader: TableReader {
    package let columnNames: [Private<String>]
    let framing: ArrowFraming
    let fields: [ArrowField]
    private let columns: [ArrowColumn]
    let rows: Int
    private let bytesCount: Int
    /// Rows of the table before these.
    private let rowsBefore: Int

    /// Finds the batches, and checks the schema.
    package init(_ bytes: UnsafeRawBufferPointer) throws(TableError) {
        try self.init(try ArrowFraming(bytes), bytesCount: bytes.count, rowsBefore: 0)
    }

    /// - Parameters:
    ///   - bytesCount: of all messages.
    ///   - rowsBefore: rows of the table before those of these messages.
    init(_ framing: ArrowFraming, bytesCount: Int, rowsBefore: Int) throws(TableError) {
        self.bytesCount = bytesCount
        self.framing = framing
        self.rowsBefore = rowsBefore
        self.fields = try ArrowField.all(of: self.framing.schema)
        self.columns = try Self.columns(of: self.fields)
        self.columnNames = self.columns.map { Private($0.name) }
        for case .schema(let schema) in self.framing.messages.map(\.kind) {
            guard try ArrowField.all(of: schema) == self.fields else {
                throw TableError(arrow: "its parts have different schemas")
            }
        }
        self.rows = try self.framing.rows()
        guard self.rows > 0 else { throw Self.noRows }
    }

    static var noRows: TableError { TableError(.noRows, "the table has a header and no rows") }

    /// Columns are named by the schema, whatever the rows hold.
    package var headerDoubt: String { "" }

    private static func columns(of fields: [ArrowField]) throws(TableError) -> [ArrowColumn] {
        var columns: [ArrowColumn] = []
        for (number, field) in fields.enumerated() {
            guard field.isList, case .list(let size) = field.type else {
                columns.append(
                    ArrowColumn(name: field.name, field: number, place: nil, type: field.type))
                continue
            }
            guard size <= TableLimits.columnsMax - columns.count else {
                throw TableError(
                    .tooManyColumns, "the table has more than \(TableLimits.columnsMax) columns")
            }
            for place in 0..<size {
                columns.append(
                    ArrowColumn(
                        name: "\(field.name).\(place)", field: number, place: place,
                        type: field.children[0].type))
            }
        }
        var known: Set<String> = []
        for (number, column) in columns.enumerated() {
            let place = TableError.Place(number: number + 1, name: nil)
            guard known.insert(column.name).inserted else {
                throw TableError(
                    .duplicateColumn, line: 1, column: place,
                    "an earlier column has the same name")
            }
            if let problem = Schema.problem(withName: column.name) {
                throw TableError(.badColumnName, line: 1, column: place, "the name \(problem)")
            }
        }
        return columns
    }

    /// The types tell. Texts that are in no dictionary are dates, texts or categories by what they
    /// say, like the fields of a CSV; numbers they are not, whatever they spell.
    package func inferredSchema(
        ignoring ignored: Set<String>
    ) throws(TableError) -> Schema {
        let probes = try self.probes()
        var columns: [Schema.Column] = []
        for (number, column) in self.columns.enumerated() {
            if ignored.contains(column.name) {
                columns.append(Schema.Column(column.name, .ignored))
                continue
            }
            guard column.type.isCell else { throw self.unknownType(ofColumn: number) }
            columns.append(
                probes[column.field]?.columnOfTexts(column.name)
                    ?? Schema.Column(column.name, column.type.suggested))
        }
        return Schema(suggesting: columns)
    }

    /// What the texts look like, by their field.
    private func probes() throws(TableError) -> [Int: KindProbe] {
        var probes: [Int: KindProbe] = [:]
        for (number, field) in self.fields.enumerated() where field.dictionary == nil {
            if case .text = field.type { probes[number] = KindProbe() }
        }
        guard !probes.isEmpty else { return probes }
        for message in self.framing.messages {
            guard case .batch(let table) = message.kind else { continue }
            var batch = try ArrowBatch(table, body: message.body)
            for (number, field) in self.fields.enumerated() {
                guard let probe = probes[number] else {
                    try batch.skip(field)
                    continue
                }
                let array = try batch.take(field)
                var taker = ProbeTaker(
                    stretch: ArrowStretch(array, place: nil, row: 0), probe: probe)
                probes[number] = nil
                do throws(PlacedFault) {
                    try array.give(to: &taker)
                } catch {
                    preconditionFailure("whoever only looks finds no fault: \(error)")
                }
                probes[number] = taker.probe
            }
        }
        return probes
    }

    package var rowsCount: Int { self.rows }

    /// What the types suggest; texts in no dictionary are texts, whatever they say.
    func suggestedColumns(
        ignoring ignored: Set<String>
    ) throws(TableError) -> [Schema.Column] {
        var columns: [Schema.Column] = []
        for (number, column) in self.columns.enumerated() {
            if ignored.contains(column.name) {
                columns.append(Schema.Column(column.name, .ignored))
                continue
            }
            guard column.type.isCell else { throw self.unknownType(ofColumn: number) }
            let isPlainText =
                if case .text = column.type {
                    self.fields[column.field].dictionary == nil
                } else { false }
            columns.append(
                Schema.Column(column.name, isPlainText ? .text : column.type.suggested))
        }
        return columns
    }

    package func lines(ofRows rows: Set<Int>) -> [Int: Int] {
        var lines: [Int: Int] = [:]
        for row in rows { lines[row] = Self.line(ofRow: self.rowsBefore + row) }
        return lines
    }

    static func line(ofRow row: Int) -> Int { row + 2 }

    private func unknownType(ofColumn number: Int) -> TableError {
        let column = self.columns[number]
        return TableError(
            .unknownType, line: 1, column: .init(number: number + 1, name: column.name),
            "the column is of Arrow's type \(column.type.word), which is neither numbers nor "
                + "texts; leave it out, or ignore it")
    }

    // MARK: Rows

    package func fields(
        _ schema: Schema, unknownColumns: UnknownColumns
    ) throws(TableError) -> TableFields {
        let kept = schema.columns.count { $0.kind != .ignored }
        let (cells, overflow) = self.rows.multipliedReportingOverflow(by: kept)
        guard !overflow, cells <= self.bound(ArrowLimits.cellsPerByteMax) else {
            throw TableError(
                arrow: "it has \(self.rows) rows, far more than its bytes account for; write it "
                    + "uncompressed and without columns that hold nothing")
        }
        var builder = try FrameBuilder(
            schema, among: self.columnNames, rows: .exactly(self.rows),
            unknownColumns: unknownColumns, doubt: "")
        var kinds: [FrameBuilder.Sink.Kind] = []
        for number in self.columns.indices {
            let kind = builder.sink(of: number).kind
            guard kind == .skip || self.columns[number].type.isCell else {
                throw self.unknownType(ofColumn: number)
            }
            kinds.append(kind)
        }
        var filling = ArrowFilling(
            fields: self.fields, columns: self.columns, kinds: kinds,
            isFile: self.framing.isFile, entriesLeft: self.bound(ArrowLimits.entriesPerByteMax),
            rowsBefore: self.rowsBefore)
        for message in self.framing.messages {
            switch message.kind {
            case .schema: filling.forgetDictionaries()
            case .dictionary(let table):
                try filling.takeDictionary(table, message.body, &builder)
            case .batch(let table):
                try filling.takeBatch(try ArrowBatch(table, body: message.body), &builder)
            }
        }
        return builder.finish(rows: self.rows)
    }

    /// What may be made of the table's bytes.
    private func bound(_ perByte: Int) -> Int { self.bytesCount * perByte + ArrowLimits.free }
}

/// What a column of an Arrow table is made of.
struct ArrowColumn {
    let name: String
    /// Which of the schema's fields, and which place in its lists.
    let field: Int
    let place: Int?
    let type: ArrowType
}
