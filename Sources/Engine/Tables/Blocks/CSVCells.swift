import Privacy

/// Writes cells of a frame as a CSV that reads back to the same, bit for bit.
enum CSVCells {
    /// The given rows of every column.
    static func append(_ frame: Frame, rows: [Int], to table: inout [UInt8]) {
        // Each text is quoted once, and not once a row.
        let texts = frame.columns.map { column in
            column.values.levels.map { Self.field(Array($0.revealed.utf8)) }
        }
        for row in rows {
            for (index, column) in frame.columns.enumerated() {
                if index > 0 { table.append(UInt8(ascii: ",")) }
                switch column.values {
                case .numeric(let numbers):
                    if !numbers[row].isNaN { table += "\(numbers[row])".utf8 }
                case .dates(let seconds):
                    if !seconds[row].isNaN { table += Self.moment(seconds[row]).utf8 }
                case .categorical(let values), .texts(let values):
                    if values.codes[row] >= 0 { table += texts[index][Int(values.codes[row])] }
                }
            }
            // A row of nothing would be no row where it is alone; quotes make it a missing value.
            if frame.columns.count == 1, table.last == 0x0A { table += "\"\"".utf8 }
            table.append(0x0A)
        }
    }

    static func row(_ fields: [[UInt8]]) -> [UInt8] {
        Array(fields.map(Self.field).joined(separator: [UInt8(ascii: ",")])) + [0x0A]
    }

    private static func field(_ text: [UInt8]) -> [UInt8] {
        let quote = UInt8(ascii: "\"")
        guard text.contains(where: { [0x0A, 0x0D, quote, UInt8(ascii: ",")].contains($0) }) else {
            return text
        }
        return [quote] + text.flatMap { $0 == quote ? [quote, quote] : [$0] } + [quote]
    }

    /// Nine places of a second, which is what the finest of Arrow's units has.
    private static func moment(_ seconds: Double) -> String {
        let whole = seconds.rounded(.down)
        let nanoseconds = Int(((seconds - whole) * 1e9).rounded())
        let carry = nanoseconds == 1_000_000_000 ? 1 : 0
        let time = CivilTime(seconds: Int(whole) + carry)
        guard nanoseconds % 1_000_000_000 > 0 else { return time.text }
        let date = time.secondOfDay == 0 ? time.text + "T00:00:00" : time.text
        let digits = "\(nanoseconds)"
        return date + "." + String(repeating: "0", count: 9 - digits.utf8.count) + digits
    }
}
