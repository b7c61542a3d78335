import Engine
import Host
import Signing
import Wire

/// A model's bundle as a directory: `manifest.json`, `weights.safetensors`, and what vouches for
/// them: a head's signature, or where there is none their checksums.
struct ModelDirectory: Sendable {
    let path: String

    /// What a bundle consists of.
    static let files = [ModelBundle.manifestName, ModelBundle.weightsName]
    /// What a directory holds; one with these and nothing else is one of ours.
    private static let entries = Self.files + [ModelChecksums.name, ModelStatement.signatureName]
    /// A manifest, in bytes; weights have the bound of blobs.
    static let manifestBytesMax = 64 << 20

    init(_ path: String) { self.path = ResultDirectory.plain(path) }

    private var place: ResultDirectory {
        ResultDirectory(
            self.path, entries: Self.entries, readers: .everyone,
            complaint: "is no model of assay", isOurs: Self.isModel)
    }

    /// Whether the path may be written: nothing is there, or a model of ours.
    func requireWritable() throws(CommandError) { try self.place.requireWritable() }

    /// Writes the bundle, in place of an older one.
    ///
    /// - Parameter signature: nil writes the files' checksums in its place.
    func write(
        _ contents: [ModelFile], signature: [UInt8]? = nil
    ) throws(CommandError) {
        let voucher: ModelFile =
            if let signature {
                (name: ModelStatement.signatureName, bytes: signature)
            } else {
                (name: ModelChecksums.name, bytes: Array(ModelChecksums(of: contents).text.utf8))
            }
        try self.place.write(contents + [voucher])
    }

    // MARK: Reading

    /// The bundle's files, checked before anybody makes sense of them.
    ///
    /// - Throws: `InputError` for what cannot be read or is damaged, `CommandError` for what is
    ///   refused.
    func bundle(on terms: ModelTerms) async throws -> CheckedBundle {
        let names: [String]
        do {
            names = try Directory.names(at: self.path)
        } catch {
            throw InputError(self.path, "is no model's directory: \(error)")
        }
        guard names.contains(ModelStatement.signatureName) else {
            try terms.requireUnsignedTaken(of: self.path)
            return try self.unsignedBundle()
        }
        let trust = try terms.requireTrust(for: self.path)
        guard names.allSatisfy((Self.files + [ModelStatement.signatureName]).contains) else {
            throw CommandError(
                .refused, "\(self.path): does not verify: it holds a file that was not signed")
        }
        let signature = try InputFile.read(
            "\(self.path)/\(ModelStatement.signatureName)", upTo: Limits.signatureBytesMax,
            what: "signature")
        var files: [ModelFile] = []
        for name in Self.files where names.contains(name) {
            files.append((name: name, bytes: try self.read(name)))
        }
        return try await CheckedBundle(files, signature: signature, by: trust, at: self.path)
    }

    private func unsignedBundle() throws(InputError) -> CheckedBundle {
        let place = "\(self.path)/\(ModelChecksums.name)"
        let text = try InputFile.readIfThere(
            place, upTo: ModelChecksums.bytesMax, what: "checksum file")
        guard let text else {
            throw InputError(
                place, "is missing, and without it nobody can tell whether the model was altered")
        }
        guard let sums = ModelChecksums(text: text, names: Self.files) else {
            throw InputError(
                place,
                "is malformed; it holds one line of sha256sum for each of "
                    + Self.files.joined(separator: " and "))
        }
        var files: [ModelFile] = []
        for name in Self.files { files.append((name: name, bytes: try self.read(name))) }
        return try CheckedBundle(files, sums, in: self.path)
    }

    /// The bytes of a bundle's file.
    func read(_ name: String) throws(InputError) -> [UInt8] {
        let most = name == Self.files[0] ? Self.manifestBytesMax : Int.max
        return try InputFile.read("\(self.path)/\(name)", upTo: most, what: "model file")
    }

    /// Whether a model lies here, or what is left of one.
    var exists: Bool {
        guard let names = try? Directory.names(at: self.path) else { return false }
        return Self.isModel(names)
    }

    private static func isModel(_ names: [String]) -> Bool {
        names.contains(Self.files[0]) || names.contains(ModelStatement.signatureName)
    }
}
