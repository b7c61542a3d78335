import ArgumentParser
import Engine

/// `assay data check|infer|compare`
struct DataCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Check a table, draft its schema, or compare it.",
        subcommands: [Check.self, Infer.self, Compare.self])

    struct Check: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check every field of a table.",
            discussion: """
                What is wrong is named by line and by column or rule, never by what a field holds. \
                What the schema has dropped or repaired is counted.
                """)

        @Argument(help: ArgumentHelp("The table.", valueName: "data.csv"))
        var data: String

        @Option(
            help: ArgumentHelp(
                "The schema; without it the table is held against the one that it suggests.",
                valueName: "schema.yaml"))
        var schema: String?

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let given = try SchemaFile.read(ifGiven: self.schema)
            let bytes = try TableFile.bytes(self.data)
            let schema = try given ?? TableFile.inferred(bytes, at: self.data)
            let report = TableReport(
                try TableFile.table(bytes, at: self.data, schema: schema), schema)
            try self.output.print(report) { report.text(style: $0.resultStyle) }
        }
    }

    struct Infer: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the schema that a table suggests, to be read and corrected.")

        @Argument(help: ArgumentHelp("The table.", valueName: "data.csv"))
        var data: String

        @OptionGroup var output: OutputOptions

        func run() async throws {
            let bytes = try TableFile.bytes(self.data)
            let schema = try TableFile.inferred(bytes, at: self.data)
            try self.output.print(SchemaReport(schema)) { _ in SchemaFile.text(schema) }
        }
    }
}

/// What `data check --json` prints: counts and kinds, no values.
struct TableReport: Encodable, Equatable {
    /// That are left.
    let rows: Int
    let rowsRead: Int
    let rowsDropped: Int
    let columns: [Column]
    /// Every rule of the schema, and the columns that needed something.
    let repairs: [Repair]

    struct Repair: Encodable, Equatable {
        /// One of the two.
        let rule: String?
        let column: String?
        /// What is wrong in the column: `out_of_range`, `unknown_category` or `missing_value`.
        let fault: String?
        /// `dropped`, `clamped` or `blanked`.
        let remedy: String
        let count: Int
        /// Where the first of them begin; the header is line 1.
        let lines: [Int]
    }

    struct Column: Encodable, Equatable {
        let name: String
        let kind: String
        /// Rows without a value.
        let missing: Int
        /// Distinct texts; absent for numbers.
        let categories: Int?
    }

    init(_ table: CleanTable, _ schema: Schema) {
        let frame = table.frame
        self.rows = frame.rows
        self.rowsRead = table.repairs.rowsRead
        self.rowsDropped = table.repairs.rowsDropped
        self.repairs = table.repairs.amendments.map(Repair.init)
        self.columns = frame.columns.map { column in
            let kind = schema.column(named: column.name)?.kind.word ?? "numeric"
            switch column.values {
            case .numeric(let numbers), .dates(let numbers):
                return Column(
                    name: column.name, kind: kind, missing: numbers.count { $0.isNaN },
                    categories: nil)
            case .categorical(let categories), .texts(let categories):
                return Column(
                    name: column.name, kind: kind, missing: categories.codes.count { $0 < 0 },
                    categories: categories.levels.count)
            }
        }
    }

    func text(style: Style) -> String {
        var table = TextTable([
            ("column", .left), ("kind", .left), ("missing", .right), ("categories", .right),
        ])
        for column in self.columns {
            table.add([
                column.name, column.kind, Figures.count(column.missing),
                column.categories.map { Figures.count($0) } ?? "-",
            ])
        }
        let dropped = self.rowsDropped > 0 ? ", \(Figures.count(self.rowsDropped)) dropped" : ""
        return table.text(style: style)
            + self.repairs.filter { $0.count > 0 }.map { $0.line + "\n" }.joined()
            + "\(style.good("ok")): \(Figures.count(self.rows)) rows\(dropped)\n"
    }
}

extension TableReport.Repair {
    init(_ amendment: Repairs.Amendment) {
        switch amendment.subject {
        case .rule(let name):
            self.rule = name
            self.column = nil
            self.fault = nil
        case .column(let name, let fault):
            self.rule = nil
            self.column = name
            self.fault =
                switch fault {
                case .outOfRange: "out_of_range"
                case .unknownCategory: "unknown_category"
                case .missingValue: "missing_value"
                }
        }
        self.remedy = amendment.remedy.rawValue
        self.count = amendment.count
        self.lines = amendment.lines
    }

    /// `rule dates: 3 dropped (lines 4, 9, 12)`
    var line: String {
        let subject = self.rule.map { "rule \($0)" } ?? "column \(self.column ?? "")"
        let fault = self.fault.map { ", \($0.replacing("_", with: " "))" } ?? ""
        let places = self.lines.map { "\($0)" }.joined(separator: ", ")
        let more = self.count > self.lines.count ? ", …" : ""
        let word = self.count == 1 ? "line" : "lines"
        return "\(subject)\(fault): \(Figures.count(self.count)) \(self.remedy) "
            + "(\(word) \(places)\(more))"
    }
}

/// What `data infer --json` prints.
struct SchemaReport: Encodable, Equatable {
    let columns: [Column]

    struct Column: Encodable, Equatable {
        let name: String
        let kind: String
    }

    init(_ schema: Schema) {
        self.columns = schema.columns.map { Column(name: $0.name, kind: $0.kind.word) }
    }
}
