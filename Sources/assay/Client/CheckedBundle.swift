import Foundation
import Signing

/// A file of a model's bundle.
typealias ModelFile = (name: String, bytes: [UInt8])

/// A model's files that were checked, as bytes: whoever parses them asks for a value of this type,
/// so that nothing is parsed that was not.
struct CheckedBundle: Sendable {
    let files: [ModelFile]
    let voucher: Voucher

    enum Voucher: Sendable {
        /// A head that is trusted.
        case head(Provenance, signature: [UInt8])
        /// Nobody: the files fit the checksums beside them, which tells damage and no more.
        case checksums
    }

    /// Holds the files against a signature.
    ///
    /// - Parameter place: what the user calls the model, for sentences.
    init(
        _ files: [ModelFile], signature: [UInt8], by trust: ModelTrust, at place: String
    ) async throws(CommandError) {
        do {
            let digests = Dictionary(
                uniqueKeysWithValues: files.map { file in
                    (file.name, ModelChecksums.digest(file.bytes))
                })
            let provenance = try await trust.verify(signature, of: digests, now: Date())
            self.voucher = .head(provenance, signature: signature)
        } catch {
            throw CommandError(.refused, "\(place): does not verify: \(error)")
        }
        self.files = files
    }

    /// Holds the files against the checksums that were written with them.
    ///
    /// - Parameter directory: where they lie.
    init(
        _ files: [ModelFile], _ sums: ModelChecksums, in directory: String
    ) throws(InputError) {
        for (name, bytes) in files where !sums.fit(bytes, of: name) {
            throw InputError(
                "\(directory)/\(name)",
                "differs from its checksum in \(ModelChecksums.name): altered or damaged")
        }
        self.files = files
        self.voucher = .checksums
    }

    /// Who signed, for which cluster, and what; nil where nobody did.
    var provenance: Provenance? {
        if case .head(let provenance, _) = self.voucher { provenance } else { nil }
    }
}
