/// Rows under headings, in aligned columns.
struct TextTable {
    enum Alignment: Sendable { case left, right }

    private let headings: [String]
    private let alignments: [Alignment]
    private var rows: [[String]] = []

    init(_ columns: [(heading: String, alignment: Alignment)]) {
        self.headings = columns.map(\.heading)
        self.alignments = columns.map(\.alignment)
    }

    mutating func add(_ row: [String]) {
        precondition(row.count == self.headings.count, "a row has a cell for each column")
        self.rows.append(row)
    }

    /// The table as text, its lines ended.
    ///
    /// - Parameter width: Where given, longer lines are cut there, with an ellipsis: the last
    ///   column is the one that can be missed.
    func text(style: Style, width: Int? = nil) -> String {
        let widths = self.headings.indices.map { column in
            ([self.headings] + self.rows).map { $0[column].count }.max() ?? 0
        }
        func line(_ cells: [String]) -> String {
            var line = ""
            for (column, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                line += self.alignments[column] == .left ? cell + padding : padding + cell
                if column < cells.count - 1 { line += "  " }
            }
            while line.last == " " { line.removeLast() }
            guard let width, line.count > max(width, 1) else { return line }
            return line.prefix(max(width, 1) - 1) + "…"
        }
        let body = self.rows.map { line($0) + "\n" }.joined()
        return style.faint(line(self.headings)) + "\n" + body
    }
}

/// Whether text may carry colour.
struct Style: Equatable, Sendable {
    let colours: Bool

    static let plain = Style(colours: false)

    func faint(_ text: String) -> String { self.wrap(text, "2") }
    func strong(_ text: String) -> String { self.wrap(text, "1") }
    func good(_ text: String) -> String { self.wrap(text, "32") }
    func bad(_ text: String) -> String { self.wrap(text, "31") }

    private func wrap(_ text: String, _ code: String) -> String {
        self.colours ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
    }
}
