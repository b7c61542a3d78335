import Privacy

/// Reads one field after another from CSV text that is known to be UTF-8 without NUL.
///
/// It knows quotes, delimiters and numbers, and nothing of columns.
struct FieldScanner {
    let text: UnsafeBufferPointer<UInt8>
    /// The offset of the next unread byte.
    private(set) var at = 0

    init(_ text: UnsafeBufferPointer<UInt8>) {
        self.text = text
    }

    /// The bytes of a field without its quotes.
    struct Field {
        let bytes: UnsafeBufferPointer<UInt8>
        /// Whether it holds doubled quotes, each of which stands for one.
        let isEscaped: Bool
    }

    /// What stands where a number may stand.
    enum Number {
        case number(Double)
        case missing
        /// Nothing that the fast way reads; nothing was consumed.
        case irregular
    }

    enum Boundary {
        case nextField, nextRow
    }

    var isAtEnd: Bool { self.at == self.text.count }

    mutating func jump(to offset: Int) { self.at = offset }

    // MARK: Numbers

    /// Reads an unquoted number of up to 19 digits that ends with its field.
    @inline(__always)
    mutating func number() -> Number {
        var at = self.at
        let first = self.byte(at)
        if Self.endsField(first) { return .missing }
        if first == UInt8(ascii: "-") || first == UInt8(ascii: "+") { at += 1 }

        var mantissa: UInt64 = 0
        let start = at
        self.takeDigits(&at, &mantissa)
        var count = at - start
        var exponent = 0
        if self.byte(at) == UInt8(ascii: ".") {
            at += 1
            let fraction = at
            self.takeDigits(&at, &mantissa)
            exponent = fraction - at
            count += at - fraction
        }
        guard count > 0, count <= DecimalNumber.digitsMax else { return .irregular }
        if self.byte(at) | 0x20 == UInt8(ascii: "e") {
            guard let power = self.takeExponent(&at) else { return .irregular }
            exponent += power
        }
        // A carriage return needs a second look, which the general way takes.
        let end = self.byte(at)
        guard Self.endsField(end), end != 0x0D || self.byte(at + 1) == 0x0A else {
            return .irregular
        }
        guard let value = DecimalNumber.nearest(mantissa: mantissa, exponent: exponent) else {
            return .irregular
        }
        self.at = at
        return .number(first == UInt8(ascii: "-") ? -value : value)
    }

