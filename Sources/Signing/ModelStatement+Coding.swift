import Crypto
import Engine
import FoundationEssentials
import Wire

/// The statement as an in-toto statement with the predicate of OpenSSF Model Signing 1.0.
extension ModelStatement {
    private static let statementType = "https://in-toto.io/Statement/v1"
    private static let predicateType = "https://model_signing/signature/v1.0"

    /// Equal statements give equal bytes.
    package func encoded() -> [UInt8] {
        let resources = self.files.map { file in
            JSON.object([
                "name": .string(file.name), "algorithm": "sha256",
                "digest": .string(file.digest.hex),
            ])
        }
        let root = JSON.object(["sha256": .string(Self.root(of: self.files).hex)])
        return JSON.object([
            "_type": .string(Self.statementType),
            "subject": .array([.object(["name": .string(self.model), "digest": root])]),
            "predicateType": .string(Self.predicateType),
            "predicate": .object([
                "serialization": .object([
                    "method": "files", "hash_type": "sha256", "allow_symlinks": .bool(false),
                    "ignore_paths": .array([.string(Self.signatureName)]),
                ]),
                "resources": .array(resources),
                // The format lets verifiers pass over what they do not know.
                "assay": .object(self.origin),
            ]),
        ]).encoded()
    }

    private var origin: [JSON.Member] {
        var members = [
            JSON.Member("name", .string(self.name)), .init("owner", .string(self.owner)),
            .init("worker", .string(self.worker)),
            .init("corroborated", .bool(self.witnesses.areWhole)),
            .init("scores_confirmed_by", .string(self.witnesses.scores)),
            .init("model_confirmed_by", .string(self.witnesses.model)),
            .init("signed_at", .string(self.signedAt.formatted(.iso8601))),
        ]
        if !self.taintedBy.isEmpty {
            let sources = self.taintedBy.map { JSON.string($0.hex) }
            members.append(.init("tainted_by", .array(sources)))
        }
        return members
    }

    /// Reads what `encoded()` wrote; the bytes may come from anywhere.
    ///
    /// - Throws: `malformed`.
    package init(decoding bytes: [UInt8]) throws(SigningError) {
        do {
            self = try Self.read(try JSON(decoding: bytes))
        } catch let error as SigningError {
            throw error
        } catch {
            throw SigningError(.malformed, "the signed statement cannot be read: \(error)")
        }
    }

    private static func read(_ json: JSON) throws -> ModelStatement {
        try json.demand(Self.statementType, as: "_type")
        try json.demand(Self.predicateType, as: "predicateType")
        let subjects = try json.member("subject").items("subject")
        guard subjects.count == 1 else {
            throw ArtifactError(.badMember, "there is not exactly one subject")
        }
        let predicate = try json.member("predicate")
        let serialization = try predicate.member("serialization")
        try serialization.demand("files", as: "method")
        try serialization.demand("sha256", as: "hash_type")
        let files = try predicate.member("resources").items("resources").map { resource in
            try resource.demand("sha256", as: "algorithm")
            return File(
                name: try resource.member("name").text("a file's name"),
                digest: try Self.digest(try resource.member("digest")))
        }
        let more = try predicate.member("assay")
        let moment = try more.member("signed_at").text("signed_at")
        guard let signedAt = try? Date(moment, strategy: .iso8601) else {
            throw ArtifactError(.badMember, "signed_at is no moment such as 2026-11-23T10:25:48Z")
        }
        let statement = try ModelStatement(
            model: try subjects[0].member("name").text("the subject's name"),
            name: try more.member("name").text("name"),
            owner: try more.member("owner").text("owner"),
            worker: try more.member("worker").text("worker"),
            witnesses: Witnesses(
                scores: try more.member("scores_confirmed_by").text("scores_confirmed_by"),
                model: try more.member("model_confirmed_by").text("model_confirmed_by")),
            signedAt: signedAt, files: files,
            taintedBy: try (try more.optionalMember("tainted_by"))?.items("tainted_by")
                .map(Self.digest) ?? [])
        guard try Self.digest(subjects[0].member("digest").member("sha256")) == root(of: files)
        else {
            throw ArtifactError(.inconsistent, "the subject's digest is not that of its files")
        }
        return statement
    }

    private static func digest(_ json: JSON) throws -> Wire.Digest {
        guard let digest = Wire.Digest(text: "sha256:" + (try json.text("a digest"))) else {
            throw ArtifactError(.badMember, "a digest is not 64 hexadecimal digits")
        }
        return digest
    }

    /// The digest over all digests, in the order of the names.
    private static func root(of files: [File]) -> Wire.Digest {
        var hash = SHA256()
        for file in files { hash.update(data: file.digest.bytes) }
        return Wire.Digest(sha256: hash.finalize().map { $0 })
    }
}

extension JSON {
    /// - Throws: unless the member `name` is this text.
    func demand(_ text: String, as name: String) throws(ArtifactError) {
        guard try self.member(name).text(name) == text else {
            throw ArtifactError(.badMember, "\(name) is not \"\(text)\"")
        }
    }
}

extension Wire.Digest {
    /// The 32 bytes.
    fileprivate var bytes: [UInt8] {
        func value(_ digit: UInt8) -> UInt8 { digit < 58 ? digit - 48 : digit - 87 }
        let digits = Array(self.hex.utf8)
        return stride(from: 0, to: digits.count, by: 2).map {
            value(digits[$0]) << 4 | value(digits[$0 + 1])
        }
    }
}
