import Crypto
import Engine
import Host
import Wire

/// Turns a bundle's files into a model that predicts, every part of them checked.
enum ModelFiles {
    /// - Parameter name: what the user calls the model, for sentences.
    static func bundle(
        _ bundle: CheckedBundle, called name: String
    ) throws(InputError) -> ModelBundle {
        func bytes(_ file: String) -> [UInt8] {
            bundle.files.first { $0.name == file }?.bytes ?? []
        }
        do {
            return try ModelBundle(
                manifest: bytes(ModelBundle.manifestName),
                weights: bytes(ModelBundle.weightsName),
                digest: { "\(Digest(sha256: SHA256.hash(data: $0).map { $0 }))" }
            )
        } catch {
            throw InputError(name, "is no model that can be used: \(LogText.escaped("\(error)"))")
        }
    }
}
