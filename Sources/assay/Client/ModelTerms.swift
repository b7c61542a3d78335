import ArgumentParser
import Host
import Signing

/// On which terms a model is taken: whose heads are believed, and what becomes of a model that
/// nobody signed.
struct ModelTerms: Sendable {
    /// Nil where nobody said whom to trust.
    let trust: ModelTrust?
    /// Whether a model without a signature is taken although somebody is trusted.
    let takesUnsigned: Bool
    /// Whether a model is taken that comes from what a program of a user made.
    var takesTainted = true

    /// - Throws: where only a signed model will do; `place` is what the user calls the model.
    func requireUnsignedTaken(of place: String) throws(CommandError) {
        guard self.trust == nil || self.takesUnsigned else {
            throw CommandError(
                .refused,
                """
                \(place): is not signed, so nobody vouches for it; a model that assay run made \
                here can be taken with --unsigned
                """)
        }
    }

    /// - Throws: where a head says of the model that it is tainted, and that will not do.
    func requireUntainted(_ bundle: CheckedBundle, at place: String) throws(CommandError) {
        guard !self.takesTainted, let sources = bundle.provenance?.statement.taintedBy,
            let first = sources.first
        else { return }
        let others = sources.count > 1 ? " and \(sources.count - 1) others" : ""
        throw CommandError(
            .refused,
            """
            \(place): is tainted: it was made from \(first)\(others), which a program of a user \
            made; take it with --allow-tainted, or have an operator look at it (assay taint clear)
            """)
    }

    func requireTrust(for place: String) throws(CommandError) -> ModelTrust {
        guard let trust = self.trust else {
            throw CommandError(
                .usage,
                """
                \(place): is signed, but by whose head? name the cluster's authority with --ca \
                ca.pem, or set ASSAY_CERTS
                """)
        }
        return trust
    }
}

/// Which authority's heads are believed.
struct AuthorityOptions: ParsableArguments {
    @Option(
        name: .customLong("ca"),
        help: ArgumentHelp(
            "The authority whose heads sign models; else ca.pem in --certs or ASSAY_CERTS.",
            valueName: "ca.pem"))
    var authority: String?

    /// Certificates of a few authorities are smaller than this, in bytes.
    private static let bytesMax = 1 << 20

    /// Nil where nobody names one.
    func trust(
        _ client: ClientOptions, environment: Environment = .process
    ) throws(InputError) -> ModelTrust? {
        let certs = client.certs ?? environment["ASSAY_CERTS"]
        guard let path = self.authority ?? certs.map({ "\($0)/ca.pem" }) else { return nil }
        let pem = try InputFile.read(path, upTo: Self.bytesMax, what: "authority's certificate")
        do {
            return try ModelTrust(pem: String(decoding: pem, as: UTF8.self))
        } catch {
            throw InputError(path, error.description)
        }
    }
}
