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
            discussion: "What is wrong is named by line and column, never by what a field holds.")

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
                try TableFile.frame(bytes, at: self.data, schema: schema), schema)
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
    let rows: Int
    let columns: [Column]

    struct Column: Encodable, Equatable {
        let name: String
        let kind: String
        /// Rows without a value.
        let missing: Int
        /// Distinct texts; absent for numbers.
        let categories: Int?
    }

    init(_ frame: Frame, _ schema: Schema) {
        self.rows = frame.rows
        self.columns = frame.columns.map { column in
            let kind = schema.column(named: column.name)?.kind.word ?? "numeric"
            switch column.values {
            case .numeric(let numbers):
                return Column(
                    name: column.name, kind: kind, missing: numbers.count { $0.isNaN },
                    categories: nil)
            case .categorical(let categories):
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
        return table.text(style: style)
            + "\(style.good("ok")): \(Figures.count(self.rows)) rows\n"
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
