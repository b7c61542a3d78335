import Engine
import Glibc
import Host
import Signing
import Wire

/// A model's bundle as a directory: `manifest.json`, `weights.safetensors`, and what vouches for
/// them: a head's signature, or where there is none their checksums.
///
/// It is written beside its place and then given the name, so that there is the old model or the
/// new one and never half of one.
struct ModelDirectory: Sendable {
    let path: String

    /// What a bundle consists of.
    static let files = [ModelBundle.manifestName, ModelBundle.weightsName]
    /// What a directory holds; one with these and nothing else is one of ours.
    private static let entries = Self.files + [ModelChecksums.name, ModelStatement.signatureName]
    /// A manifest, in bytes; weights have the bound of blobs.
    static let manifestBytesMax = 64 << 20

    init(_ path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// Whether the path may be written: nothing is there, or a model of ours.
    ///
    /// Asked before a job starts, so that an hour's work does not end without a place to go.
    func requireWritable() throws(CommandError) {
        let parent = Self.parent(of: self.path)
        guard access(parent, W_OK | X_OK) == 0 else {
            throw CommandError(
                .usage,
                "\(self.path): cannot be written in \(parent): \(String(cString: strerror(errno)))")
        }
        var status = stat()
        guard lstat(self.path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR, self.isOurs() else {
            throw CommandError(
                .usage,
                """
                \(self.path): is there already and is no model of assay, so it will not be \
                replaced; name another output
                """)
        }
    }

    /// Writes the bundle, in place of an older one.
    ///
    /// - Parameter signature: nil writes the files' checksums in its place.
    func write(
        _ contents: [ModelFile], signature: [UInt8]? = nil
    ) throws(CommandError) {
        try self.requireWritable()
        let draft = "\(self.path).draft-\(getpid())"
        // What has that name already is not ours: nothing is written into it, nor removed.
        guard mkdir(draft, 0o755) == 0 else {
            throw CommandError(.failed, HostError(failedTo: "make \(draft)", errno).description)
        }
        let voucher: ModelFile =
            if let signature {
                (name: ModelStatement.signatureName, bytes: signature)
            } else {
                (name: ModelChecksums.name, bytes: Array(ModelChecksums(of: contents).text.utf8))
            }
        var written: [String] = []
        do throws(HostError) {
            for (name, bytes) in contents + [voucher] {
                try AtomicFile.write(
                    bytes, to: "\(draft)/\(name)", readers: .everyone, existing: .refused)
                written.append(name)
            }
            try self.publish(draft)
        } catch {
            for name in written { unlink("\(draft)/\(name)") }
            rmdir(draft)
            throw CommandError(.failed, error.description)
        }
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
        [Self.files[0], ModelStatement.signatureName].contains { name in
            access("\(self.path)/\(name)", F_OK) == 0
        }
    }

    // MARK: Steps

    /// Gives the draft its name. An older model steps aside first, since a rename does not replace
    /// a directory that holds something; it goes only when the new one is there.
    private func publish(_ draft: String) throws(HostError) {
        let old = "\(self.path).old-\(getpid())"
        let replaces = rename(self.path, old) == 0
        guard rename(draft, self.path) == 0 else {
            let problem = errno
            if replaces { rename(old, self.path) }
            throw HostError(failedTo: "write \(self.path)", problem)
        }
        if replaces { Self.remove(old) }
    }

    private func isOurs() -> Bool {
        guard let names = try? Directory.names(at: self.path) else { return false }
        return names.allSatisfy(Self.entries.contains) && self.exists
    }

    /// Removes a directory of ours and the files that we put there; what else is in it stays.
    private static func remove(_ path: String) {
        for file in Self.entries { unlink("\(path)/\(file)") }
        rmdir(path)
    }

    static func parent(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}
