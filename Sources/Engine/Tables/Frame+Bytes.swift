extension Frame {
    /// Hands out bytes that equal frames have in common and others do not, so that two hosts can
    /// tell by a digest whether they read one table.
    ///
    /// For each column: its name, its kind (0 numbers, 1 categories, 2 dates, 3 texts), its values
    /// in little-endian order; lengths in eight bytes before what they are the length of. All
    /// missing numbers are one.
    package func forEachBlock(_ body: (UnsafeRawBufferPointer) -> Void) {
        func hand(_ bytes: [UInt8]) { bytes.withUnsafeBytes(body) }
        func hand(_ count: Int) { withUnsafeBytes(of: UInt64(count).littleEndian, body) }
        func hand(_ text: String) {
            hand(text.utf8.count)
            hand(Array(text.utf8))
        }
        hand(self.rows)
        hand(self.columns.count)
        for column in self.columns {
            hand(column.name)
            switch column.values {
            case .numeric(let numbers), .dates(let numbers):
                hand([column.values.kind == .dates ? 2 : 0])
                for start in stride(from: 0, to: numbers.count, by: 4096) {
                    numbers[start..<min(start + 4096, numbers.count)]
                        .map { ($0.isNaN ? Double.nan : $0).bitPattern.littleEndian }
                        .withUnsafeBytes(body)
                }
            case .categorical(let categories), .texts(let categories):
                hand([column.values.kind == .texts ? 3 : 1])
                hand(categories.levels.count)
                for level in categories.levels { hand(level.revealed) }
                categories.codes.withUnsafeBytes(body)
            }
        }
    }
}