    /// Appends the run of digits at `at` to `mantissa`, eight at a time. What overflows is garbage
    /// that the caller tells by the number of digits.
    @inline(__always)
    private func takeDigits(_ at: inout Int, _ mantissa: inout UInt64) {
        while true {
            let digits = self.eight(at) ^ 0x3030_3030_3030_3030
            // The top bit of each byte that is no digit: above 9, or above 127 from the start.
            let others =
                ((digits & 0x7F7F_7F7F_7F7F_7F7F) &+ 0x7676_7676_7676_7676 | digits)
                & 0x8080_8080_8080_8080
            let count = others.trailingZeroBitCount >> 3
            if count == 0 { return }
            // Shifted up, the run ends in the last byte and zeros precede it. Then neighbours are
            // joined: to pairs, to fours, to eight (Lemire, "Quickly parsing eight digits").
            var value = digits << UInt64(64 - 8 * count)
            value = value &* 10 &+ (value >> 8)
            let low = (value & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
            let high = ((value >> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
            mantissa = mantissa &* Self.tens[count] &+ ((low &+ high) >> 32)
            at += count
            if count < 8 { return }
        }
    }

    /// The signed digits after an `e`, at most four of them; nil for anything else.
    private func takeExponent(_ at: inout Int) -> Int? {
        at += 1
        let sign = self.byte(at)
        if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { at += 1 }
        let start = at
        var power = 0
        while self.byte(at) &- 0x30 <= 9, at - start < 5 {
            power = power * 10 + Int(self.byte(at) &- 0x30)
            at += 1
        }
        guard (1...4).contains(at - start) else { return nil }
        return sign == UInt8(ascii: "-") ? -power : power
    }

    // MARK: Any field

    /// Reads a field, quoted or not, up to the delimiter or line end that follows it.
    ///
    /// - Parameter bytesMax: a longer one is a fault.
    @inline(__always)
    mutating func field(
        upTo bytesMax: Int = TableLimits.fieldBytesMax
    ) throws(FieldFault) -> Field {
        if self.byte(self.at) == UInt8(ascii: "\"") { return try self.quotedField(bytesMax) }
        let start = self.at
        let end = self.firstOf(self.at) { word in
            Self.matches(word, UInt8(ascii: ",")) | Self.matches(word, 0x0A)
                | Self.matches(word, 0x0D) | Self.matches(word, UInt8(ascii: "\""))
        }
        if end < self.text.count, self.text[end] == UInt8(ascii: "\"") { throw .strayQuote }
        self.at = end
        return try self.field(start, end, bytesMax, isEscaped: false)
    }

    private mutating func quotedField(_ bytesMax: Int) throws(FieldFault) -> Field {
        let start = self.at + 1
        var at = start
        var isEscaped = false
        while true {
            at = self.firstOf(at) { Self.matches($0, UInt8(ascii: "\"")) }
            guard at < self.text.count else { throw .unterminatedQuote }
            guard self.byte(at + 1) == UInt8(ascii: "\"") else { break }
            isEscaped = true
            at += 2
        }
        self.at = at + 1
        guard self.isAtEnd || Self.endsField(self.byte(self.at)) else { throw .strayQuote }
        return try self.field(start, at, bytesMax, isEscaped: isEscaped)
    }

    @inline(__always)
    private func field(
        _ start: Int, _ end: Int, _ bytesMax: Int, isEscaped: Bool
    ) throws(FieldFault) -> Field {
        guard end - start <= bytesMax else { throw .tooLong }
        return Field(bytes: .init(rebasing: self.text[start..<end]), isEscaped: isEscaped)
    }

    /// Consumes what ends a field: a comma, a line feed with or without a carriage return, the end.
    @inline(__always)
    mutating func boundary() throws(FieldFault) -> Boundary {
        let byte = self.byte(self.at)
        if byte == UInt8(ascii: ",") {
            self.at += 1
            return .nextField
        }
        if self.isAtEnd { return .nextRow }
        if byte == 0x0D {
            self.at += 1
            guard !self.isAtEnd, self.byte(self.at) == 0x0A else { throw .strayCarriageReturn }
        }
        precondition(self.byte(self.at) == 0x0A, "a field ended where no field ends")
        self.at += 1
        return .nextRow
    }

    // MARK: Bytes

    /// The byte at `offset`; a line feed beyond the end, so that the end of the text ends a field.
    @inline(__always)
    private func byte(_ offset: Int) -> UInt8 {
        offset < self.text.count ? self.text[offset] : 0x0A
    }

    @inline(__always)
    private static func endsField(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == 0x0A || byte == 0x0D
    }

    /// Eight bytes from `offset`, the first in the lowest place; zeros beyond the end.
    @inline(__always)
    private func eight(_ offset: Int) -> UInt64 {
        if offset + 8 <= self.text.count {
            return UInt64(
                littleEndian: UnsafeRawBufferPointer(self.text)
                    .loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        }
        var word: UInt64 = 0
        for index in 0..<max(self.text.count - offset, 0) {
            word |= UInt64(self.text[offset + index]) << UInt64(8 * index)
        }
        return word
    }

    /// The first offset from `start` on whose byte `marks` marks; the end of the text if none.
    @inline(__always)
    private func firstOf(_ start: Int, _ marks: (UInt64) -> UInt64) -> Int {
        var at = start
        while at < self.text.count {
            let marked = marks(self.eight(at))
            if marked != 0 { return at + marked.trailingZeroBitCount >> 3 }
            at += 8
        }
        return self.text.count
    }

    /// Sets the top bit of each byte of `word` that is `byte`; above the first it may set others.
    @inline(__always)
    static func matches(_ word: UInt64, _ byte: UInt8) -> UInt64 {
        let difference = word ^ (UInt64(byte) &* 0x0101_0101_0101_0101)
        return (difference &- 0x0101_0101_0101_0101) & ~difference & 0x8080_8080_8080_8080
    }

    private static let tens: InlineArray<9, UInt64> = [
        1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
    ]
}

extension FieldScanner.Field {
    /// The field's text, doubled quotes made single.
    var string: Private<String> {
        guard self.isEscaped else {
            return Private(String(decoding: self.bytes, as: UTF8.self))
        }
        return Private(String(decoding: self.unescaped.revealed, as: UTF8.self))
    }

    var unescaped: Private<[UInt8]> {
        var plain: [UInt8] = []
        plain.reserveCapacity(self.bytes.count)
        var afterQuote = false
        for byte in self.bytes {
            afterQuote = byte == UInt8(ascii: "\"") && !afterQuote
            if !afterQuote { plain.append(byte) }
        }
        return Private(plain)
    }
}
