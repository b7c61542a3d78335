import Crypto
import GRPCCore
import Signing
import Transport
import Wire

/// Brings a model from the head.
enum ModelFetch {
    /// The bundle, its signature verified.
    ///
    /// - Parameter trust: whose heads are believed; nil for those of the authority by which this
    ///   head was proved.
    static func bundle(
        of model: Assay_V1_Model, from head: HeadClient, trusting trust: ModelTrust? = nil
    ) async throws -> CheckedBundle {
        var files: [ModelFile] = []
        for file in model.files {
            // The name becomes part of a path on this machine; only ours are taken.
            guard ModelDirectory.files.contains(file.name) else {
                throw CommandError(.failed, "model \(model.id) holds a file that is no model's")
            }
            files.append((file.name, try await Self.bytes(of: file, model.id, from: head)))
        }
        guard files.count == ModelDirectory.files.count,
            Set(files.map(\.name)) == Set(ModelDirectory.files)
        else { throw CommandError(.failed, "model \(model.id) is not complete") }
        guard !model.signature.isEmpty else {
            throw CommandError(
                .refused, "\(model.id): the head did not sign it; upgrade the head first")
        }
        let bundle = try await CheckedBundle(
            files, signature: Array(model.signature), by: trust ?? head.trust, at: model.id)
        guard bundle.provenance?.statement.model == model.id else {
            throw CommandError(
                .refused, "\(model.id): does not verify: the signature is another model's")
        }
        return bundle
    }

    static func model(
        _ id: String, from head: HeadClient
    ) async throws -> Assay_V1_Model {
        var request = Assay_V1_GetModelRequest()
        request.model = id
        let message = request
        let model = try await head.models.get(message)
        guard model.id == id else {
            throw CommandError(.failed, "the head answers with another model than \(id)")
        }
        return model
    }

    private static func bytes(
        of file: Assay_V1_ModelFile, _ model: String, from head: HeadClient
    ) async throws -> [UInt8] {
        var request = Assay_V1_FetchModelRequest()
        request.model = model
        request.file = file.name
        let message = request
        let size = Int(clamping: file.blob.size)
        let bytes = try await head.models.fetch(message) { response in
            var bytes: [UInt8] = []
            for try await chunk in response.messages {
                bytes += chunk.chunk
                guard bytes.count <= size else {
                    throw CommandError(.failed, "\(file.name) is longer than the head said")
                }
            }
            return bytes
        }
        guard Digest(sha256: SHA256.hash(data: bytes).map { $0 }).description == file.blob.digest
        else { throw CommandError(.failed, "\(file.name) of model \(model) arrived damaged") }
        return bytes
    }
}
