import Privacy

extension CSVReader {
    /// What becomes of a column that the schema does not name.
    package enum UnknownColumns: Sendable {
        case refused, ignored
    }

    /// Reads the table as `schema` has it: its columns, in its order, every field checked.
    ///
    /// - Complexity: one pass; eight bytes a number and four a category, and each level once.
    package func frame(
        _ schema: Schema, unknownColumns: UnknownColumns = .refused
    ) throws(TableError) -> Frame {
        try self.table(schema, unknownColumns: unknownColumns).frame
    }

    /// Every row and every column that is kept, and what the schema's remedies have to do with it.
    func fields(
        _ schema: Schema, unknownColumns: UnknownColumns
    ) throws(TableError) -> (frame: Frame, damage: FieldDamage) {
        var columns: [Private<String>: Int] = [:]
        for (index, name) in self.columnNames.enumerated() { columns[name] = index }
        var builder = FrameBuilder(schema, width: self.columnNames.count)
        var order: [(index: Int, name: String)] = []
        for (number, column) in schema.columns.enumerated() {
            guard let index = columns.removeValue(forKey: Private(column.name)) else {
                if case .ignored = column.kind { continue }
                throw TableError(
                    .missingColumn, line: 1, column: .init(number: nil, name: column.name),
                    "the schema names this column, none of the \(self.columnNames.count) in the "
                        + "table's header is called so" + self.headerDoubt)
            }
            builder.expect(column, number, at: index, rows: self.rowsMax)
            if column.kind != .ignored { order.append((index, column.name)) }
        }
        if unknownColumns == .refused, let index = columns.values.min() {
            throw TableError(
                .unknownColumn, line: 1, column: .init(number: index + 1, name: nil),
                "the schema does not name this column, one of \(self.columnNames.count) in the "
                    + "header; name it, as ignored if it is not wanted" + self.headerDoubt)
        }
        let rows = try self.walk(&builder, naming: Set(schema.columns.map(\.name)))
        let frame = Frame(
            rows: rows,
            columns: order.map { .init($0.name, builder.values(at: $0.index, rows: rows)) })
        return (frame, builder.damage)
    }
}

/// Puts fields into columns while a table is read.
private struct FrameBuilder: FieldTaker {
    private var sinks: [Sink]
    private var tables: [LevelTable] = []
    private var memories: [ColumnMemory] = []
    private(set) var damage: FieldDamage

    /// What is done with the fields of one column.
    private struct Sink {
        enum Kind { case skip, numbers, levels, dates, texts }
        var kind = Kind.skip
        var mayMiss = true
        var low = -Double.infinity
        var high = Double.infinity
        /// Of the schema's columns.
        var number = 0
        /// Which of `tables` numbers the texts, and how many numbers the schema gave out.
        var table = 0
        var listed = Int32.max
        /// Which of `memories` holds the values, and where it begins.
        var memory = 0
        var start = UnsafeMutableRawPointer(bitPattern: 8)
    }

    init(_ schema: Schema, width: Int) {
        self.sinks = Array(repeating: Sink(), count: width)
        self.damage = FieldDamage(schema)
    }

    mutating func expect(_ column: Schema.Column, _ number: Int, at index: Int, rows: Int) {
        var sink = Sink()
        sink.number = number
        sink.mayMiss = column.missing == .allowed
        switch column.kind {
        case .ignored: return
        case .numeric(let bounds):
            sink.kind = .numbers
            sink.low = bounds.low ?? -.infinity
            sink.high = bounds.high ?? .infinity
            self.memories.append(ColumnMemory(of: Double.self, count: rows))
        case .categorical(let categories):
            sink.kind = .levels
            var table = LevelTable()
            if let categories {
                for category in categories {
                    _ = Array(category.utf8).withUnsafeBufferPointer { table.number(of: $0) }
                }
                sink.listed = Int32(table.count)
            }
            sink.table = self.tables.count
            self.tables.append(table)
            self.memories.append(ColumnMemory(of: Int32.self, count: rows))
        case .text:
            sink.kind = .texts
            sink.table = self.tables.count
            self.tables.append(LevelTable())
            self.memories.append(ColumnMemory(of: Int32.self, count: rows))
        case .date:
            sink.kind = .dates
            self.memories.append(ColumnMemory(of: Double.self, count: rows))
        }
        sink.memory = self.memories.count - 1
        sink.start = self.memories[sink.memory].start
        self.sinks[index] = sink
    }

