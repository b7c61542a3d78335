/// Where a model that somebody names is: in a directory where there is one of that name, else on
/// the head.
struct ModelSource {
    let name: String
    let client: ClientOptions

    init(_ name: String, client: ClientOptions) {
        self.name = name
        self.client = client
    }

    /// Not inlined: the optimiser of Swift 6.3 breaks off where it splits a caller that it was
    /// inlined into.
    @inline(never)
    func bundle(on terms: ModelTerms) async throws -> CheckedBundle {
        let bundle = try await self.checked(on: terms)
        try terms.requireUntainted(bundle, at: self.name)
        return bundle
    }

    private func checked(on terms: ModelTerms) async throws -> CheckedBundle {
        let directory = ModelDirectory(self.name)
        if directory.exists { return try await directory.bundle(on: terms) }
        guard self.client.isGiven(environment: .process) else {
            throw CommandError(
                .usage,
                """
                \(self.name): is no model's directory; to use a model of a head give --head and \
                --certs
                """)
        }
        let name = self.name
        return try await self.client.withHead { head in
            try await ModelFetch.bundle(
                of: try await ModelFetch.model(name, from: head), from: head,
                trusting: terms.trust)
        }
    }
}
