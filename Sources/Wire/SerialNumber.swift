/// A certificate's serial number, in one spelling however somebody wrote it: lower-case
/// hexadecimal digits, two for each byte, without leading zero bytes.
///
/// ```
/// 0A:1B    0a1b    00 as the first byte of 0x00C3…    one number, one text
/// ```
package struct SerialNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    package let description: String

    /// - Parameter bytes: the big-endian bytes of a certificate's serial number.
    package init(bytes: some Collection<UInt8>) {
        let digits = Array("0123456789abcdef".utf8)
        let significant = bytes.drop { $0 == 0 }
        let text = significant.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        self.description = text.isEmpty ? "00" : String(decoding: text, as: UTF8.self)
    }

    /// Reads what people copy from a certificate: digits of either case, with or without colons.
    ///
    /// - Throws: `SerialNumberError` when it is something else or longer than a serial number.
    package init(text: String) throws(SerialNumberError) {
        let textBytesMax = 3 * Limits.serialBytesMax
        guard (1...textBytesMax).contains(text.utf8.count) else { throw SerialNumberError() }
        var nibbles: [UInt8] = []
        for byte in text.utf8 where byte != UInt8(ascii: ":") {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw SerialNumberError()
            }
            nibbles.append(UInt8(digit))
        }
        guard !nibbles.isEmpty else { throw SerialNumberError() }
        if nibbles.count % 2 == 1 { nibbles.insert(0, at: 0) }
        let bytes = stride(from: 0, to: nibbles.count, by: 2).map {
            nibbles[$0] << 4 | nibbles[$0 + 1]
        }
        guard bytes.count <= Limits.serialBytesMax else { throw SerialNumberError() }
        self.init(bytes: bytes)
    }

    package var bytes: [UInt8] {
        let digits = self.description.utf8.map {
            UInt8(Character(Unicode.Scalar($0)).hexDigitValue ?? 0)
        }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// By value: a longer number without leading zeros is the greater one.
    package static func < (left: Self, right: Self) -> Bool {
        (left.description.utf8.count, left.description)
            < (right.description.utf8.count, right.description)
    }
}

/// Some text is no serial number. It is not repeated: it may be anything.
package struct SerialNumberError: Error, Equatable, Sendable, CustomStringConvertible {
    package var description: String {
        """
        a serial number is 1 to \(Limits.serialBytesMax) bytes in hexadecimal, as assay-certs \
        inspect prints it
        """
    }
}
