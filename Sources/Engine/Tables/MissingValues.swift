/// What stands for a missing value in the fields of a column, besides the empty text.
struct MissingValues {
    private let words: [String]
    private let isNumeric: Bool
    private let texts: Set<[UInt8]>
    /// Of the longest text, in bytes: few numbers and no dates are as short as the usual words.
    private let longest: Int
    /// Those of them that are numbers, such as -999: however one is spelled, it is missing.
    let numbers: [Double]

    init(_ column: Schema.Column) {
        self.words = column.missingValues
        self.isNumeric = column.kind.values == .numbers
        self.texts = Set(column.missingValues.map { Array($0.utf8) })
        self.longest = self.texts.reduce(0) { max($0, $1.count) }
        self.numbers = self.isNumeric ? self.words.compactMap(DecimalNumber.parse) : []
    }

    /// Whether this is what stands for one in another column, too.
    func isOf(_ column: Schema.Column) -> Bool {
        self.words == column.missingValues && self.isNumeric == (column.kind.values == .numbers)
    }

    func contains(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
        field.count <= self.longest && self.texts.contains(Array(field))
    }

    /// What programs write for a missing value. In a column of numbers or dates it can be nothing
    /// else; in one of categories it may as well be a category.
    static let wellKnown = [
        "#N/A", "-", ".", "<NA>", "?", "N/A", "NA", "NULL", "NaN", "NaT", "None", "n/a", "na",
        "nan", "null",
    ]

    /// The place of a field in `wellKnown`.
    static func wellKnownIndex(of field: UnsafeBufferPointer<UInt8>) -> Int? {
        guard field.count <= 4 else { return nil }
        return Self.wellKnown.firstIndex { field.elementsEqual($0.utf8) }
    }
}

extension DecimalNumber {
    static func parse(_ text: String) -> Double? {
        var text = text
        return text.withUTF8 { Self.parse($0) }
    }

    /// Whether a field spells an infinite number, as programs write it. No column may hold one.
    static func isInfinite(_ field: UnsafeBufferPointer<UInt8>) -> Bool {
        let sign = field.first == UInt8(ascii: "-") || field.first == UInt8(ascii: "+")
        let word = field.dropFirst(sign ? 1 : 0)
        guard word.count == 3 || word.count == 8 else { return false }
        let letters = word.map { $0 | 0x20 }
        return letters.elementsEqual("inf".utf8) || letters.elementsEqual("infinity".utf8)
    }
}
