package import FoundationEssentials
package import Wire

/// What a head says of a model when it signs it: which files it consists of, and where it comes
/// from.
///
/// The digests are those of the OpenSSF Model Signing format (an in-toto statement, see
/// https://github.com/sigstore/model-transparency), so that its tools read them too. Beside them
/// stands what the files themselves cannot say: a second run of the same refit gives the same
/// files, whoever runs it and when.
package struct ModelStatement: Equatable, Sendable {
    /// The model's ID on its head, such as `j17`.
    package let model: String
    /// The job's name.
    package let name: String
    /// Whose job it was, as in `user/ann`.
    package let owner: String
    /// Who fitted it.
    package let worker: String
    package let witnesses: Witnesses
    /// In whole seconds.
    package let signedAt: Date
    /// Sorted by name.
    package let files: [File]
    /// The bytes that a user's program made and that the model was made from, for which nobody has
    /// answered. Empty when it is not tainted.
    package let taintedBy: [Wire.Digest]

    package struct File: Equatable, Sendable {
        package let name: String
        package let digest: Wire.Digest

        package init(name: String, digest: Wire.Digest) {
            self.name = name
            self.digest = digest
        }
    }

    /// Who has run the same again and come to the same, of other workers; "" when nobody did.
    package struct Witnesses: Equatable, Sendable {
        /// Of the winner's scores.
        package let scores: String
        /// Of the files.
        package let model: String

        package init(scores: String, model: String) {
            self.scores = scores
            self.model = model
        }

        package static let none = Self(scores: "", model: "")

        /// Whether the model is worth more than one worker's word.
        package var areWhole: Bool { !self.scores.isEmpty && !self.model.isEmpty }
    }

    /// The name of the file that holds the signature, beside those that it is made for.
    package static let signatureName = "model.sig"

    /// - Throws: `malformed` when the files are none, too many, doubled or badly named.
    package init(
        model: String, name: String, owner: String, worker: String, witnesses: Witnesses,
        signedAt: Date, files: [File], taintedBy: [Wire.Digest] = []
    ) throws(SigningError) {
        guard (1...Limits.signedFilesMax).contains(files.count) else {
            throw SigningError(
                .malformed, "a signed model has 1 to \(Limits.signedFilesMax) files")
        }
        guard files.allSatisfy({ Self.isFileName($0.name) }) else {
            throw SigningError(.malformed, "a signed file's name is no plain name")
        }
        guard Set(files.map(\.name)).count == files.count else {
            throw SigningError(.malformed, "a signed file is named twice")
        }
        for text in [model, name, owner, worker, witnesses.scores, witnesses.model] {
            guard text.utf8.count <= Limits.nameBytesMax else {
                throw SigningError(
                    .malformed, "a name is longer than \(Limits.nameBytesMax) bytes")
            }
        }
        guard taintedBy.count <= Limits.commandFilesMax else {
            throw SigningError(
                .malformed, "a model is made from more than \(Limits.commandFilesMax) blobs")
        }
        self.taintedBy = taintedBy
        self.model = model
        self.name = name
        self.owner = owner
        self.worker = worker
        self.witnesses = witnesses
        self.signedAt = Date(timeIntervalSince1970: signedAt.timeIntervalSince1970.rounded(.down))
        self.files = files.sorted { $0.name < $1.name }
    }

    /// The same, signed at another time.
    package func signed(at date: Date) throws(SigningError) -> ModelStatement {
        try ModelStatement(
            model: self.model, name: self.name, owner: self.owner, worker: self.worker,
            witnesses: self.witnesses, signedAt: date, files: self.files,
            taintedBy: self.taintedBy)
    }

    /// A name that means the same file everywhere: no path, nothing that a terminal obeys.
    private static func isFileName(_ name: String) -> Bool {
        (1...64).contains(name.utf8.count) && !name.hasPrefix(".") && name != Self.signatureName
            && name.utf8.allSatisfy {
                (97...122).contains($0) || (65...90).contains($0) || (48...57).contains($0)
                    || $0 == 45 || $0 == 46 || $0 == 95
            }
    }
}
