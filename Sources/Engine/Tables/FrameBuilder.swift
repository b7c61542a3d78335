import Privacy

/// Puts fields into columns while a table is read, each held against its column of the schema.
///
/// It knows nothing of formats: a reader hands it numbers and texts, of which it says the column of
/// the file and the row.
struct FrameBuilder {
    private var sinks: [Sink]
    private var tables: [LevelTable] = []
    private var numbers: [ColumnRoom<Double>] = []
    private var levels: [ColumnRoom<Int32>] = []
    private var missing: [MissingValues] = []
    private var damage: FieldDamage
    /// The columns that the frame will have, in its order.
    private var order: [(index: Int, name: String)] = []

    /// What is done with the fields of one column.
    struct Sink {
        /// Dates are numbers, seconds since 1970; texts are levels that may be longer.
        enum Kind { case skip, numbers, levels, dates, texts }
        var kind = Kind.skip
        fileprivate(set) var mayMiss = true
        fileprivate(set) var low = -Double.infinity
        fileprivate(set) var high = Double.infinity
        /// Of the schema's columns.
        fileprivate var number = 0
        /// Which of `tables` numbers the texts, and how many numbers the schema gave out.
        fileprivate var table = 0
        fileprivate var listed = Int32.max
        /// Which of `missing` says what else is missing; nil where only the empty text is.
        fileprivate var missing: Int?
        fileprivate(set) var hasMissingNumbers = false
        /// Which of `numbers` or `levels` holds the values, and where it begins.
        fileprivate var room = 0
        fileprivate(set) var start: UnsafeMutableRawPointer?

        /// The longest text that a field may hold.
        var bytesMax: Int {
            self.kind == .texts ? TableLimits.textBytesMax : TableLimits.fieldBytesMax
        }
    }

    /// Finds the schema's columns in the file.
    ///
    /// - Parameters:
    ///   - names: of the file's columns, no two of them equal.
    ///   - rows: how many there will be, or at most.
    ///   - doubt: what is added to a message about names.
    init(
        _ schema: Schema, among names: [Private<String>], rows: RowCount,
        unknownColumns: UnknownColumns, doubt: String
    ) throws(TableError) {
        self.sinks = Array(repeating: Sink(), count: names.count)
        self.damage = FieldDamage(schema)
        var columns: [Private<String>: Int] = [:]
        for (index, name) in names.enumerated() { columns[name] = index }
        for (number, column) in schema.columns.enumerated() {
            guard let index = columns.removeValue(forKey: Private(column.name)) else {
                if case .ignored = column.kind { continue }
                throw TableError(
                    .missingColumn, line: 1, column: .init(number: nil, name: column.name),
                    "the schema names this column, none of the \(names.count) in the table's "
                        + "header is called so" + doubt)
            }
            self.expect(column, number, at: index, rows)
            if column.kind != .ignored { self.order.append((index, column.name)) }
        }
        if unknownColumns == .refused, let index = columns.values.min() {
            throw TableError(
                .unknownColumn, line: 1, column: .init(number: index + 1, name: nil),
                "the schema does not name this column, one of \(names.count) in the "
                    + "header; name it, as ignored if it is not wanted" + doubt)
        }
    }

    private mutating func expect(
        _ column: Schema.Column, _ number: Int, at index: Int, _ rows: RowCount
    ) {
        var sink = Sink()
        sink.number = number
        sink.mayMiss = column.missing == .allowed
        if !column.missingValues.isEmpty {
            let index = self.missingIndex(of: column)
            sink.missing = index
            sink.hasMissingNumbers = !self.missing[index].numbers.isEmpty
        }
        switch column.kind {
        case .ignored: return
        case .numeric(let bounds):
            sink.low = bounds.low ?? -.infinity
            sink.high = bounds.high ?? .infinity
            self.prepare(&sink, .numbers, rows)
        case .date: self.prepare(&sink, .dates, rows)
        case .categorical(let categories):
            var table = LevelTable()
            if let categories {
                for category in categories {
                    _ = Array(category.utf8).withUnsafeBufferPointer { table.number(of: $0) }
                }
                sink.listed = Int32(table.count)
            }
            self.prepare(&sink, .levels, table, rows)
        case .text: self.prepare(&sink, .texts, LevelTable(), rows)
        }
        self.sinks[index] = sink
    }

    /// Where in `missing` a column's are: like those of the column before, as a rule.
    private mutating func missingIndex(of column: Schema.Column) -> Int {
        if let last = self.missing.last, last.isOf(column) { return self.missing.count - 1 }
        self.missing.append(MissingValues(column))
        return self.missing.count - 1
    }

    private mutating func prepare(_ sink: inout Sink, _ kind: Sink.Kind, _ rows: RowCount) {
        sink.kind = kind
        sink.room = self.numbers.count
        self.numbers.append(ColumnRoom(rows))
        sink.start = self.numbers[sink.room].start
    }

    private mutating func prepare(
        _ sink: inout Sink, _ kind: Sink.Kind, _ table: LevelTable, _ rows: RowCount
    ) {
        sink.kind = kind
        sink.table = self.tables.count
        self.tables.append(table)
        sink.room = self.levels.count
        self.levels.append(ColumnRoom(rows))
        sink.start = self.levels[sink.room].start
    }

