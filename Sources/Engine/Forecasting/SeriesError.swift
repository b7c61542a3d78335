/// What keeps a table from being series, and where: never what a field holds.
///
/// Two errors are equal when their codes and places are.
package struct SeriesError: Error, Equatable, Sendable, CustomStringConvertible {
    package enum Code: String, CaseIterable, Sendable {
        case missingColumn, wrongKind, noRows, missingTime, badTime
        case duplicateTime, offGrid, wrongFrequency, tooManyGaps
        case missingFuture, notFuture, unknownKey, noValues, badSeason, badHorizon, tooMany
    }

    package let code: Code
    /// Counted from 1, without the header; nil where the fault lies in no single row.
    package let row: Int?
    package let column: String?
    package let description: String

    /// - Parameter sentence: what is wrong and what would be right; the place is put before it.
    init(_ code: Code, row: Int? = nil, column: String? = nil, _ sentence: String) {
        self.code = code
        self.row = row
        self.column = column
        let place = [row.map { "row \($0)" }, column.map { "column \($0)" }].compactMap(\.self)
        self.description =
            place.isEmpty ? sentence : place.joined(separator: ", ") + ": " + sentence
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.code == right.code && left.row == right.row && left.column == right.column
    }
}
