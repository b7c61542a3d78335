import Engine
import Host
import Privacy
import Wire

/// What the columns of a table are called once they have left: `c1`, `c2`, … in an order of chance,
/// which the file beside the output undoes and nothing else does.
///
/// Numbers by chance tell a reader of a log nothing, where `c3` for the third column would tell
/// whoever knows the table's form. The columns themselves stay in their order: the head and the
/// workers hold the values, which tell more than an order does, and so a job gives the same bits
/// with aliases as without.
///
/// A map only grows: a name that has an alias keeps it. So the same table travels once however
/// often it is used, and an older model's map stays good.
struct ColumnMap: Equatable, Sendable {
    /// Where it is kept.
    let path: String
    /// The aliases, by name.
    private let aliases: [String: String]
    /// The names, by alias.
    private let names: [String: String]

    private init(path: String, aliases: [String: String]) {
        self.path = path
        self.aliases = aliases
        self.names = Dictionary(uniqueKeysWithValues: aliases.map { ($1, $0) })
    }

    /// A map without any column.
    init(path: String) { self.init(path: path, aliases: [:]) }

    /// Where the map of a model's columns is, when nobody says otherwise.
    static func path(beside model: String) -> String {
        ModelDirectory(model).path + ".columns.json"
    }

    // MARK: Use

    /// The same map, in which each of these names has an alias.
    func covering(
        _ columns: [String], using generator: inout some RandomNumberGenerator
    ) -> ColumnMap {
        let new = columns.filter { self.aliases[$0] == nil }
        let last = self.names.keys.compactMap { Int($0.dropFirst()) }.max() ?? 0
        let first = last + 1
        let numbers = (first..<first + new.count).shuffled(using: &generator)
        var aliases = self.aliases
        for (name, number) in zip(new, numbers) { aliases[name] = "c\(number)" }
        return ColumnMap(path: self.path, aliases: aliases)
    }

    /// - Requires: the map covers the name.
    func alias(of name: String) -> String {
        guard let alias = self.aliases[name] else { preconditionFailure("a column has no alias") }
        return alias
    }

    /// A sentence in which columns are called by their aliases, with their names.
    ///
    /// All sentences about columns say `column 3 (c7)` or `column c7`.
    func undone(in sentence: String) -> String {
        sentence.replacing(/(column (?:[0-9]+ \()?)(c[0-9]+)(?![0-9A-Za-z_])/) { match in
            "\(match.output.1)\(self.names[String(match.output.2)] ?? String(match.output.2))"
        }
    }

    /// Which of these are aliases of this map.
    enum Coverage: Equatable, Sendable { case all, some, none }

    func coverage(_ aliases: [String]) -> Coverage {
        let known = aliases.count { self.names[$0] != nil }
        return known == 0 ? .none : known == aliases.count ? .all : .some
    }

    func name(of alias: String) -> String { self.names[alias] ?? alias }

    // MARK: What is sent

    /// A schema in which columns are called by their aliases and rules by their numbers: what a
    /// rule is called says what it is about.
    ///
    /// - Requires: the map covers its columns.
    /// - Throws: when a rule becomes too long by its aliases.
    func anonymous(_ schema: Schema) throws(SchemaError) -> Schema {
        try schema.renamed(self.alias, rules: Self.rule)
    }

    /// A report in which they are called so.
    func anonymous(_ report: DataReport, _ schema: Schema) -> DataReport {
        DataReport(
            rowsRead: report.rowsRead, rowsDropped: report.rowsDropped,
            findings: report.findings.map { finding in
                let rule = schema.rules.firstIndex { $0.name == finding.subject }
                let subject =
                    finding.reason == .rule
                    ? rule.map(Self.rule) ?? "" : self.aliases[finding.subject] ?? ""
                return DataReport.Finding(
                    subject: subject, reason: finding.reason, remedy: finding.remedy,
                    count: finding.count, lines: finding.lines, measure: finding.measure)
            }, screen: report.screen, findingsOmitted: report.findingsOmitted)
    }

    private static func rule(_ number: Int) -> String { "r\(number + 1)" }

    // MARK: As a file

    /// The widest table with the longest names, in bytes, and as much again for escapes.
    private static let bytesMax = 64 << 20
    private static let format = "assay-columns"
    private static let version = 1

    /// Reads the map at a path; nil where there is none.
    ///
    /// - Throws: `InputError` also where others could read the file.
    static func read(_ path: String) throws(InputError) -> ColumnMap? {
        let text: Private<[UInt8]>
        do {
            text = try SecretFile.read(path, upTo: Self.bytesMax)
        } catch  where error.code == .missing {
            return nil
        } catch {
            throw InputError(path, error.reason)
        }
        do {
            return ColumnMap(path: path, aliases: try Self.aliases(text.revealed))
        } catch {
            throw InputError(path, "is no map of columns: \(error)")
        }
    }

    private static func aliases(_ text: [UInt8]) throws -> [String: String] {
        let json = try JSON(decoding: text)
        guard try json.member("format").text("format") == Self.format,
            try json.member("version").count("version") == Self.version
        else { throw ArtifactError(.badMember, "its format or version is another") }
        var aliases: [String: String] = [:]
        var columns: [Schema.Column] = []
        for member in try json.member("columns").members("columns") {
            guard member.name.wholeMatch(of: /c[1-9][0-9]{0,9}/) != nil else {
                throw ArtifactError(.badMember, "it names an alias that is none")
            }
            let name = try member.value.text("a column's name")
            columns.append(Schema.Column(name, .ignored))
            aliases[name] = member.name
        }
        // The same rules as for the names of any table; the reader of JSON looked for two aliases
        // of one name.
        if !columns.isEmpty { _ = try Schema(columns) }
        return aliases
    }

    /// Keeps the map for its owner alone.
    func write() throws(CommandError) {
        let columns = self.names.sorted { ($0.key.count, $0.key) < ($1.key.count, $1.key) }
        let json = JSON.object([
            "format": .string(Self.format), "version": .integer(Self.version),
            "columns": .object(columns.map { JSON.Member($0.key, .string($0.value)) }),
        ])
        try OutputFile.write(json.encoded(.indented), to: self.path, readers: .owner)
    }
}