    /// Lets `body` put fields into one column of the file, which must be one that is kept.
    ///
    /// Needed where the number of rows is exact: then a column lies where it stays, and can be
    /// written to for as long as this lasts only.
    ///
    /// - Parameter rows: how many of the first `body` may put, with those that were put before.
    mutating func fill<Fault: Error>(
        _ column: Int, rows: Int, _ body: (inout FrameBuilder) throws(Fault) -> Void
    ) throws(Fault) {
        let place = self.sinks[column].room
        defer { self.sinks[column].start = nil }
        switch self.sinks[column].kind {
        case .skip: preconditionFailure("column \(column) is not kept")
        case .numbers, .dates:
            var room = self.numbers[place].taken()
            defer { self.numbers[place] = room }
            try room.write(rows: rows, missing: .nan) { start throws(Fault) in
                self.sinks[column].start = start
                try body(&self)
            }
        case .levels, .texts:
            var room = self.levels[place].taken()
            defer { self.levels[place] = room }
            try room.write(rows: rows, missing: Frame.Categories.missing) {
                start throws(Fault) in
                self.sinks[column].start = start
                try body(&self)
            }
        }
    }

    // MARK: Fields

    /// Where the fields of a column of the file go.
    @inline(__always)
    func sink(of column: Int) -> Sink { self.sinks[column] }

    /// - Parameter number: NaN where it is missing; else finite.
    @inline(__always)
    mutating func put(_ number: Double, in sink: Sink, row: Int) throws(FieldFault) {
        var number = number
        if sink.hasMissingNumbers, self.isMissing(number, in: sink) { number = .nan }
        if number.isNaN {
            if !sink.mayMiss { try self.damage.note(.missingValue, sink.number, row) }
        } else if !(number >= sink.low && number <= sink.high) {
            try self.damage.note(.outOfRange, sink.number, row)
            number = min(max(number, sink.low), sink.high)
        }
        sink.start?.storeBytes(of: number, toByteOffset: row * 8, as: Double.self)
    }

    /// - Parameter level: what `level(of:in:)` gave; negative where the text is missing.
    @inline(__always)
    mutating func put(level: Int32, in sink: Sink, row: Int) throws(FieldFault) {
        var level = level
        if level < 0 {
            if !sink.mayMiss { try self.damage.note(.missingValue, sink.number, row) }
        } else if level >= sink.listed {
            try self.damage.note(.unknownCategory, sink.number, row)
            level = Frame.Categories.missing
        }
        sink.start?.storeBytes(of: level, toByteOffset: row * 4, as: Int32.self)
    }

    /// The number of a text in its column; one that stands for a missing value has none.
    @inline(__always)
    mutating func level(of text: UnsafeBufferPointer<UInt8>, in sink: Sink) -> Int32 {
        self.isMissing(text, in: sink)
            ? Frame.Categories.missing : self.tables[sink.table].number(of: text)
    }

    /// Whether a text stands for a missing value.
    @inline(__always)
    func isMissing(_ text: UnsafeBufferPointer<UInt8>, in sink: Sink) -> Bool {
        if text.isEmpty { return true }
        guard let missing = sink.missing else { return false }
        return self.missing[missing].contains(text)
    }

    @inline(never)
    private func isMissing(_ number: Double, in sink: Sink) -> Bool {
        sink.missing.map { self.missing[$0].numbers.contains(number) } ?? false
    }

    /// Texts that have a number in the column: the next new one will have this.
    @inline(__always)
    func levels(in sink: Sink) -> Int { self.tables[sink.table].count }

    // MARK: The table

    /// What was put into the first `rows` rows of every column. Their memory is given back one
    /// after the other, so that only one column lies here twice.
    consuming func finish(rows: Int) -> TableFields {
        var columns: [Frame.Column] = []
        for (index, name) in self.order {
            columns.append(.init(name, self.values(at: index, rows: rows)))
        }
        return TableFields(frame: Frame(rows: rows, columns: columns), damage: self.damage)
    }

    private mutating func values(at index: Int, rows: Int) -> Frame.Values {
        let sink = self.sinks[index]
        switch sink.kind {
        case .numbers, .skip: return .numeric(self.numbers[sink.room].taken().array(rows: rows))
        case .dates: return .dates(self.numbers[sink.room].taken().array(rows: rows))
        case .levels, .texts: break
        }
        let (levels, indices) = self.tables[sink.table].sorted()
        self.tables[sink.table] = LevelTable()
        let categories = Frame.Categories(
            compacting: self.levels[sink.room].taken().array(rows: rows), indices: indices,
            levels: levels)
        return sink.kind == .texts ? .texts(categories) : .categorical(categories)
    }
}

extension CivilTime {
    /// What a field of dates spells, in seconds since 1970; NaN where it is empty.
    static func seconds(of field: UnsafeBufferPointer<UInt8>) -> Double? {
        if field.isEmpty { return .nan }
        guard let moment = CivilTime.moment(field) else { return nil }
        return Double(moment.seconds) + moment.fraction
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
