import CoordinatorCore
import Foundation
package import GRPCCore
import Logging
import Signing
import Transport
package import Wire

/// The models that jobs have made: `j17` is the model of job 17.
///
/// None leaves the head unsigned. A signature is made when it is asked for, from the digests in
/// the journal and with the certificate of that moment, so that nothing has to be kept or renewed.
package struct ModelsService: Assay_V1_Models.SimpleServiceProtocol {
    let loop: CoordinatorLoop
    let archive: Archive
    let blobs: BlobStore
    let credentials: CredentialStore
    let served: ServedModels
    let log: Logger

    /// Models in one answer.
    private static let listMax = 1000

    package func list(
        request: Assay_V1_ListModelsRequest, context: ServerContext
    ) async throws -> Assay_V1_ListModelsResponse {
        let owner = try Caller(context).visibleOwner(.listModels)
        return try await answering(self.log) {
            var response = Assay_V1_ListModelsResponse()
            let models = try await FileThreads.run {
                try self.archive.models(of: owner, limit: Self.listMax)
            }
            response.models = try await self.loop.ask { coordinator in
                models.map { $0.judged(by: coordinator) }
            }
            return response
        }
    }

    package func get(
        request: Assay_V1_GetModelRequest, context: ServerContext
    ) async throws -> Assay_V1_Model {
        var model = try await self.find(request.model, .readModel, context)
        model.signature = Data(try self.signature(of: model))
        return model
    }

    package func fetch(
        request: Assay_V1_FetchModelRequest, response: RPCWriter<Assay_V1_Chunk>,
        context: ServerContext
    ) async throws {
        let model = try await self.find(request.model, .readModel, context)
        try await answering(self.log) {
            guard let file = model.files.first(where: { $0.name == request.file }) else {
                let names = model.files.map(\.name).joined(separator: ", ")
                throw RPCError(
                    code: .notFound,
                    message: "the model \(model.id) has no such file, but: \(names)")
            }
            try await self.blobs.stream(try Blob(file.blob).digest, to: response)
        }
    }

    /// Rows are answered by models that a head would vouch for, and by no others.
    package func predict(
        request: Assay_V1_PredictRequest, context: ServerContext
    ) async throws -> Assay_V1_PredictResponse {
        let model = try await self.find(request.model, .predict, context)
        return try await answering(self.log) {
            guard !model.tainted else {
                throw RPCError(
                    code: .failedPrecondition,
                    message: """
                        the model \(model.id) is tainted: it was made from what a program of a \
                        user made, and a head does not parse it; an operator may look at it \
                        (assay taint clear)
                        """)
            }
            return try await self.served.answer(request, by: model)
        }
    }

    private func signature(of model: Assay_V1_Model) throws(RPCError) -> [UInt8] {
        do {
            let statement = try ModelStatement(
                model: model.id, name: model.name, owner: model.owner, worker: model.worker,
                witnesses: ModelStatement.Witnesses(
                    scores: model.scoresConfirmedBy, model: model.modelConfirmedBy),
                signedAt: Date(),
                files: try model.files.map {
                    ModelStatement.File(name: $0.name, digest: try Blob($0.blob).digest)
                },
                taintedBy: model.taintedBy.compactMap { Digest(text: $0) })
            return try ModelSigner(self.credentials.current).sign(statement)
        } catch {
            self.log.error("a model could not be signed", metadata: ["reason": "\(error)"])
            throw RPCError(code: .failedPrecondition, message: "\(error)")
        }
    }

    private func find(
        _ name: String, _ verb: Verb, _ context: ServerContext
    ) async throws -> Assay_V1_Model {
        let caller = try Caller(context)
        guard let job = JobID(text: name) else {
            throw RPCError(
                code: .invalidArgument, message: "a model is named like its job, as in j17")
        }
        let model = try await answering(self.log) {
            let model = try await FileThreads.run { try self.archive.summary(of: job)?.model }
            guard let model else { return Assay_V1_Model?.none }
            return try await self.loop.ask { model.judged(by: $0) }
        }
        guard let model else {
            try context.noteMissing(verb, on: "model/\(job)")
            throw RPCError(code: .notFound, message: "there is no model \(job)")
        }
        try await caller.permit(verb, ownedBy: model.owner, on: "model/\(job)")
        return model
    }
}

extension Assay_V1_Model {
    /// The same with its taint, as it stands now: somebody may have cleared it since.
    ///
    /// It comes from the tainted blobs that its job read; where there are none, a program has made
    /// the very bytes of one of its files.
    fileprivate func judged(by coordinator: Coordinator) -> Self {
        var model = self
        var sources: [Digest] = []
        for file in self.files {
            guard let digest = Digest(text: file.blob.digest),
                let taint = coordinator.taint(of: digest), taint.clearance == nil
            else { continue }
            for source in taint.sources.isEmpty ? [digest] : taint.sources
            where !sources.contains(source) { sources.append(source) }
        }
        model.tainted = !sources.isEmpty
        model.taintedBy = sources.map(\.description)
        return model
    }
}
