import Privacy

/// Some rows of a table of any size, drawn by chance, in the table's order.
///
/// Every set of so many rows is equally likely (selection sampling: Fan, Muller and Rezucha 1962;
/// Knuth, The Art of Computer Programming, 3.4.2, algorithm S). The table is read twice: its rows
/// are counted first, so that no row is kept that will not stay. Equal tables, sizes and seeds give
/// equal samples, whatever the blocks.
///
/// What is drawn of a CSV are its own bytes. Of an Arrow table it is a CSV that means the same, bit
/// for bit, by the sample's schema.
package struct TableSample: Sendable {
    /// A CSV.
    package let table: [UInt8]
    /// The given schema, or the one that the table's types and the sample suggest to be learned
    /// from; in either the columns are ignored that were not chosen.
    package let schema: Schema
    package let rows: Int
    /// Of the whole table.
    package let rowsOfTable: Int

    /// - Parameters:
    ///   - source: can be read from its beginning more than once.
    ///   - rows: how many to draw; a table that has no more is taken whole.
    ///   - bytesMax: what the sample may have; more is refused.
    /// - Throws: `TableError`, and what the source throws.
    package init(
        _ source: any TableSource, rows: Int, seed: UInt64, schema: Schema?,
        columns: ColumnChoice = .all, bytesMax: Int, blockBytes: Int = TableBlocks.blockBytes
    ) throws {
        precondition(rows > 0, "a sample of \(rows) rows")
        var total = 0
        var blocks = try TableBlocks(source, blockBytes: blockBytes)
        while let count = try blocks.next({ $0.rowsCount }) { total += count }

        var draw = Draw(rows: min(rows, total), of: total, seed: seed)
        var writer = Writer(schema: schema, columns: columns)
        blocks = try TableBlocks(source, blockBytes: blockBytes)
        while let bytes = try blocks.next({ reader in
            try writer.append(reader, rows: draw.next(reader.rowsCount))
            return writer.table.count
        }) {
            guard bytes <= bytesMax else {
                throw TableError(
                    .tooManyRows, "a sample of \(rows) rows has more than \(bytesMax) bytes")
            }
        }
        guard draw.isDone else {
            throw TableError(.noRows, "the table changed while it was read")
        }
        self.table = writer.table
        self.schema = try writer.suggestedSchema()
        self.rows = min(rows, total)
        self.rowsOfTable = total
    }

    /// Which rows are drawn.
    struct Draw {
        private var chance: SeededGenerator
        private var rowsLeft: Int
        private var wanted: Int
        private var isShort = false

        init(rows: Int, of total: Int, seed: UInt64) {
            self.chance = SeededGenerator(seed: seed)
            self.rowsLeft = total
            self.wanted = rows
        }

        /// Whether exactly as many rows came as were announced.
        var isDone: Bool { self.rowsLeft == 0 && !self.isShort }

        /// Those of the next `count` rows that are drawn, ascending, counted from 0.
        mutating func next(_ count: Int) -> [Int] {
            var drawn: [Int] = []
            for row in 0..<count {
                guard self.rowsLeft > 0 else {
                    self.isShort = true
                    break
                }
                // Of those that are left each is as likely as any other to be wanted.
                if self.wanted > 0, self.chance.below(self.rowsLeft) < self.wanted {
                    drawn.append(row)
                    self.wanted -= 1
                }
                self.rowsLeft -= 1
            }
            return drawn
        }
    }

    /// Puts drawn rows together.
    private struct Writer {
        private var given: Schema?
        private let choice: ColumnChoice
        /// Columns that are not learned from, once the first of the table was read.
        private var ignored: Set<String>?
        private(set) var table: [UInt8] = []
        /// What the rows of an Arrow table are read with, and what its texts look like.
        private var plain: Schema?
        private var probes: [String: KindProbe] = [:]

        init(schema: Schema?, columns choice: ColumnChoice) {
            self.given = schema
            self.choice = choice
        }

        mutating func append(_ reader: any TableReader, rows: [Int]) throws(TableError) {
            if self.ignored == nil {
                let ignored = try self.choice.ignored(among: reader.columnNames)
                self.given = try self.given.map { given throws(TableError) in
                    try given.forLearning(ignoring: ignored)
                }
                self.ignored = ignored
            }
            switch reader {
            case let csv as CSVReader:
                if self.table.isEmpty { self.table += csv.headerBytes }
                try csv.check()
                csv.append(rows: rows, to: &self.table)
            case let arrow as ArrowReader: try self.append(arrow, rows: rows)
            default: preconditionFailure("a table of a third format")
            }
        }

        private mutating func append(_ reader: ArrowReader, rows: [Int]) throws(TableError) {
            let plain =
                if let plain = self.plain {
                    plain
                } else { try reader.plainSchema(self.given, ignoring: self.ignored ?? []) }
            let frame = try reader.frame(plain)
            if self.plain == nil {
                self.table += CSVCells.row(frame.columns.map { Array($0.name.utf8) })
                if self.given == nil {
                    for column in plain.columns where column.kind == .text {
                        self.probes[column.name] = KindProbe()
                    }
                }
            }
            self.plain = plain
            for column in frame.columns {
                guard var probe = self.probes.removeValue(forKey: column.name) else { continue }
                if case .texts(let texts) = column.values { probe.look(at: texts, rows: rows) }
                self.probes[column.name] = probe
            }
            CSVCells.append(frame, rows: rows, to: &self.table)
        }

        func suggestedSchema() throws(TableError) -> Schema {
            if let given { return given }
            guard let plain else {
                return try self.table.inferredSchema(ignoring: self.ignored ?? [])
                    .expectingMissingValues()
            }
            return Schema(
                suggesting: plain.columns.map { column in
                    self.probes[column.name]?.columnOfTexts(column.name) ?? column
                }
            ).expectingMissingValues()
        }
    }
}

