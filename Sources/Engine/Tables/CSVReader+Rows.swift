/// Where rows begin and end, which quotes and line feeds tell.
extension CSVReader {
    package var rowsCount: Int {
        var count = 0
        self.forEachRow { _ in count += 1 }
        return count
    }

    /// Hands out each row with its line end, which the last may lack. What a row holds is not
    /// looked at: a line feed ends it where an even number of quotes precedes it.
    func forEachRow(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        let text = self.rowBytes
        let raw = UnsafeRawBufferPointer(text)
        var start = 0
        var isQuoted = false
        var at = 0
        while at < text.count {
            // Eight bytes at a time, where none of them is a quote or a line feed.
            if at + 8 <= text.count {
                let word = raw.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                if FieldScanner.matches(word, 0x0A) | FieldScanner.matches(word, 0x22) == 0 {
                    at += 8
                    continue
                }
            }
            let byte = text[at]
            at += 1
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard byte == 0x0A, !isQuoted else { continue }
            body(.init(rebasing: text[start..<at]))
            start = at
        }
        if start < text.count { body(.init(rebasing: text[start...])) }
    }
}
