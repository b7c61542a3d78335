import ArgumentParser
import Engine

extension DataCommand {
    struct Compare: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Hold a table against another: what has moved, which rows are strange.",
            discussion: """
                Both are read with one schema. For each column the population stability index (0.1 \
                and more: shifted, 0.25 and more: drifted), the share of missing values, and the \
                rows that are far out (beyond three interquartile ranges) or whose text the \
                reference does not have. It flags and never drops, and tells no value. Exits with \
                1 when a column has drifted.
                """)

        @Argument(help: ArgumentHelp("The table.", valueName: "data.csv"))
        var data: String

        @Option(help: ArgumentHelp("The table that it is held against.", valueName: "data.csv"))
        var reference: String

        @Option(
            help: ArgumentHelp(
                "The schema of both; without it the one that the reference suggests.",
                valueName: "schema.yaml"))
        var schema: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let given = try SchemaFile.read(ifGiven: self.schema)
            let referenceBytes = try TableFile.bytes(self.reference)
            let schema = try given ?? TableFile.suggested(referenceBytes, at: self.reference)
            let reference = try TableFile.table(
                referenceBytes, at: self.reference, schema: schema
            ).frame
            let table = try TableFile.table(
                try TableFile.bytes(self.data), at: self.data, schema: schema
            ).frame
            let report = ScreenReport(TableScreen(of: table, against: reference))
            try self.output.print(report) { report.text(style: $0.resultStyle) }
            guard report.drifted == 0 else {
                throw CommandError(.failed, "\(self.data) has drifted from \(self.reference)")
            }
        }
    }
}

/// What `data compare --json` prints: shares, counts and the places of rows; no values.
struct ScreenReport: Encodable, Equatable {
    let rows: Int
    let columns: [Column]
    /// Rows that are strange in some column.
    let strangeRows: Int
    /// The strangest of them, at most `strangestMax`; the first row below the header is 1.
    let strangest: [Int]
    /// Columns that have drifted. Rows are strange in every honest table: they do not count.
    let drifted: Int

    static let strangestMax = 20

    struct Column: Encodable, Equatable {
        let name: String
        /// The population stability index.
        let stabilityIndex: Double
        /// `stable`, `shifted` or `drifted`.
        let reading: String
        /// Shares of all rows.
        let missing: Double
        let referenceMissing: Double
        let strangeRows: Int
    }

    init(_ screen: TableScreen) {
        let strange = screen.strangeRows
        self.rows = screen.rows
        self.columns = screen.columns.map { column in
            Column(
                name: column.name, stabilityIndex: column.drift.stability,
                reading: column.drift.reading.rawValue, missing: column.drift.missing,
                referenceMissing: column.drift.referenceMissing,
                strangeRows: column.drift.strangers.count)
        }
        self.strangeRows = strange.count
        self.strangest = strange.prefix(Self.strangestMax).map { $0.row + 1 }
        self.drifted = screen.columns.count { $0.drift.reading == .drifted }
    }

    func text(style: Style) -> String {
        var table = TextTable([
            ("column", .left), ("index", .right), ("reading", .left), ("missing", .right),
            ("in the reference", .right), ("strange rows", .right),
        ])
        for column in self.columns {
            table.add([
                column.name, Figures.score(column.stabilityIndex), column.reading,
                Figures.share(column.missing), Figures.share(column.referenceMissing),
                Figures.count(column.strangeRows),
            ])
        }
        guard self.strangeRows > 0 else { return table.text(style: style) }
        let rows = self.strangest.map { Figures.count($0) }.joined(separator: "; ")
        let more = self.strangeRows > self.strangest.count ? "; …" : ""
        let count = self.strangeRows == 1 ? "1 strange row" : "\(self.strangeRows) strange rows"
        return table.text(style: style) + "\(count), the strangest first: \(rows)\(more)\n"
    }
}