    @inline(__always)
    mutating func take(
        column: Int, row: Int, from scanner: inout FieldScanner
    ) throws(FieldScanner.Fault) {
        let sink = self.sinks[column]
        switch sink.kind {
        case .skip: _ = try scanner.field(upTo: TableLimits.textBytesMax)
        case .numbers:
            var number: Double
            switch scanner.number() {
            case .number(let value): number = value
            case .missing: number = .nan
            case .irregular: number = try Self.irregularNumber(from: &scanner)
            }
            if number.isNaN {
                if !sink.mayMiss { try self.damage.note(.missingValue, sink.number, row) }
            } else if !(number >= sink.low && number <= sink.high) {
                try self.damage.note(.outOfRange, sink.number, row)
                number = min(max(number, sink.low), sink.high)
            }
            sink.start?.storeBytes(of: number, toByteOffset: row * 8, as: Double.self)
        case .levels:
            let code = try self.code(of: try scanner.field(), sink, row)
            sink.start?.storeBytes(of: code, toByteOffset: row * 4, as: Int32.self)
        case .texts:
            let field = try scanner.field(upTo: TableLimits.textBytesMax)
            let code = try self.code(of: field, sink, row)
            sink.start?.storeBytes(of: code, toByteOffset: row * 4, as: Int32.self)
        case .dates:
            let seconds = try Self.seconds(of: try scanner.field())
            if seconds.isNaN, !sink.mayMiss {
                try self.damage.note(.missingValue, sink.number, row)
            }
            sink.start?.storeBytes(of: seconds, toByteOffset: row * 8, as: Double.self)
        }
    }

    /// Since 1970; NaN where the date is missing.
    private static func seconds(
        of field: FieldScanner.Field
    ) throws(FieldScanner.Fault) -> Double {
        if field.bytes.isEmpty { return .nan }
        guard let moment = CivilTime.moment(field.bytes) else { throw .badDate }
        return Double(moment.seconds) + moment.fraction
    }

    @inline(__always)
    private mutating func code(
        of field: FieldScanner.Field, _ sink: Sink, _ row: Int
    ) throws(FieldScanner.Fault) -> Int32 {
        guard !field.bytes.isEmpty else {
            if !sink.mayMiss { try self.damage.note(.missingValue, sink.number, row) }
            return Frame.Categories.missing
        }
        let code =
            field.isEscaped
            ? field.unescaped.revealed.withUnsafeBufferPointer {
                self.tables[sink.table].number(of: $0)
            }
            : self.tables[sink.table].number(of: field.bytes)
        if code >= sink.listed {
            try self.damage.note(.unknownCategory, sink.number, row)
            return Frame.Categories.missing
        }
        return code
    }

    /// Quoted, spaced, very long or very large or small; NaN for an empty pair of quotes.
    @inline(never)
    private static func irregularNumber(
        from scanner: inout FieldScanner
    ) throws(FieldScanner.Fault) -> Double {
        let field = try scanner.field()
        if field.bytes.isEmpty { return .nan }
        guard !field.isEscaped, let number = DecimalNumber.parse(field.bytes) else {
            throw .badNumber
        }
        return number
    }

    /// The finished column; its memory is given back at once, so that only one lies here twice.
    mutating func values(at index: Int, rows: Int) -> Frame.Values {
        let sink = self.sinks[index]
        defer { self.memories[sink.memory] = ColumnMemory(of: UInt8.self, count: 0) }
        let memory = self.memories[sink.memory]
        switch sink.kind {
        case .levels, .texts: break
        case .dates: return .dates(memory.array(of: Double.self, count: rows))
        case .numbers, .skip: return .numeric(memory.array(of: Double.self, count: rows))
        }
        let (levels, indices) = self.tables[sink.table].sorted()
        self.tables[sink.table] = LevelTable()
        let categories = Frame.Categories(
            compacting: memory.array(of: Int32.self, count: rows), indices: indices, levels: levels)
        return sink.kind == .texts ? .texts(categories) : .categorical(categories)
    }
}

extension Frame.Categories {
    /// - Parameters:
    ///   - numbers: for every row the number of its text, or -1.
    ///   - indices: for every number its index in `levels`, some of which may not occur.
    init(compacting numbers: [Int32], indices: [Int32], levels: [Private<String>]) {
        var occurs = Array(repeating: false, count: levels.count)
        for number in numbers where number >= 0 { occurs[Int(indices[Int(number)])] = true }
        var ranks: [Int32] = []
        var rank: Int32 = 0
        for level in levels.indices {
            ranks.append(rank)
            if occurs[level] { rank += 1 }
        }
        let codes = numbers.map { $0 < 0 ? Self.missing : ranks[Int(indices[Int($0)])] }
        self.init(codes: codes, levels: levels.indices.filter { occurs[$0] }.map { levels[$0] })
    }
}

/// Room for a column whose final length is not known yet. Pages that no row reaches cost nothing.
private final class ColumnMemory {
    let start: UnsafeMutableRawPointer

    init<Element: BitwiseCopyable>(of type: Element.Type, count: Int) {
        self.start = .allocate(
            byteCount: max(count, 1) * MemoryLayout<Element>.stride, alignment: 16)
    }

    deinit { self.start.deallocate() }

    /// - Requires: the first `count` elements were written.
    func array<Element: BitwiseCopyable>(of type: Element.Type, count: Int) -> [Element] {
        withExtendedLifetime(self) {
            Array(
                UnsafeBufferPointer(
                    start: self.start.bindMemory(to: type, capacity: count), count: count))
        }
    }
}
