/// What was left out of a table and changed in it while it was read: which rule or column, how
/// often, and where. Never a value.
package struct Repairs: Equatable, Sendable {
    /// Rows of the file.
    package let rowsRead: Int
    /// Rows that were left out.
    package let rowsDropped: Int
    /// Each rule of the schema, also one that nothing broke; before them the columns that needed
    /// something. In the schema's order.
    package let amendments: [Amendment]

    package struct Amendment: Equatable, Sendable {
        package let subject: Subject
        /// Rows that were dropped for it, or fields that were repaired.
        package let count: Int
        package let remedy: Remedy
        /// The lines where the first of those rows begin, the header being line 1; at most
        /// `RuleLimits.placesMax`.
        package let lines: [Int]
    }

    package enum Subject: Equatable, Sendable {
        case rule(String)
        case column(String, Fault)

        package var name: String {
            switch self {
            case .rule(let name), .column(let name, _): name
            }
        }
    }

    /// What may be wrong with a field.
    package enum Fault: String, CaseIterable, Equatable, Sendable {
        case outOfRange, unknownCategory, missingValue
    }

    package enum Remedy: String, Equatable, Sendable {
        /// The row was left out.
        case dropped
        /// A number became the nearest bound.
        case clamped
        /// A text became a missing value.
        case blanked
    }

    package init(rowsRead: Int, rowsDropped: Int = 0, amendments: [Amendment] = []) {
        self.rowsRead = rowsRead
        self.rowsDropped = rowsDropped
        self.amendments = amendments
    }

    package var rows: Int { self.rowsRead - self.rowsDropped }

    package var fieldsRepaired: Int {
        self.amendments.reduce(0) { $0 + ($1.remedy == .dropped ? 0 : $1.count) }
    }

    /// Whether what is learned from differs from what stands in the file.
    package var changedTable: Bool { self.rowsDropped > 0 || self.fieldsRepaired > 0 }
}
