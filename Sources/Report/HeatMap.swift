/// Counts by two names, such as what was right and what was predicted: the share of its row shades
/// a cell, and stands in it where there is room.
package struct HeatMap: Equatable, Sendable {
    package var rowsName: String
    package var columnsName: String
    /// Of rows and columns alike.
    package var names: [String]
    /// As many rows and columns as names.
    package var counts: [[Int]]

    package init(rows: String, columns: String, names: [String], counts: [[Int]]) {
        precondition(
            counts.count == names.count && counts.allSatisfy { $0.count == names.count },
            "a heat map has as many names as rows and columns")
        self.rowsName = rows
        self.columnsName = columns
        self.names = names
        self.counts = counts
    }
}

extension HeatMap: Drawing {
    func size(_ width: Figure.Width) -> Size {
        let total = Size.width(width)
        let layout = Layout(self, width: total)
        return Size(width: total, height: Int(layout.bottom + layout.nameRoom) + 10)
    }

    var numbers: Table? {
        guard self.names.count <= 12 else { return nil }
        return Table(
            [.init("\(self.rowsName) ↓  \(self.columnsName) →")]
                + self.names.map { .init(Escaping.fitted($0, width: 24), .number) },
            self.counts.indices.map { row in
                [Table.Cell(self.names[row])]
                    + self.counts[row].map { Table.Cell(NumberText.count($0)) }
            })
    }

    private struct Layout {
        let left: Double
        let top = 30.0
        let cell: (width: Double, height: Double)
        let bottom: Double
        let letters: Int
        /// Names of columns lie flat where cells are wide enough, else they stand slanted.
        let isFlat: Bool
        let nameRoom: Double

        init(_ map: HeatMap, width: Int) {
            let size = Double(max(1, map.names.count))
            self.letters = width > 600 ? 26 : 15
            let names = map.names.map { Escaping.width(of: Escaping.fitted($0, width: 15)) }
            let longest = Double(names.max() ?? 1)
            self.left = min(Double(self.letters), longest) * 7.2 + 24
            let cell = (Double(width) - self.left - 14) / size
            let height = min(max(cell * 0.62, 16), size == 2 ? 110 : size == 3 ? 78 : 46)
            self.cell = (cell, height)
            self.bottom = self.top + height * size
            self.isFlat = longest * 7.2 + 8 <= cell
            self.nameRoom = self.isFlat ? 46 : longest * 5.4 + 44
        }
    }

    func draw(to markup: inout Markup, _ size: Size) {
        let layout = Layout(self, width: size.width)
        func at(_ x: Double) -> String { NumberText.coordinate(x) }
        markup.element(
            "text", ["class": "axisname", "x": "4", "y": "14"],
            text: "\(self.rowsName) ↓")
        for row in self.names.indices {
            let y = layout.top + layout.cell.height * Double(row)
            markup.element(
                "text",
                [
                    "class": "rowname end", "x": at(layout.left - 10),
                    "y": at(y + layout.cell.height / 2 + 4),
                ], text: Escaping.fitted(self.names[row], width: layout.letters))
            let total = self.counts[row].reduce(0) { $0 + Double($1) }
            for column in self.names.indices {
                self.drawCell(row, column, of: total, y: y, layout, to: &markup)
            }
        }
        for column in self.names.indices {
            let x = layout.left + layout.cell.width * (Double(column) + 0.5)
            let y = layout.bottom + 18
            let name = Escaping.fitted(self.names[column], width: 15)
            markup.element(
                "text",
                layout.isFlat
                    ? ["class": "rowname mid", "x": at(x), "y": at(y)]
                    : [
                        "class": "rowname end", "x": at(x), "y": at(y),
                        "transform": "rotate(-42 \(at(x + 2)) \(at(y - 4)))",
                    ], text: name)
        }
        markup.element(
            "text",
            [
                "class": "axisname mid", "x": at((layout.left + Double(size.width)) / 2),
                "y": at(Double(size.height) - 8),
            ], text: "\(self.columnsName) →")
    }

    private func drawCell(
        _ row: Int, _ column: Int, of total: Double, y: Double, _ layout: Layout,
        to markup: inout Markup
    ) {
        func at(_ x: Double) -> String { NumberText.coordinate(x) }
        let count = self.counts[row][column]
        let share = total > 0 ? Double(count) / total : 0
        let x = layout.left + layout.cell.width * Double(column)
        // Ten shades, which the style sheet names for light and for dark pages.
        let shade = count == 0 ? 0 : max(1, Int((share * 10).rounded()))
        markup.empty(
            "rect",
            [
                "class": "cell h\(shade)\(row == column ? " own" : "")", "x": at(x + 1),
                "y": at(y + 1), "width": at(layout.cell.width - 2),
                "height": at(layout.cell.height - 2), "rx": "2",
            ])
        guard layout.cell.width >= 34, layout.cell.height >= 20 else { return }
        let middle = (x: x + layout.cell.width / 2, y: y + layout.cell.height / 2)
        let isHigh = layout.cell.height >= 38 && layout.cell.width >= 52
        markup.element(
            "text",
            [
                "class": "cellshare mid t\(shade)", "x": at(middle.x),
                "y": at(middle.y + (isHigh ? -1 : 4)),
            ], text: NumberText.percent(share))
        guard isHigh else { return }
        markup.element(
            "text",
            [
                "class": "cellcount mid t\(shade)", "x": at(middle.x),
                "y": at(middle.y + 15),
            ], text: NumberText.count(count))
    }
}
