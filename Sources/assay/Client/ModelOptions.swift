import ArgumentParser
import Engine

/// How a command that reads a model decides whether to take it, and what its columns are called.
struct ModelOptions: ParsableArguments {
    @OptionGroup var names: ColumnOptions
    @OptionGroup var authority: AuthorityOptions

    @Flag(help: "Take a model that nobody signed, on its checksums alone.")
    var unsigned = false

    @Flag(help: "Take a model that was made from what a program of a user made.")
    var allowTainted = false

    /// A model's files, verified before a byte of them is parsed.
    func checked(_ model: String, _ client: ClientOptions) async throws -> CheckedBundle {
        try await ModelSource(model, client: client).bundle(
            on: ModelTerms(
                trust: try self.authority.trust(client), takesUnsigned: self.unsigned,
                takesTainted: self.allowTainted))
    }

    /// The same as a model whose columns have their own names, where somebody kept them.
    func bundle(_ model: String, _ client: ClientOptions) async throws -> ModelBundle {
        let columns = try self.names.map()
        return try self.bundle(try await self.checked(model, client), called: model, columns)
    }

    func bundle(
        _ checked: CheckedBundle, called model: String, _ columns: ColumnMap?
    ) throws(InputError) -> ModelBundle {
        try ModelFiles.bundle(checked, called: model).withNames(of: model, columns)
    }
}

extension ModelBundle {
    /// See `ModelBundle.Model.withNames`.
    func withNames(of name: String, _ columns: ColumnMap?) throws(InputError) -> ModelBundle {
        ModelBundle(
            try self.model.withNames(of: name, columns), images: self.images, scores: self.scores,
            lineage: columns.map { columns in self.lineage.map { $0.withNames(columns) } }
                ?? self.lineage)
    }
}

extension Safetensors.Entry {
    /// What a lineage says of a column, by the column's own name.
    fileprivate func withNames(_ columns: ColumnMap) -> Self {
        let bound = "monotone "
        return switch self.name {
        case "split_column", "weight": Self(self.name, columns.name(of: self.text))
        case let name where name.hasPrefix(bound):
            Self(bound + columns.name(of: String(name.dropFirst(bound.count))), self.text)
        default: self
        }
    }
}
