/// Rows of text under headings.
package struct Table: Equatable, Sendable {
    package var columns: [Column]
    /// Each has a cell for each column.
    package var rows: [[Cell]]
    /// Indices of the rows that matter most, which are marked by a star and not by shade alone.
    package var emphasised: Set<Int>
    /// What is said of the table where there are more rows than it shows.
    package var caption: String?

    package struct Column: Equatable, Sendable {
        package var title: String
        package var kind: Kind

        package init(_ title: String, _ kind: Kind = .text) {
            self.title = title
            self.kind = kind
        }
    }

    package enum Kind: Equatable, Sendable {
        case text
        /// Set to the right, digits of one width.
        case number
        /// Long and technical, such as hyperparameters: small, in a typewriter's letters.
        case code
    }

    package struct Cell: Equatable, Sendable {
        package var text: String
        /// From 0 to 1: a bar behind the text, to compare down the column.
        package var share: Double?

        package init(_ text: String, share: Double? = nil) {
            self.text = text
            self.share = share
        }
    }

    /// Rows that are written; a page of more is read by nobody.
    package static let rowsMax = 500
    package static let columnsMax = 40

    package init(
        _ columns: [Column], _ rows: [[Cell]], emphasised: Set<Int> = [], caption: String? = nil
    ) {
        precondition(
            rows.allSatisfy { $0.count == columns.count }, "a row has not a cell for each column")
        self.columns = columns
        self.rows = rows
        self.emphasised = emphasised
        self.caption = caption
    }

    /// - Parameter label: what the table is called by screen readers.
    func write(to markup: inout Markup, label: String) {
        // What is wider than the page is scrolled, by keyboard too.
        markup.element(
            "div",
            [
                "class": "scroll", "role": "region", "tabindex": "0",
                "aria-label": Escaping.tamed(label, most: 90),
            ]
        ) { markup in
            markup.element("table") { markup in
                if let caption = self.fullCaption {
                    markup.element("caption", text: caption)
                }
                markup.element("thead") { self.writeHead(to: &$0) }
                markup.element("tbody") { markup in
                    for (index, row) in self.rows.prefix(Self.rowsMax).enumerated() {
                        self.write(row, isEmphasised: self.emphasised.contains(index), to: &markup)
                    }
                }
            }
        }
    }

    private var fullCaption: String? {
        let left = self.rows.count - Self.rowsMax
        let cut = left > 0 ? "\(NumberText.count(left)) more rows are not shown." : nil
        let parts = [self.caption, cut].compactMap { $0 }
        return parts.isEmpty ? nil : parts.joined(separator: " ")
    }

    private func writeHead(to markup: inout Markup) {
        markup.element("tr") { markup in
            for column in self.columns.prefix(Self.columnsMax) {
                markup.element("th", ["scope": "col", "class": Self.style(column.kind)]) {
                    $0.isolated(column.title)
                }
            }
        }
    }

    private func write(_ row: [Cell], isEmphasised: Bool, to markup: inout Markup) {
        markup.element("tr", isEmphasised ? ["class": "best"] : [:]) { markup in
            for (index, cell) in row.prefix(Self.columnsMax).enumerated() {
                let style = Self.style(self.columns[index].kind)
                if index == 0 {
                    markup.element("th", ["scope": "row", "class": style]) { markup in
                        if isEmphasised { markup.element("span", ["class": "star"], text: "★ ") }
                        markup.isolated(cell.text)
                    }
                } else {
                    markup.element("td", ["class": style]) { Self.write(cell, to: &$0) }
                }
            }
        }
    }

    private static func write(_ cell: Cell, to markup: inout Markup) {
        guard let share = cell.share, share.isFinite else {
            markup.isolated(cell.text)
            return
        }
        markup.element("span", ["class": "meter"]) { markup in
            markup.isolated(cell.text)
            markup.element(
                "svg",
                [
                    "viewBox": "0 0 100 4", "preserveAspectRatio": "none", "aria-hidden": "true",
                    "class": "gauge",
                ]
            ) { markup in
                let width = NumberText.coordinate(max(0, min(1, share)) * 100)
                markup.empty("rect", ["class": "track", "width": "100", "height": "4"])
                markup.empty("rect", ["class": "bar c0", "width": width, "height": "4"])
            }
        }
    }

    private static func style(_ kind: Kind) -> String {
        switch kind {
        case .text: "text"
        case .number: "number"
        case .code: "code"
        }
    }
}
