import ArgumentParser
import Engine

/// How a command that shows a job of somebody undoes the aliases of its columns.
struct ColumnOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The map that --anonymize-columns left, to show columns by their names.",
            valueName: "file"))
    var columns: String?

    /// The map that was named.
    func map() throws(InputError) -> ColumnMap? {
        guard let path = self.columns else { return nil }
        guard let map = try ColumnMap.read(path) else {
            throw InputError(path, "there is no such map of columns")
        }
        return map
    }
}

/// How a command that sends a table away leaves the names of its columns behind.
struct AnonymityOptions: ParsableArguments {
    @Flag(
        help: """
            Send aliases in place of the columns' names; a file beside the output undoes them, \
            here and nowhere else.
            """)
    var anonymizeColumns = false
}

extension ModelBundle.Model {
    /// The columns of a table that it answers.
    private var schema: Schema {
        switch self {
        case .table(let model): model.schema
        case .series(let model): model.schema
        }
    }

    private func renamed(_ rename: (String) -> String) throws(SchemaError) -> Self {
        switch self {
        case .table(let model): .table(try model.renamed(rename))
        case .series(let model): .series(try model.renamed(rename))
        }
    }

    /// The model for tables with the columns' real names, where it knows them by aliases.
    ///
    /// - Parameters:
    ///   - name: what the user calls the model.
    ///   - given: the map that the user named, if any; else one beside the model is looked for.
    func withNames(
        of name: String, _ given: ColumnMap?
    ) throws(InputError) -> Self {
        let aliases = self.schema.columns.map(\.name)
        let path = ColumnMap.path(beside: name)
        let beside = given == nil && ModelDirectory(name).exists ? try ColumnMap.read(path) : nil
        guard let map = given ?? beside else { return self }
        switch map.coverage(aliases) {
        case .all: break
        // A model that was made without aliases, beside the map of an older one.
        case .none where given == nil: return self
        case .none, .some:
            throw InputError(map.path, "is the map of another model's columns")
        }
        do {
            return try self.renamed(map.name(of:))
        } catch {
            throw InputError(map.path, "does not suit the model: \(error)")
        }
    }

}

extension Schema {
    /// What a sentence about a missing column adds where the columns look like aliases.
    var aliasDoubt: String {
        let areAliases = self.columns.allSatisfy {
            $0.name.wholeMatch(of: /c[1-9][0-9]*/) != nil
        }
        return areAliases
            ? """
            ; its columns are called as --anonymize-columns calls them: name the map that was \
            kept when it was made with --columns FILE
            """ : ""
    }
}
