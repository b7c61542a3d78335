/// Fills the columns of a frame from an Arrow table, batch by batch.
struct ArrowFilling {
    private let fields: [ArrowField]
    private let columns: [ArrowColumn]
    private let kinds: [FrameBuilder.Sink.Kind]
    /// The columns that are kept, by their field.
    private let kept: [[Int]]
    /// The fields that have each dictionary.
    private let users: [Int64: [Int]]
    private let isFile: Bool
    /// For each column the entries of its dictionary, once it came.
    private var entries: [ArrowEntries?]
    private var entriesLeft: Int
    private var row = 0
    private let rowsBefore: Int

    /// - Parameters:
    ///   - kinds: what each column is kept as.
    ///   - isFile: whether each dictionary comes once.
    ///   - entriesLeft: entries that all columns may have together.
    ///   - rowsBefore: rows of the table before those that are put.
    init(
        fields: [ArrowField], columns: [ArrowColumn], kinds: [FrameBuilder.Sink.Kind],
        isFile: Bool, entriesLeft: Int, rowsBefore: Int
    ) {
        self.rowsBefore = rowsBefore
        self.fields = fields
        self.columns = columns
        self.kinds = kinds
        self.isFile = isFile
        self.entriesLeft = entriesLeft
        self.entries = Array(repeating: nil, count: columns.count)
        var kept: [[Int]] = Array(repeating: [], count: fields.count)
        for (number, column) in columns.enumerated() where kinds[number] != .skip {
            kept[column.field].append(number)
        }
        self.kept = kept
        var users: [Int64: [Int]] = [:]
        for (number, field) in fields.enumerated() where !kept[number].isEmpty {
            guard let dictionary = field.dictionary else { continue }
            users[dictionary.id, default: []].append(number)
        }
        self.users = users
    }

    /// A stream that follows another brings its own.
    mutating func forgetDictionaries() {
        self.entries = Array(repeating: nil, count: self.columns.count)
    }

    mutating func takeDictionary(
        _ table: FlatTable, _ body: UnsafeRawBufferPointer, _ builder: inout FrameBuilder
    ) throws(TableError) {
        let id = try table.number(0, default: Int64(0))
        let isDelta = try table.number(2, default: UInt8(0)) != 0
        guard let data = try table.table(1) else {
            throw TableError(arrow: "a dictionary without values")
        }
        for number in self.users[id] ?? [] {
            var batch = try ArrowBatch(data, body: body)
            let array = try batch.takeEntries(of: self.fields[number])
            for column in self.kept[number] {
                self.entriesLeft -= array.count
                guard self.entriesLeft >= 0 else {
                    throw TableError(arrow: "its dictionaries are larger than its bytes")
                }
                try self.take(array, isDelta: isDelta, for: column, &builder)
            }
        }
    }

    private mutating func take(
        _ array: ArrowArray, isDelta: Bool, for column: Int, _ builder: inout FrameBuilder
    ) throws(TableError) {
        let earlier = self.entries[column]
        guard isDelta == (earlier != nil) || !isDelta && !self.isFile else {
            throw TableError(arrow: "a dictionary comes twice in a file, or its end comes first")
        }
        let none: ArrowEntries =
            switch self.kinds[column] {
            case .numbers, .dates: .numbers([])
            case .levels, .texts, .skip: .levels([])
            }
        self.entries[column] = try withUnsafeMutablePointer(to: &builder) {
            builder throws(TableError) in
            var taker = EntriesTaker(
                builder: builder, sink: builder.pointee.sink(of: column),
                stretch: ArrowStretch(array, place: nil, row: 0),
                entries: (isDelta ? earlier : nil) ?? none)
            try self.placing(column) { () throws(PlacedFault) in try array.give(to: &taker) }
            return taker.entries
        }
    }

    mutating func takeBatch(
        _ batch: ArrowBatch, _ builder: inout FrameBuilder
    ) throws(TableError) {
        var batch = batch
        for (number, field) in self.fields.enumerated() {
            if self.kept[number].isEmpty {
                try batch.skip(field)
                continue
            }
            let array = try batch.take(field)
            for column in self.kept[number] {
                guard field.dictionary == nil || self.entries[column] != nil else {
                    throw TableError(arrow: "a batch comes before its dictionary")
                }
                try builder.fill(column, rows: self.row + batch.rows) {
                    builder throws(TableError) in
                    try self.put(array, in: column, &builder)
                }
            }
        }
        guard batch.isAtEnd else {
            throw TableError(arrow: "a batch has more buffers than its schema has fields")
        }
        self.row += batch.rows
    }

    private func put(
        _ array: ArrowArray, in column: Int, _ builder: inout FrameBuilder
    ) throws(TableError) {
        // A list says by bits of its own which rows have one.
        defer { array.keepValues() }
        let place = self.columns[column].place
        let stretch = ArrowStretch(array, place: place, row: self.row)
        let values = place == nil ? array : array.elements[0]
        try withUnsafeMutablePointer(to: &builder) { builder throws(TableError) in
            let sink = builder.pointee.sink(of: column)
            try self.placing(column) { () throws(PlacedFault) in
                if let entries = self.entries[column] {
                    var taker = IndicesTaker(
                        builder: builder, sink: sink, stretch: stretch, entries: entries)
                    try values.give(to: &taker)
                } else if sink.kind == .numbers || sink.kind == .dates {
                    var taker = NumbersTaker(builder: builder, sink: sink, stretch: stretch)
                    try values.give(to: &taker)
                } else {
                    var taker = LevelsTaker(builder: builder, sink: sink, stretch: stretch)
                    try values.give(to: &taker)
                }
            }
        }
    }

    /// Adds the place to a fault.
    private func placing(
        _ column: Int, _ body: () throws(PlacedFault) -> Void
    ) throws(TableError) {
        do throws(PlacedFault) {
            try body()
        } catch {
            throw error.fault.error(
                line: error.row.map { ArrowReader.line(ofRow: self.rowsBefore + $0) },
                column: .init(number: column + 1, name: self.columns[column].name))
        }
    }
}
