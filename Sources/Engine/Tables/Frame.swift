package import Privacy

/// A table in memory, column by column.
package struct Frame: Equatable, Sendable {
    package let rows: Int
    package let columns: [Column]

    /// - Requires: every column has `rows` values, and no two have one name.
    package init(rows: Int, columns: [Column]) {
        for column in columns {
            precondition(
                column.values.count == rows,
                "column \(column.name) has \(column.values.count) values in \(rows) rows")
        }
        precondition(
            Set(columns.map(\.name)).count == columns.count, "two columns have the same name")
        self.rows = rows
        self.columns = columns
    }

    package struct Column: Equatable, Sendable {
        package let name: String
        package let values: Values

        package init(_ name: String, _ values: Values) {
            self.name = name
            self.values = values
        }

        // NaN is not equal to itself, yet two columns that both miss a value are equal.
        package static func == (left: Self, right: Self) -> Bool {
            guard left.name == right.name else { return false }
            switch (left.values, right.values) {
            case (.numeric(let left), .numeric(let right)), (.dates(let left), .dates(let right)):
                return left.count == right.count
                    && zip(left, right).allSatisfy { $0 == $1 || $0.isNaN && $1.isNaN }
            case (.categorical(let left), .categorical(let right)),
                (.texts(let left), .texts(let right)):
                return left == right
            default: return false
            }
        }
    }

    package enum Values: Sendable {
        /// A missing value is NaN; infinities do not occur.
        case numeric([Double])
        case categorical(Categories)
        /// Seconds since 1970-01-01 00:00 UTC, within the years 0 to 9999; a missing one is NaN.
        case dates([Double])
        /// Texts to be read for their words.
        case texts(Categories)

        /// What a column holds, without its values.
        package enum Kind: Equatable, Sendable { case numbers, categories, dates, texts }

        package var kind: Kind {
            switch self {
            case .numeric: .numbers
            case .categorical: .categories
            case .dates: .dates
            case .texts: .texts
            }
        }

        package var count: Int {
            switch self {
            case .numeric(let numbers), .dates(let numbers): numbers.count
            case .categorical(let categories), .texts(let categories): categories.codes.count
            }
        }
    }

    /// Texts, each kept once.
    package struct Categories: Equatable, Sendable {
        /// For every row the index of its text in `levels`; -1 where it is missing.
        package let codes: [Int32]
        /// The distinct texts that occur, sorted: cells of a table.
        package let levels: [Private<String>]

        package static let missing: Int32 = -1

        /// - Requires: `levels` is strictly ascending and every code is -1 or an index of it.
        package init(codes: [Int32], levels: [Private<String>]) {
            precondition(
                zip(levels, levels.dropFirst()).allSatisfy { $0 < $1 }, "levels are not sorted")
            precondition(
                codes.allSatisfy { $0 >= -1 && $0 < levels.count }, "a code has no level")
            self.codes = codes
            self.levels = levels
        }
    }

    package func column(named name: String) -> Column? {
        self.columns.first { $0.name == name }
    }

    /// The same table without one column.
    package func without(_ name: String) -> Frame {
        Frame(rows: self.rows, columns: self.columns.filter { $0.name != name })
    }
}

extension Frame.Values {
    /// What equal values of the column have in common; all missing ones are equal.
    @inline(__always)
    func bits(_ row: Int) -> UInt64 {
        switch self {
        case .numeric(let numbers), .dates(let numbers):
            // The two zeros are one number.
            numbers[row].isNaN ? .max : (numbers[row] + 0).bitPattern
        case .categorical(let categories), .texts(let categories):
            UInt64(bitPattern: Int64(categories.codes[row]))
        }
    }

    /// The texts that occur; none among numbers.
    var levels: [Private<String>] {
        switch self {
        case .numeric, .dates: []
        case .categorical(let categories), .texts(let categories): categories.levels
        }
    }
}
