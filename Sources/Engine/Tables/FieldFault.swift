/// What may be wrong with a field, as whoever reads it says: plain words, to which the reader of a
/// table adds the place.
enum FieldFault: Error {
    case badNumber, badDate, outOfRange, unknownCategory, missingValue
    case unterminatedQuote, strayQuote, strayCarriageReturn, tooLong, ragged
    case invalidUTF8, nul, badIndex

    func error(line: Int?, column: TableError.Place) -> TableError {
        let (code, sentence) = self.words
        return TableError(code, line: line, column: column, sentence)
    }

    private var words: (TableError.Code, String) {
        switch self {
        case .ragged: (.raggedRow, "the row does not have the header's number of fields")
        case .badNumber:
            (.badNumber, "the field is no finite decimal number such as 12, -0.5 or 1e-3")
        case .badDate:
            (
                .badDate,
                "the field is no date such as 2026-01-31, alone or before 09:30, 09:30:00Z or "
                    + "09:30+02:00"
            )
        case .outOfRange: (.outOfRange, "the number lies outside the schema's bounds")
        case .unknownCategory: (.unknownCategory, "the schema does not list this category")
        case .missingValue: (.missingValue, "the field is empty, and the schema wants a value")
        case .unterminatedQuote: (.unterminatedQuote, "the quote is never closed")
        case .strayQuote:
            (.strayQuote, "a quote must open and close its whole field, and be doubled inside")
        case .strayCarriageReturn:
            (
                .strayCarriageReturn,
                "a carriage return stands alone: rows end with LF or CRLF"
            )
        case .tooLong:
            (
                .fieldTooLong,
                "the field is longer than \(TableLimits.fieldBytesMax) bytes, or as a text "
                    + "than \(TableLimits.textBytesMax); is a quote or a line not closed?"
            )
        case .invalidUTF8: (.invalidUTF8, "the text is not UTF-8")
        case .nul: (.nulByte, "the text holds a NUL byte")
        case .badIndex: (.badArrow, "the dictionary of this column has no such entry")
        }
    }
}
