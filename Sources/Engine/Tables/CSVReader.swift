package import Privacy

/// Reads CSV as RFC 4180 has it, strictly and without repeating what it read.
///
/// Fields are parted by commas, rows by LF or CRLF; the first row names the columns; a field in
/// quotes may hold commas, line ends and doubled quotes; an empty field is a missing value. The
/// text is UTF-8, with or without a byte order mark. A number may have spaces around it.
///
/// Deliberately not here: other delimiters, comments, words that mean "missing", ragged rows that
/// are padded. A guess that is wrong once costs more than an error message.
///
/// Where the header is missing, the names of columns are the values of the first row.
package struct CSVReader: TableReader {
    package let columnNames: [Private<String>]
    private let text: UnsafeBufferPointer<UInt8>
    private let firstRow: Int
    /// No table of this text has more rows.
    let rowsMax: Int
    let lineFeeds: Int
    /// Lines of the file before this text.
    private let linesBefore: Int

    /// Checks the encoding of the whole text and reads its header.
    package init(_ bytes: UnsafeRawBufferPointer) throws(TableError) {
        let text = try Self.checkedStart(bytes.bindMemory(to: UInt8.self))
        let check = try Self.checked(text, linesBefore: 0)
        self.text = text
        self.lineFeeds = check.lineFeeds
        self.linesBefore = 0
        var scanner = FieldScanner(text)
        self.columnNames = try Self.header(&scanner)
        self.firstRow = scanner.at
        // Every row but the last ends with a line feed, and has a byte for each of its columns.
        self.rowsMax = min(
            check.lineFeeds + 1, (text.count - scanner.at) / self.columnNames.count + 1)
        guard !scanner.isAtEnd else {
            throw TableError(.noRows, "the table has a header and no rows")
        }
        guard self.rowsMax <= TableLimits.rowsMax else {
            throw TableError(.tooManyRows, "the table has more than \(TableLimits.rowsMax) rows")
        }
    }

    /// Rows of a table whose header, and perhaps rows, were read before.
    ///
    /// - Parameters:
    ///   - rows: the text of one row at least, from its beginning.
    ///   - names: what the header names.
    ///   - linesBefore: lines of the header and of the rows before.
    init(
        rows: UnsafeRawBufferPointer, below names: [Private<String>], linesBefore: Int
    ) throws(TableError) {
        let text = rows.bindMemory(to: UInt8.self)
        let check = try Self.checked(text, linesBefore: linesBefore)
        self.text = text
        self.columnNames = names
        self.lineFeeds = check.lineFeeds
        self.linesBefore = linesBefore
        self.firstRow = 0
        self.rowsMax = min(check.lineFeeds + 1, text.count / names.count + 1)
    }

    /// The rows as they stand, without the header.
    var rowBytes: UnsafeBufferPointer<UInt8> { .init(rebasing: self.text[self.firstRow...]) }

    /// The header as it stands, with its line end.
    var headerBytes: UnsafeBufferPointer<UInt8> { .init(rebasing: self.text[..<self.firstRow]) }

    /// Speaks when the first row looks like data.
    package var headerDoubt: String { Self.headerDoubt(self.columnNames) }

    private static func headerDoubt(_ names: [Private<String>]) -> String {
        let holdsNumber = names.contains { name in
            Array(name.revealed.utf8).withUnsafeBufferPointer { DecimalNumber.parse($0) != nil }
        }
        return holdsNumber ? "; is the header row missing?" : ""
    }

    // MARK: Rows

    /// Hands every field to `taker`, row by row.
    ///
    /// - Parameter naming: the names that messages may hold, because they are not the table's
    ///   alone.
    /// - Returns: the number of rows.
    func walk(
        _ taker: inout some FieldTaker, naming known: Set<String>
    ) throws(TableError) -> Int {
        let last = self.columnNames.count - 1
        var scanner = FieldScanner(self.text)
        scanner.jump(to: self.firstRow)
        var row = 0
        while !scanner.isAtEnd {
            let start = scanner.at
            var column = 0
            var fieldStart = start
            do throws(FieldFault) {
                while true {
                    fieldStart = scanner.at
                    try taker.take(column: column, row: row, from: &scanner)
                    guard try scanner.boundary() == .nextField else { break }
                    if column == last { throw .ragged }
                    column += 1
                }
                if column != last { throw .ragged }
            } catch {
                throw self.error(
                    error, column: column, at: fieldStart, row: start, naming: known)
            }
            guard scanner.at - start <= TableLimits.rowBytesMax else {
                throw TableError(
                    .rowTooLong, line: self.line(at: start),
                    "the row is longer than \(TableLimits.rowBytesMax) bytes")
            }
            row += 1
        }
        return row
    }

    /// Counted from 1. Only errors ask, so that counting costs nothing while all is well.
    private func line(at offset: Int) -> Int {
        self.linesBefore + 1 + self.text[..<offset].count { $0 == 0x0A }
    }

    /// - Requires: the text was walked without a fault, so that every quote opens or closes.
    /// - Complexity: one look at every byte up to the last of the rows; none where there are none.
    package func lines(ofRows rows: Set<Int>) -> [Int: Int] {
        guard let last = rows.max() else { return [:] }
        var lines: [Int: Int] = [:]
        var row = 0
        var line = self.line(at: self.firstRow)
        var isQuoted = false
        if rows.contains(row) { lines[row] = line }
        for byte in self.text[self.firstRow...] where row < last {
            // A doubled quote leaves the field and enters it again.
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard byte == 0x0A else { continue }
            line += 1
            guard !isQuoted else { continue }
            row += 1
            if rows.contains(row) { lines[row] = line }
        }
        return lines
    }

    private func error(
        _ fault: FieldFault, column: Int, at offset: Int, row start: Int,
        naming known: Set<String>
    ) -> TableError {
        if case .ragged = fault { return self.raggedError(row: start) }
        // Known to somebody else, and so no secret of the table's.
        let name = known.first { Private($0) == self.columnNames[column] }
        return fault.error(
            line: self.line(at: offset), column: .init(number: column + 1, name: name))
    }

    private func raggedError(row start: Int) -> TableError {
        var scanner = FieldScanner(self.text)
        scanner.jump(to: start)
        var fields = 0
        // The row was read to its wrong length already; what follows it may be broken as well.
        do throws(FieldFault) {
            repeat {
                _ = try scanner.field(upTo: TableLimits.textBytesMax)
                fields += 1
            } while try scanner.boundary() == .nextField && fields < TableLimits.columnsMax
        } catch {
            fields = 0
        }
        let names = self.columnNames.count
        let found = fields == 0 || fields == names ? "too many fields" : Self.count(fields, "field")
        return TableError(
            .raggedRow, line: self.line(at: start),
            "the row has \(found), the header has \(names)")
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        number == 1 ? "1 \(noun)" : "\(number) \(noun)s"
    }

    // MARK: Header and encoding

    /// The text without its byte order mark.
    private static func checkedStart(
        _ text: UnsafeBufferPointer<UInt8>
    ) throws(TableError) -> UnsafeBufferPointer<UInt8> {
        let wide: [[UInt8]] = [[0xFF, 0xFE], [0xFE, 0xFF]]
        if wide.contains(where: { text.starts(with: $0) }) {
            throw TableError(
                .wrongEncoding, "the first bytes say UTF-16 or UTF-32; save the file as UTF-8")
        }
        let bytes = text.starts(with: [0xEF, 0xBB, 0xBF]) ? text.dropFirst(3) : text[...]
        guard !bytes.isEmpty else {
            throw TableError(.emptyFile, "the file is empty; a table has a header and rows")
        }
        return UnsafeBufferPointer(rebasing: bytes)
    }

    private static func checked(
        _ text: UnsafeBufferPointer<UInt8>, linesBefore: Int
    ) throws(TableError) -> TextCheck {
        do throws(TextCheck.Fault) {
            return try TextCheck(text)
        } catch {
            func line(_ offset: Int) -> Int {
                linesBefore + 1 + text[..<offset].count { $0 == 0x0A }
            }
            switch error {
            case .nul(let offset):
                throw TableError(
                    .nulByte, line: line(offset),
                    "a NUL byte: the file is no text, or is UTF-16; save it as UTF-8")
            case .invalidUTF8(let offset):
                throw TableError(
                    .invalidUTF8, line: line(offset),
                    "the bytes are not UTF-8, Latin-1 perhaps; save the file as UTF-8")
            }
        }
    }

    private static func header(
        _ scanner: inout FieldScanner
    ) throws(TableError) -> [Private<String>] {
        var names: [Private<String>] = []
        var numbers: [Private<String>: Int] = [:]
        while true {
            let place = TableError.Place(number: names.count + 1, name: nil)
            let name: Private<String>
            let boundary: FieldScanner.Boundary
            do throws(FieldFault) {
                name = try scanner.field().string
                boundary = try scanner.boundary()
            } catch {
                throw error.error(line: 1, column: place)
            }
            guard !name.revealed.isEmpty else {
                throw TableError(.emptyColumnName, line: 1, column: place, "the name is empty")
            }
            if let problem = Schema.problem(withName: name.revealed) {
                throw TableError(.badColumnName, line: 1, column: place, "the name \(problem)")
            }
            if let earlier = numbers[name] {
                throw TableError(
                    .duplicateColumn, line: 1, column: place,
                    "column \(earlier) has the same name" + Self.headerDoubt(names))
            }
            names.append(name)
            numbers[name] = names.count
            guard names.count <= TableLimits.columnsMax else {
                throw TableError(
                    .tooManyColumns, line: 1,
                    "the header has more than \(TableLimits.columnsMax) columns")
            }
            if boundary == .nextRow { break }
        }
        if names.count == 1, names[0].revealed.contains(where: { ";\t".contains($0) }) {
            throw TableError(
                .wrongDelimiter, line: 1,
                "the header is one field with semicolons or tabs in it; part fields by commas")
        }
        return names
    }
}

/// Takes fields as a reader comes to them.
protocol FieldTaker {
    /// Reads one field from `scanner`, up to what ends it.
    mutating func take(
        column: Int, row: Int, from scanner: inout FieldScanner
    ) throws(FieldFault)
}
