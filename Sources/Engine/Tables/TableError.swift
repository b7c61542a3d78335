/// What is wrong with a table, and where: never what a field holds.
///
/// Two errors are equal when their codes and places are: tests compare kinds, people read the
/// sentence.
package struct TableError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, CaseIterable, Sendable {
        // The bytes
        case emptyFile, wrongEncoding, invalidUTF8, nulByte
        // The header
        case emptyColumnName, badColumnName, duplicateColumn, tooManyColumns, wrongDelimiter
        case missingColumn, unknownColumn
        // The rows
        case noRows, tooManyRows, raggedRow, rowTooLong, fieldTooLong
        case unterminatedQuote, strayQuote, strayCarriageReturn
        case badNumber, badDate, outOfRange, unknownCategory, missingValue, brokenRule
        // The target
        case targetMissing, targetNotNumeric, oneClass, tooManyClasses, unknownClass, noFeatures
        case wrongKind
        case badWeight
        // The format
        case unknownFormat, badArrow, unknownType
    }

    package let code: Code
    /// Counted from 1, the header being line 1; nil where the fault lies in no single line.
    package let line: Int?
    package let column: Place?
    package let description: String

    /// A column, by its number counted from 1 and its name where the header gave it one.
    package struct Place: Equatable, Sendable, CustomStringConvertible {
        package let number: Int?
        package let name: String?

        package init(number: Int?, name: String?) {
            self.number = number
            self.name = name
        }

        package var description: String {
            switch (self.number, self.name) {
            case (let number?, let name?): "column \(number) (\(name))"
            case (let number?, nil): "column \(number)"
            case (nil, let name?): "column \(name)"
            case (nil, nil): "a column"
            }
        }
    }

    /// - Parameter sentence: what is wrong and what would be right; the place is put before it.
    package init(_ code: Code, line: Int? = nil, column: Place? = nil, _ sentence: String) {
        self.code = code
        self.line = line
        self.column = column
        let place = [line.map { "line \($0)" }, column.map(\.description)].compactMap(\.self)
        self.description =
            place.isEmpty ? sentence : place.joined(separator: ", ") + ": " + sentence
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.code == right.code && left.line == right.line && left.column == right.column
    }
}
