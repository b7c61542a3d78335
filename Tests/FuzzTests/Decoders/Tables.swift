import Engine

/// Tables and schemas, as a user hands them in.
extension Decoder {
    /// Stands in cells of the seeds. No sentence may repeat it.
    private static let canary = "QXZQ"

    static let tables: [Decoder] = [
        Decoder("csv", dictionary: Self.csvWords, seeds: { Self.csvSeeds.map { Array($0.utf8) } }) {
            let bytes = $0
            try Self.mute {
                let schema = try bytes.withUnsafeBytes { try Schema.infer(from: $0) }
                // What a table suggests of itself must suit it.
                let frame: Frame
                do {
                    frame = try bytes.withUnsafeBytes { try CSVReader($0).frame(schema) }
                } catch {
                    throw Broken("a table does not suit the schema that it suggests: \(error)")
                }
                guard let target = schema.columns.last else { return }
                for task in [LearningTask.classification, .regression] {
                    _ = try? Dataset(frame, target: target.name, task: task, schema: nil)
                }
            }
        },
        Decoder("csv-with-schema", dictionary: Self.csvWords, seeds: Self.schemaAndTable) {
            let (first, second) = try Self.pair($0)
            let schema = try Schema(decoding: first)
            guard !Self.holdsCanary("\(schema)") else { throw NoCase() }
            try Self.mute {
                _ = try second.withUnsafeBytes {
                    try CSVReader($0).frame(schema, unknownColumns: .ignored)
                }
            }
        },
        Decoder(
            "row-rule", dictionary: Self.ruleWords,
            seeds: {
                [
                    "a < 2 * b and not (c == 'red' or c in ['x', 'y'])",
                    "missing(a) or a / b >= -1",
                    "c >= '2026-01-31'",
                ].map { Array($0.utf8) }
            }
        ) {
            let columns = [
                Schema.Column("a", .numeric()), Schema.Column("b", .numeric()),
                Schema.Column("c", .categorical()),
            ]
            let rule = Rule("rule", .require(try Self.text($0)), .drop)
            let schema = try Schema(columns, rules: [rule])
            // Evaluating one cannot fail, whatever the row.
            try Self.mute {
                try Array("a,b,c\n1,2,QXZQ\n,0,\n-1e308,1e308,red\n".utf8).withUnsafeBytes {
                    _ = try CSVReader($0).table(schema)
                }
            }
        },
        Decoder(
            "schema", dictionary: Self.jsonWords,
            seeds: { try Self.schemas().map { $0.encoded() } }
        ) {
            let schema = try Schema(decoding: $0)
            try Self.demand(
                try Schema(decoding: schema.encoded()) == schema, "a schema reads back otherwise")
        },
        Decoder(
            "json", dictionary: Self.jsonWords,
            seeds: { [Array(#"{"a":[1,-2.5e3,"\u00e9\n",true,null],"b":{}}"#.utf8)] }
        ) {
            let json = try JSON(decoding: $0)
            let bytes = json.encoded()
            try Self.demand(
                try JSON(decoding: bytes).encoded() == bytes, "JSON reads back otherwise")
        },
    ]

    /// A table's errors name lines and columns, and never a cell.
    static func mute(_ body: () throws -> Void) throws {
        do {
            try body()
        } catch let broken as Broken {
            throw broken
        } catch {
            try Self.demand(!Self.holdsCanary("\(error)"), "an error repeats a cell")
            throw error
        }
    }

    static func holdsCanary(_ text: String) -> Bool { text.contains(Self.canary) }

    static let csvSeeds = [
        "a,b,c\n1,QXZQ,x\n2.5e3,\"QXZQ, \"\"so\"\"\",y\n,,x\n",
        "\u{FEFF}size,target\r\n 1 ,0\r\n-7,1\r\n1e-300,0\r\n",
        "k\nQXZQ\n\"multi\nline\"\n",
    ]

    private static func schemas() throws -> [Schema] {
        [
            try Schema([
                Schema.Column("a", .numeric(bounds: .init(low: -1, high: 9)), missing: .refused),
                Schema.Column("b", .categorical(categories: ["red", "blue"])),
                Schema.Column("c", .ignored),
            ]),
            try Schema([Schema.Column("a", .numeric()), Schema.Column("b", .categorical())]),
            try Schema(
                [
                    Schema.Column(
                        "a", .numeric(bounds: .init(low: 0, high: 5)), remedy: .repair),
                    Schema.Column("b", .categorical(), use: .checks),
                ],
                rules: [
                    Rule("r", .require("a * 2 >= 1.5 or not b in ['x', \"y\"]"), .drop),
                    Rule("k", .unique(["a", "b"]), .drop), Rule("t", .ascending("a"), .drop),
                ]),
        ]
    }

    private static func schemaAndTable() throws -> [[UInt8]] {
        let tables = [
            "a,b,c\n1,red,QXZQ\n9,,\n", "b,a,d\nQXZQ,1,2\n,,\n",
            "a,b\n1,QXZQ\n1,QXZQ\n9,x\n0,x\n,\n",
        ]
        return try zip(self.schemas(), tables).map {
            $0.encoded() + [0] + Array($1.utf8)
        }
    }

    private static let ruleWords = #"""
        " and "
        " or "
        "not "
        "missing("
        " in ["
        "=="
        "!="
        "<="
        "'red'"
        "1e308"
        "(("
        "))"
        "a"
        """#

    private static let csvWords = #"""
        "QXZQ"
        "\"\""
        "\",\""
        "\x0d\x0a"
        "\xef\xbb\xbf"
        "1e308"
        "-0.0"
        "nan"
        "inf"
        "9007199254740993"
        ",\"\","
        """#

    static let jsonWords = #"""
        "\"kind\""
        "\"name\""
        "\"numeric\""
        "\"categorical\""
        "\"ignored\""
        "\"categories\""
        "\"missing\""
        "\"refused\""
        "\"min\""
        "\"max\""
        "\"columns\""
        "\"rules\""
        "\"require\""
        "\"unique\""
        "\"ascending\""
        "\"on_violation\""
        "\"drop\""
        "\"repair\""
        "\"use\""
        "\"checks\""
        " and "
        " or "
        "not "
        "missing("
        " in ["
        "\\ud800"
        "\\udc00"
        "1e308"
        "-0"
        "true"
        "null"
        """#
}
