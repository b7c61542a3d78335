import Wire

import struct Crypto.SHA256

/// What a bundle's files were when they were written: `SHA256SUMS`, as sha256sum writes it.
///
/// The manifest vouches for the weights; this file vouches for both, so that `sha256sum -c
/// SHA256SUMS` in the directory tells anyone whether they are whole. It finds damage and edits. It
/// is no signature: whoever can write the directory can write all three.
struct ModelChecksums: Equatable, Sendable {
    static let name = "SHA256SUMS"
    /// Two lines are some 180 bytes.
    static let bytesMax = 1024

    private let digests: [String: Digest]

    /// - Requires: the names differ.
    init(of files: [(name: String, bytes: [UInt8])]) {
        self.digests = Dictionary(
            uniqueKeysWithValues: files.map { ($0.name, Self.digest($0.bytes)) })
    }

    /// Nil unless each of `names` is there once, and nothing else.
    init?(text bytes: [UInt8], names: [String]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        var digests: [String: Digest] = [:]
        for line in text.split(separator: "\n") {
            let rest = line.dropFirst(64)
            guard let digest = Digest(text: "sha256:\(line.prefix(64))"), rest.hasPrefix("  "),
                digests.updateValue(digest, forKey: String(rest.dropFirst(2))) == nil
            else { return nil }
        }
        guard Set(digests.keys) == Set(names) else { return nil }
        self.digests = digests
    }

    var text: String {
        self.digests.sorted { $0.key < $1.key }
            .map { "\($0.value.hex)  \($0.key)\n" }.joined()
    }

    /// Whether a file's bytes are what they were.
    func fit(_ bytes: [UInt8], of name: String) -> Bool {
        self.digests[name] == Self.digest(bytes)
    }

    static func digest(_ bytes: [UInt8]) -> Digest {
        Digest(sha256: SHA256.hash(data: bytes).map { $0 })
    }
}