extension [UInt8] {
    fileprivate func inferredSchema(ignoring ignored: Set<String>) throws(TableError) -> Schema {
        var result: Result<Schema, TableError>?
        self.withUnsafeBytes { bytes in
            result = Result { () throws(TableError) in
                try TableFormat.reader(of: bytes).inferredSchema(ignoring: ignored)
            }
        }
        guard let result else { preconditionFailure("the closure ran") }
        return try result.get()
    }
}

extension KindProbe {
    fileprivate mutating func look(at texts: Frame.Categories, rows: [Int]) {
        for row in rows where texts.codes[row] >= 0 {
            Array(texts.levels[Int(texts.codes[row])].revealed.utf8)
                .withUnsafeBufferPointer { self.look(at: $0) }
        }
    }
}

extension CSVReader {
    /// Every row of the text has the header's fields, whatever is in them.
    fileprivate func check() throws(TableError) {
        var taker = FormTaker()
        _ = try self.walk(&taker, naming: [])
    }

    fileprivate func append(rows: [Int], to table: inout [UInt8]) {
        var next = 0
        var row = 0
        self.forEachRow { bytes in
            if next < rows.count, rows[next] == row {
                table += bytes
                if bytes.last != 0x0A { table.append(0x0A) }
                next += 1
            }
            row += 1
        }
    }
}

/// Looks at the form of fields only.
private struct FormTaker: FieldTaker {
    @inline(__always)
    mutating func take(
        column: Int, row: Int, from scanner: inout FieldScanner
    ) throws(FieldFault) {
        _ = try scanner.field(upTo: TableLimits.textBytesMax)
    }
}

extension ArrowReader {
    /// What cells are read with so that each is kept as it is: the kinds of a given schema, or
    /// those of the types, and no bounds. Texts in no dictionary are texts, whatever they say.
    fileprivate func plainSchema(
        _ given: Schema?, ignoring ignored: Set<String>
    ) throws(TableError) -> Schema {
        if let given {
            return Schema(
                suggesting: given.columns.map { column in
                    Schema.Column(
                        column.name, column.kind.withoutBounds, missingValues: column.missingValues)
                })
        }
        return Schema(suggesting: try self.suggestedColumns(ignoring: ignored))
    }
}

extension Schema.Kind {
    fileprivate var withoutBounds: Self {
        switch self {
        case .numeric: .numeric()
        case .categorical: .categorical()
        case .date, .text, .ignored: self
        }
    }
}
